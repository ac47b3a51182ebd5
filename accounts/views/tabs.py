"""The parts of an account's page, each under its own address."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Account
from adminrights.navigation import Link


def has_several_units(request: HttpRequest) -> bool:
    """Return whether the reader may enter several units; otherwise no page speaks of them."""
    return len(getattr(request, "units", ())) > 1


def account_tabs(request: HttpRequest, account: Account, current: str) -> list[Link]:
    """Return the tabs: Overview, Units where there are several, Permissions, Access map (S2-05, S2-08)."""
    unit: Any = request.unit  # type: ignore[attr-defined]
    reader: Any = request.user
    named = [("account_detail", _("Overview"))]
    if has_several_units(request) and reader.may("accounts:update", unit):
        named.append(("account_units", _("Units")))
        named.append(("account_levels", _("Roles by unit")))
    named.append(("account_permissions", _("Permissions")))
    named.append(("account_map", _("Access map")))
    return [
        Link(label, reverse(f"accounts:{name}", args=[account.pk]), current=name == current)
        for name, label in named
    ]
