"""The parts of an account's page, each under its own address, and the head that all of them share."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import effective
from accounts.models import Account
from accounts.states import marks_of, page_buttons
from adminrights.models import Unit
from adminrights.navigation import Link

ADMINISTRATES = "accounts:update"


def has_several_units(request: HttpRequest) -> bool:
    """Return whether the reader may enter several units; otherwise no page speaks of them."""
    return len(getattr(request, "units", ())) > 1


def account_head(request: HttpRequest, account: Account, current: str) -> dict[str, Any]:
    """Return what stands above every part: who it is, in which state, what can be done, and the tabs."""
    unit: Any = request.unit  # type: ignore[attr-defined]
    reader: Any = request.user
    marks = marks_of(account)
    return {
        "title": account.name,
        "person": account.name,
        "subtitle": account.email,
        "state": account.status,
        "state_marks": marks,
        "marks": [*marks, *_standing(account, unit)],
        "buttons": page_buttons(account, reader, unit),
        "tabs": account_tabs(request, account, current),
    }


def _standing(account: Account, unit: Unit) -> Iterator[str]:
    """Yield "owner" and "administrator", computed from what the account may do (S0-06, C-27)."""
    if unit.root_id_or_self in account.owned_units.values_list("pk", flat=True):
        yield "owner"
    if ADMINISTRATES in effective(account, unit, as_if_active=True).effective:
        yield "administrator"


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
