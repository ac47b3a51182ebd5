"""What the frame around every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from .collecting import count_of
from .navigation import Menu, menu_for

PRODUCT = _("Admin & Rights")


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
        # Partial answers draw no menu, so that it is made only where it is read.
        "navigation": SimpleLazyObject(lambda: _navigation(request, unit)),
    }


def _navigation(request: HttpRequest, unit: object) -> tuple[Menu, ...]:
    account = getattr(request, "user", None)
    if account is None or not account.is_authenticated:
        return ()
    several = len(getattr(request, "units", ())) > 1
    return menu_for(account, unit, request.path, demo=settings.DEMO, several=several)
