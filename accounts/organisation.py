"""What the pages of units show: numbers, features, what may be done; reads only."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from os.path import commonpath
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account, UnitAccess
from accounts.people_count import seats_shown
from adminrights.models import Unit, UnitFeature
from adminrights.models.facts import live_now
from adminrights.navigation import Button
from roles.catalogue import catalogue


def with_accounts(units: Iterable[Unit]) -> list[Unit]:
    """Return the units with `account_count`: the accounts with access to them or to something below.

    Counted here and not by the database: it would walk all accesses once for each unit.
    """
    found = list(units)
    shared = commonpath([unit.path for unit in found]) if found else ""
    accesses = UnitAccess.objects.filter(live_now(timezone.now()), unit__path__startswith=shared)
    there: dict[str, set[int]] = defaultdict(set)
    for path, account in accesses.order_by().values_list("unit__path", "account"):
        there[path].add(account)
    below: dict[str, set[int]] = defaultdict(set)
    for path, accounts in there.items():
        for part in path.split("/"):
            below[part] |= accounts
    for unit in found:
        unit.account_count = len(below[str(unit.pk)])  # type: ignore[attr-defined]
    return found


def as_tree(units: Iterable[Unit]) -> list[Unit]:
    """Return the units with `depth`, each above what lies below it, by name on each floor."""
    found = list(units)
    names = {unit.pk: unit.name.casefold() for unit in found}
    least = min((unit.path.count("/") for unit in found), default=0)

    def place(unit: Unit) -> list[tuple[str, int]]:
        line = [int(part) for part in unit.path.split("/") if part]
        return [(names[pk], pk) for pk in line if pk in names]

    for unit in found:
        unit.depth = unit.path.count("/") - least  # type: ignore[attr-defined]
    return sorted(found, key=place)


def found_in_tree(units: list[Unit], text: str) -> tuple[list[Unit], int]:
    """Return the units whose name has the text, each below what it lies in, and how many have it."""
    wanted = " ".join(text.split()).casefold()
    found = [unit for unit in units if wanted in unit.name.casefold()]
    kept = {int(part) for unit in found for part in unit.path.split("/") if part}
    return [unit for unit in units if unit.pk in kept], len(found)


def people_url(request: HttpRequest, unit: Unit) -> str:
    """Return where All Accounts shows the people of the unit; nothing where the reader doesn't work."""
    known = {each.pk for each in getattr(request, "units", ())}
    here: Unit = request.unit  # type: ignore[attr-defined]
    if unit.pk == here.pk:
        return reverse("accounts:account_list")
    return f"{reverse('accounts:account_list')}?unit={unit.pk}" if unit.pk in known else ""


def of_limit(taken: int, limit: int | None) -> str:
    """Return "7 of 10", or "7" without a limit."""
    return str(taken) if limit is None else _("%(taken)d of %(limit)d") % {"taken": taken, "limit": limit}


def add_label(unit: Unit, state: str) -> str:
    """Return the words on the button that adds accounts, with the seats where they are limited (S4-06).

    `state` is as `people_count` wants it.
    """
    root = unit.root or unit
    if root.seat_limit is None:
        return _("Add Account")
    return _("Add account (%s)") % of_limit(seats_shown(root, state), root.seat_limit)


@dataclass(frozen=True, slots=True)
class ShownFeature:
    """A feature as the page of a unit shows it."""

    key: str
    label: str
    help: str
    on: bool
    above: str
    computed: bool


def features_of(unit: Unit) -> list[ShownFeature]:
    """Return every feature of the catalogue: whether the unit has it, of its own or from which unit above."""
    line = [int(part) for part in unit.path.split("/") if part]
    facts = UnitFeature.objects.live().filter(unit__in=line).select_related("unit")
    where: dict[str, dict[int, str]] = {}
    for fact in facts.order_by("unit__path"):
        where.setdefault(fact.feature, {})[fact.unit_id] = fact.unit.name
    return [_shown(feature, where.get(feature.key, {}), unit) for feature in catalogue().features.values()]


def _shown(feature: Any, where: dict[int, str], unit: Unit) -> ShownFeature:
    above = next((name for pk, name in where.items() if pk != unit.pk), "")
    return ShownFeature(feature.key, feature.label, feature.help, unit.pk in where, above, feature.computed)


class Reader:
    """Whoever reads a page of units: asks along the tree without a statement for each unit."""

    def __init__(self, account: Account, units: Iterable[Unit]) -> None:
        self.account = account
        units = list(units)
        line = {int(part) for unit in units for part in unit.path.split("/") if part}
        self._known = {unit.pk: unit for unit in units}
        self._known |= {unit.pk: unit for unit in Unit.objects.filter(pk__in=line - self._known.keys())}

    def may(self, permission: str, unit: Unit) -> bool:
        """Return whether the account holds the permission in the unit or in one above it."""
        line = (self._known[int(part)] for part in unit.path.split("/") if part)
        return any(self.account.may(permission, each) for each in line)

    def buttons(self, unit: Unit, *, on_page: bool = False) -> list[Button]:
        """Return what may be done with the unit; on its own page without the one that leads there."""
        parent = self._known.get(unit.parent_id or 0)
        buttons = [] if on_page else [Button(_("Open"), unit.get_absolute_url(), "eye")]
        if self.account.may("units:create", unit):
            add = _url("accounts:unit_create", unit)
            buttons.append(Button(_("Add a unit below"), add, "plus", dialog=True))
        if self.may("units:update", unit):
            buttons.append(Button(_("Rename"), _url("unit_rename", unit), "pencil", dialog=True))
        if parent is not None and self.may("units:update", parent):
            buttons.append(Button(_("Move"), _url("unit_move", unit), "move"))
        if parent is not None and self.may("units:delete", parent):
            close = _url("accounts:unit_close", unit)
            buttons.append(Button(_("Close"), close, "archive", style="danger", dialog=True))
        return buttons


def _url(name: str, unit: Unit) -> str:
    return reverse(name, args=[unit.pk])
