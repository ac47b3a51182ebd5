"""What starts, but shouldn't in production: `manage.py check --deploy` says it."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.core import checks

from adminrights.safety import is_public


class Doubt(NamedTuple):
    """Something doubtful: when it is so, what it means, what to do."""

    id: str
    holds: Callable[[], bool]
    text: str
    hint: str


def sends_in_the_clear() -> bool:
    """Return whether mail goes to another machine without encryption."""
    plain = not (getattr(settings, "EMAIL_USE_TLS", False) or getattr(settings, "EMAIL_USE_SSL", False))
    return settings.MAIL_PROVIDER == "smtp" and plain and is_public(f"smtp://{settings.EMAIL_HOST}")


DOUBTS = (
    Doubt(
        "adminrights.W001",
        lambda: settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"),
        "The database is SQLite: one machine, one change at a time, no second server.",
        "Set DATABASE_URL=postgres://… for more than a small installation.",
    ),
    Doubt(
        "adminrights.W002",
        lambda: not settings.MAIL_PROVIDER,
        "No mail provider is set: invitations wait until there is one.",
        "Set MAIL_PROVIDER and what it needs.",
    ),
    Doubt(
        "adminrights.W003",
        lambda: bool(settings.MAIL_PROVIDER) and "@example.org" in settings.DEFAULT_FROM_EMAIL,
        "Mail would come from an example address.",
        "Set MAIL_FROM to an address that may send through your provider.",
    ),
    Doubt(
        "adminrights.W004",
        lambda: bool(getattr(settings, "SECURE_PROXY_SSL_HEADER", None)) and not settings.TRUSTED_PROXIES,
        "A proxy is trusted with HTTPS but not with addresses: all people seem to come from one place, "
        "so a few wrong passwords slow everybody down, and the journal can't tell them apart.",
        "Set TRUSTED_PROXIES to the number of proxies in front.",
    ),
    Doubt(
        "adminrights.W005",
        lambda: not settings.BACKUP_RECIPIENTS,
        "No backup can be made.",
        "Run manage.py backup_key on another machine and set BACKUP_RECIPIENTS to what it prints.",
    ),
    Doubt(
        "adminrights.W006",
        sends_in_the_clear,
        "Mails, with the links in them, go to another machine without encryption.",
        "Begin MAIL_URL with smtp+tls:// or smtp+ssl://.",
    ),
)


def check_production(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Return a warning for everything doubtful."""
    return [checks.Warning(doubt.text, hint=doubt.hint, id=doubt.id) for doubt in DOUBTS if doubt.holds()]
