"""The parts of forms that are about accounts (see adminrights/views/parts.py)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.forms.permissions import NO, PREFIX
from accounts.forms.permissions import YES as CHOSEN
from accounts.matrix import givers_of, inherited_levels, levels_ticked
from accounts.models import Account
from accounts.services.unit_access import code_of
from accounts.standing import Cell
from adminrights.conflicts import Row, Sheet, ticked
from adminrights.models import Unit
from adminrights.views.parts import Facts, Part, Ticks
from groups.models import Group
from roles.models import Role
from roles.parts import LevelPart
from roles.wording import permission_label

PLACE = "place:"


class GroupsPart(Ticks):
    """The groups of an account in the unit and below."""

    name = "groups"

    def __init__(self, account: Account, unit: Unit) -> None:
        super().__init__("membership", {"account": account.pk}, "group", self.words_of)
        self.unit = unit

    def words_of(self, pks: set[str]) -> Mapping[str, str]:
        found = Group.objects.filter(pk__in=pks, unit__path__startswith=self.unit.path)
        return {str(pk): _("Group %s") % name for pk, name in found.values_list("pk", "display_name")}

    def chosen(self, form: Any) -> Iterable[object]:
        return (group.pk for group in form.chosen_groups())


class OwnLevelPart(LevelPart):
    """The account's own levels in the unit; `base` is the sheet with which the form was opened."""

    def __init__(self, account: Account, unit: Unit, base: Sheet) -> None:
        self.account, self.unit, self.base = account, unit, base

    def typed(self, form: Any) -> Sheet:
        # What was greyed could not be typed, so an own level behind it is meant to stay.
        greyed = inherited_levels(givers_of(self.account, self.unit, form.drawn_groups()))
        levels = levels_ticked(form.ticks() or ())
        for module, level in greyed.items():
            own = int(self.base.get(f"level:{module}") or 0)
            if 0 < own <= level:
                levels[module] = max(own, levels.get(module, 0))
        return {f"level:{module}": str(level) for module, level in levels.items()}

    def changed_by(self, row: Row) -> Iterator[str]:
        mine = row.get("kind") == "grant" and row.get("account") == self.account.pk
        if mine and row.get("unit") == self.unit.pk and row.get("module"):
            yield f"level:{row['module']}"


class PermissionPart(Facts):
    """Single permissions of an account's own: yes or no for each."""

    def __init__(self, account: Account, unit: Unit) -> None:
        about = {"account": account.pk, "unit": unit.pk}
        super().__init__("grant", about, "permission", self.words_of)

    @staticmethod
    def words_of(keys: Iterable[str]) -> Mapping[str, str]:
        return {key: permission_label(key) for key in keys}

    def typed(self, form: Any) -> Sheet:
        return ticked(self.other, sorted(form.asked()))

    def refill(self, data: QueryDict, values: Sheet) -> None:
        for key, value in values.items():
            data[PREFIX + self.bare(key)] = CHOSEN if value else NO


class AccessPart(Facts):
    """Which units an account may enter, and how."""

    def __init__(self, account: Account, reach: Mapping[int, Unit]) -> None:
        super().__init__("unitaccess", {"account": account.pk}, "unit", self.words_of)
        self.reach = reach

    def words_of(self, pks: set[str]) -> Mapping[str, str]:
        return {str(pk): unit.name for pk, unit in self.reach.items()}

    def changed_by(self, row: Row) -> Iterator[str]:
        if row.get("unit") in self.reach:
            yield from super().changed_by(row)

    def typed(self, form: Any) -> Sheet:
        return {f"unit:{pk}": code_of(entry) for pk, entry in form.wanted().items()}

    def refill(self, data: QueryDict, values: Sheet) -> None:
        for key, code in values.items():
            pk = self.bare(key)
            data[f"unit-{pk}"] = CHOSEN if code else NO
            for name, on in ((f"below-{pk}", code[:1] == "1"), (f"own-{pk}", code[1:] == "1")):
                data.pop(name, None)
                if on:
                    data[name] = "on"

    def show(self, key: str, value: str) -> str:
        if not value:
            return _("no")
        ways = [_("yes")]
        if value[0] == "1":
            ways.append(_("and everything below"))
        if value[1] == "1":
            ways.append(_("only this unit's own rights"))
        return ", ".join(ways)


class CellPart(Ticks):
    """People on levels of units: the cells of the role matrix."""

    name = "cell"

    def __init__(self, units: Collection[Unit], roles: Collection[Role]) -> None:
        super().__init__("membership", {}, "cell", self.words_of)
        self.units = {unit.pk: unit for unit in units}
        self.roles = {role.pk: role for role in roles}

    def chosen(self, form: Any) -> Iterable[object]:
        return (cell.value for cell in form.cleaned_data["ticked"])

    @cached_property
    def places(self) -> dict[int, tuple[int, int]]:
        """The unit and the role of each standing group."""
        groups = Group.objects.present().filter(unit__in=self.units, standing_role__in=self.roles)
        return {pk: (unit, role) for pk, unit, role in groups.values_list("pk", "unit", "standing_role")}

    def changed_by(self, row: Row) -> Iterator[str]:
        if row.get("kind") == self.kind and row.get("group") in self.places:
            unit, role = self.places[row["group"]]
            yield f"cell:{Cell(row['account'], unit, role).value}"

    def words_of(self, values: set[str]) -> Mapping[str, str]:
        cells = {value: Cell(*map(int, value.split(":"))) for value in values}
        people = Account.objects.in_bulk({cell.account for cell in cells.values()})
        return {
            value: _("%(who)s: %(what)s in %(where)s")
            % {
                "who": people[cell.account].name,
                "what": self.roles[cell.role].display_name,
                "where": self.units[cell.unit].name,
            }
            for value, cell in cells.items()
        }


class PlacePart(Part):
    """The level of one person in each unit; `base` is the sheet with which the form was opened.

    A value names every level that is given there, the highest last: the role matrix gives one, other doors
    may have given more, and these stay while nobody chooses another.
    """

    def __init__(self, account: int, units: Collection[Unit], roles: Collection[Role], base: Sheet) -> None:
        self.account, self.base = account, base
        self.cells = CellPart(units, roles)

    def owns(self, key: str) -> bool:
        return key.startswith(PLACE)

    def typed(self, form: Any) -> Sheet:
        return dict(self._typed(cell) for cell in form.cleaned_data["ticked"])

    def _typed(self, cell: Cell) -> tuple[str, str]:
        key, role = f"{PLACE}{cell.unit}", str(cell.role)
        present = self.base.get(key, "")
        return key, present if present.split(",")[-1] == role else role

    def refill(self, data: QueryDict, values: Sheet) -> None:
        for key, value in values.items():
            shown = place_cells(self.account, {key: value})[-1:]
            data[f"cell-{key.removeprefix(PLACE)}"] = shown[0].value if shown else ""

    def changed_by(self, row: Row) -> Iterator[str]:
        place = self.cells.places.get(row.get("group", 0)) if row.get("kind") == "membership" else None
        if place and row.get("account") == self.account:
            yield f"{PLACE}{place[0]}"

    def labels(self, keys: Collection[str]) -> Mapping[str, str]:
        return {key: self.cells.units[int(key.removeprefix(PLACE))].name for key in keys}

    def show(self, key: str, value: str) -> str:
        roles = [self.cells.roles[int(pk)].display_name for pk in value.split(",") if pk]
        return ", ".join(roles) or _("no level")


def places_sheet(cells: Collection[Cell], roles: Collection[Role]) -> Sheet:
    """Return the levels of one person, unit by unit."""
    found: dict[str, list[str]] = {}
    for role in roles:
        for cell in cells:
            if cell.role == role.pk:
                found.setdefault(f"{PLACE}{cell.unit}", []).append(str(role.pk))
    return {key: ",".join(values) for key, values in found.items()}


def place_cells(account: int, sheet: Sheet) -> list[Cell]:
    """Return the cells behind such a sheet, those of a unit from the least to the most."""
    return [
        Cell(account, int(key.removeprefix(PLACE)), int(role))
        for key, value in sheet.items()
        for role in value.split(",")
        if role
    ]
