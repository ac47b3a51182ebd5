"""What the frame around every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from .collecting import count_of
from .hooks import hooks
from .navigation import Menu, menu_for

PRODUCT = _("Admin & Rights")
# So long before somebody is signed out because nothing was done, the page says so.
WARNED_BEFORE = 120


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the menu, the unit and the product's name; without account or unit they are empty."""
    unit = getattr(request, "unit", None)
    units = getattr(request, "units", ())
    return {
        "product": PRODUCT,
        "demo": settings.DEMO,
        "unit": unit,
        "units": units,
        "several_units": len(units) > 1,
        "collected": count_of(request),
        "idle_warning": lambda: _idle_warning(request, unit),
        # Partial answers draw no menu, so that it is made only where it is read.
        "navigation": SimpleLazyObject(lambda: _navigation(request, unit)),
    }


def _navigation(request: HttpRequest, unit: object) -> tuple[Menu, ...]:
    account = getattr(request, "user", None)
    if account is None or not account.is_authenticated:
        return ()
    several = len(getattr(request, "units", ())) > 1
    return menu_for(account, unit, request.path, demo=settings.DEMO, several=several)


def _idle_warning(request: HttpRequest, unit: object) -> int:
    """Return the idle seconds after which to warn who is signed in; 0 where there is nothing to warn of."""
    account = getattr(request, "user", None)
    if account is None or not account.is_authenticated or hooks.idle_after is None:
        return 0
    # Who works in several units may be an administrator in another one: better too early than too late.
    earliest = settings.ADMINISTRATOR_IDLE_SECONDS if len(getattr(request, "units", ())) > 1 else None
    return max(0, (earliest or hooks.idle_after(account, unit)) - WARNED_BEFORE)
