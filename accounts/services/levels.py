"""The role matrix, written: a cell is membership of the unit's standing group for a level (S4-12)."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _

from accounts.models import Account, UnitAccess
from accounts.standing import OF_THE_ROOT, Cell, drawn_cells, is_offered, levels
from adminrights.change import Actor, Change, change
from adminrights.conflicts import Sheet, refuse_stale, ticked
from adminrights.events import Event
from adminrights.exceptions import Invalid
from adminrights.models import Unit
from adminrights.models.facts import standing_now
from groups.models import Group, Membership
from groups.services import standing_group
from roles.models import Role


class Drawn(NamedTuple):
    """The cells that were given in these units and roles when somebody saw the table."""

    given: Collection[Cell]
    units: Collection[Unit]
    roles: Collection[Role]


def set_cells(
    given: Iterable[Cell], taken: Iterable[Cell], *, actor: Actor, unit: Unit, seen: Drawn | None = None
) -> int:
    """Put people on levels of units and take them off, all in one change; return at how many places.

    A person is on one level of a unit: a new one ends whichever there was (S4-13). Whoever gets a level in
    a unit gets access to it as well, and keeps the access when the level goes: access may serve other
    rights, and is taken on the tab Units. Raises Invalid for what isn't there or isn't offered and for two
    levels at once, Stale when the levels of one of these people are no longer as `seen`, NotAllowed without
    `group_members:create` or `group_members:delete` in each cell's unit, and what the guards raise.
    """
    given, taken = set(given), set(taken)
    with change(Event.MEMBERSHIPS_CHANGED, actor=actor, unit=unit) as c:
        known = _Known(given | taken, unit)
        _refuse_two_at_once(given)
        _refuse_stale(seen, known.accounts)
        ended = [row for cell in sorted(taken) for row in _take(c, known, cell)]
        ended += [row for cell in sorted(given) for row in _replaced(c, known, cell) if row not in ended]
        c.end_all(ended)
        started = [row for cell in sorted(given) for row in _give(c, known, cell)]
        c.start_all(started)
        return len({(row.account_id, row.group.unit_id) for row in (*ended, *started)})


def _refuse_two_at_once(given: Collection[Cell]) -> None:
    if len({(cell.account, cell.unit) for cell in given}) < len(given):
        raise Invalid(_("A person has one level in a unit. Choose one."))


def _refuse_stale(seen: Drawn | None, people: Collection[int]) -> None:
    if seen is not None:
        before = cells_sheet(cell for cell in seen.given if cell.account in people)
        refuse_stale(before, cells_sheet(drawn_cells(people, seen.units, seen.roles)))


def cells_sheet(cells: Iterable[Cell]) -> Sheet:
    """Return the cells as given."""
    return ticked("cell", (cell.value for cell in cells))


class _Known:
    """The people, units and levels that cells name. Raises Invalid for any that isn't there."""

    def __init__(self, cells: Collection[Cell], unit: Unit) -> None:
        people = Account.objects.in_unit(unit).filter(pk__in={cell.account for cell in cells})
        self.accounts: dict[int, Account] = {account.pk: account for account in people}
        units = Unit.objects.open().below(unit).filter(pk__in={cell.unit for cell in cells})
        self.units: dict[int, Unit] = {place.pk: place for place in units}
        self.roles: dict[int, Role] = {role.pk: role for role in levels()}
        for cell in cells:
            if cell.account not in self.accounts or cell.unit not in self.units:
                raise Invalid(_("Somebody or something isn't here any more. Look at the table again."))
            if cell.role not in self.roles or not is_offered(self.roles[cell.role], self.units[cell.unit]):
                raise Invalid(_("This level doesn't exist in %s.") % self.units[cell.unit])


def _take(c: Change, known: _Known, cell: Cell) -> list[Membership]:
    c.require("group_members:delete", known.units[cell.unit])
    groups = Group.objects.present().filter(unit=cell.unit, standing_role=cell.role)
    rows = Membership.objects.live(c.at).filter(account=cell.account, group__in=groups)
    return list(rows.select_related("account", "group"))


def _replaced(c: Change, known: _Known, cell: Cell) -> list[Membership]:
    """Return the person's memberships of the unit's other levels."""
    others = known.roles.keys() - {cell.role}
    groups = Group.objects.present().filter(unit=cell.unit, standing_role__in=others)
    rows = Membership.objects.not_ended().filter(account=cell.account, group__in=groups)
    found = list(rows.select_related("account", "group"))
    if found:
        c.require("group_members:delete", known.units[cell.unit])
    return found


def _give(c: Change, known: _Known, cell: Cell) -> list[Membership]:
    unit, role, account = known.units[cell.unit], known.roles[cell.role], known.accounts[cell.account]
    c.require("group_members:create", unit)
    group = standing_group(c, unit, role)
    _let_in(c, account, unit, everything=role.name == OF_THE_ROOT)
    standing = Membership.objects.filter(standing_now(c.at), account=account, group=group)
    if standing.live(c.at).exists():
        return []
    # What was planned for later makes room for what begins now.
    c.end_all(standing.select_related("account", "group"))
    return [Membership(account=account, group=group)]


def _let_in(c: Change, account: Account, unit: Unit, *, everything: bool) -> None:
    """Give access to the unit, with all below where the level reaches it, unless there is such access."""
    above = [int(pk) for pk in unit.path.split("/")[:-1]]
    for access in UnitAccess.objects.live(c.at).filter(account=account, unit__in=above):
        if access.includes_subunits or (access.unit_id == unit.pk and not everything):
            return
    c.require("accounts:update", unit)
    c.end_all(UnitAccess.objects.not_ended().filter(account=account, unit=unit))
    c.start(UnitAccess(account=account, unit=unit, includes_subunits=everything))
