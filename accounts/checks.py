"""A page without a rule, or with a rule that doesn't exist, is an error before the first request (Z1)."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.urls import URLPattern, URLResolver, get_resolver

from adminrights.views import AccessMixin
from roles.catalogue import catalogue


def check_views(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Return E001 for a page whose permission the catalogue doesn't have, E002 for one that declares none."""
    return [error for name, view in named_views() for error in _judge(name, view)]


def _judge(name: str, view: Any) -> Iterator[CheckMessage]:
    view_class = getattr(view, "view_class", None)
    if view_class is None or not issubclass(view_class, AccessMixin):
        if getattr(view, "login_required", True):
            yield Error(f"{name} declares neither a permission nor for whom it is open.", id="accounts.E002")
        return
    if view_class.permission and view_class.permission not in catalogue().permissions:
        yield Error(f"{name} needs {view_class.permission}, which the catalogue lacks.", id="accounts.E001")
    if not view_class.permission and view_class.open_to is None:
        yield Error(f"{name} declares neither a permission nor for whom it is open.", id="accounts.E002")


def named_views() -> Iterator[tuple[str, Any]]:
    """Yield every address of the product: its full name (or path) and its view."""
    yield from _walk(get_resolver().url_patterns, "")


def _walk(patterns: Sequence[URLPattern | URLResolver], space: str) -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern.url_patterns, inner)
        else:
            yield f"{space}{pattern.name or pattern.pattern}", pattern.callback
