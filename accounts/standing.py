"""The role matrix, read: who stands on which of the fixed levels in which unit (S4-11 to S4-14)."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access import units_of
from accounts.models import Account
from adminrights.change import Change
from adminrights.exceptions import Invalid
from adminrights.models import Unit
from groups.models import Membership
from roles.models import Role

# The catalogue's system roles that are levels of a unit, from the least to the most.
LEVELS = ("viewer", "team_member", "business_unit_administrator", "admin_unit_administrator")
# This one is of the root: it reaches everything below (S4-14, S4-16).
OF_THE_ROOT = "admin_unit_administrator"
# For places with little room; the full name stands in the title.
SHORT = {
    "viewer": _("Viewer"),
    "team_member": _("Team"),
    "business_unit_administrator": _("Unit admin"),
    OF_THE_ROOT: _("Admin"),
}
CHANGES = ("group_members:create", "group_members:delete")


class Cell(NamedTuple):
    """One person on one level in one unit, by their numbers."""

    account: int
    unit: int
    role: int

    @property
    def value(self) -> str:
        return f"{self.account}:{self.unit}:{self.role}"


def levels() -> list[Role]:
    """Return the roles of the levels, from the least to the most."""
    found = Role.objects.present().filter(unit=None, built_in=True, name__in=LEVELS)
    return sorted(found, key=lambda role: LEVELS.index(role.name))


def one_level(change: Change) -> None:
    """Refuse a second level in a unit, by whatever door; whoever has two from before keeps them (S4-13)."""
    memberships = (fact for fact in change.started if isinstance(fact, Membership))
    new = [fact for fact in memberships if fact.group.standing_role_id]
    if not new:
        return
    held = Membership.objects.not_ended().filter(
        account__in={fact.account_id for fact in new},
        group__unit__in={fact.group.unit_id for fact in new},
        group__standing_role__isnull=False,
    )
    on = defaultdict(list)
    for fact in held.select_related("account", "group__unit", "group__standing_role").order_by("pk"):
        on[fact.account_id, fact.group.unit_id].append(fact)
    for fact in new:
        first, *more = on[fact.account_id, fact.group.unit_id]
        if more:
            names = {"who": first.account.name, "unit": first.group.unit, "level": first.group.standing_role}
            raise Invalid(
                gettext(
                    "%(who)s is %(level)s in %(unit)s, and a person has one level in a unit. "
                    "Replace that level, or take it away first."
                )
                % names
            )


def units_below(reader: Account, unit: Unit) -> list[Unit]:
    """Return the units from the unit downwards that the reader may enter and whose people he may see."""
    entered = (place for place in units_of(reader) if place.path.startswith(unit.path))
    return [place for place in entered if reader.may("accounts:list", place)]


def is_offered(role: Role, unit: Unit) -> bool:
    """Return whether the level exists in the unit: the highest is of roots only."""
    return role.name != OF_THE_ROOT or unit.parent_id is None


def is_editable(reader: Account, unit: Unit) -> bool:
    """Return whether the reader may put people on levels of the unit and take them off."""
    return reader.may_all(list(CHANGES), unit)


def standing(people: Collection[int], units: Iterable[Unit], roles: Iterable[Role]) -> set[Cell]:
    """Return the cells of these people, units and roles that are given, in one statement."""
    rows = Membership.objects.live().filter(
        account__in=people,
        group__deleted_at=None,
        group__unit__in=[unit.pk for unit in units],
        group__standing_role__in=[role.pk for role in roles],
    )
    return {Cell(*row) for row in rows.values_list("account_id", "group__unit_id", "group__standing_role_id")}


def drawn_cells(people: Collection[int], units: Collection[Unit], roles: Collection[Role]) -> set[Cell]:
    """Return the given ones of the cells that a table of these people, units and roles draws."""
    offered = {(unit.pk, role.pk) for unit in units for role in roles if is_offered(role, unit)}
    return {cell for cell in standing(people, units, roles) if (cell.unit, cell.role) in offered}
