"""What somebody may choose in the account form: which groups, and whether levels (S3-T15, S4-41)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from accounts.access import effective
from accounts.guards import ASSIGN, DELEGATE, is_administration
from accounts.matrix import permissions_of_groups
from accounts.models import Account
from adminrights.models import Unit
from groups.models import Group, Membership


class GroupName(NamedTuple):
    """A group as a form names it: there may be thousands."""

    pk: int
    display_name: str


@dataclass(frozen=True, slots=True)
class Offer:
    """`groups` may be ticked; those of `fixed` are ticked and stay; `levels` says whether there is a matrix.

    Without any group to change, `groups` is empty and the form has no such field.
    """

    groups: tuple[GroupName, ...]
    current: frozenset[int]
    fixed: frozenset[int]
    levels: bool

    @property
    def shows_groups(self) -> bool:
        """Whether there is anything to change."""
        return any(group.pk not in self.fixed for group in self.groups)

    def picked(self, values: Iterable[object]) -> list[Group]:
        """Return the groups of the offer among the values, which may be texts, and those that stay anyway."""
        wanted = {str(value) for value in values} | {str(pk) for pk in self.fixed}
        offered = [group.pk for group in self.groups if str(group.pk) in wanted]
        return list(Group.objects.filter(pk__in=offered)) if offered else []


def offer_to(actor: Account, unit: Unit, account: Account | None = None) -> Offer:
    """Return what the actor may change of the account in the unit; without an account of a new one.

    The guards judge again when it is saved: this only keeps people from choosing what would be refused.
    """
    rights = frozenset(effective(actor, unit).effective)
    named = Group.objects.in_unit(unit).values_list("pk", "display_name")
    groups = [GroupName(*each) for each in named]
    current = _current(groups, account)
    addable = _addable(groups, rights, unit) if "group_members:create" in rights else frozenset()
    removable = current if "group_members:delete" in rights else frozenset()
    return Offer(
        groups=tuple(group for group in groups if group.pk in addable | current),
        current=current,
        fixed=current - removable,
        levels=bool({ASSIGN, DELEGATE} & rights),
    )


def _current(groups: Collection[GroupName], account: Account | None) -> frozenset[int]:
    if account is None:
        return frozenset()
    memberships = Membership.objects.live().filter(account=account).values_list("group_id", flat=True)
    return frozenset(memberships).intersection(group.pk for group in groups)


def _addable(groups: Collection[GroupName], rights: frozenset[str], unit: Unit) -> frozenset[int]:
    """Return the groups whose rights the actor may pass on in the unit (C-08)."""
    pks = frozenset(group.pk for group in groups)
    if DELEGATE in rights:
        return pks
    passable = {key for key in rights if not is_administration(key)} if ASSIGN in rights else set()
    given = permissions_of_groups(pks, unit)
    return frozenset(pk for pk in pks if given.get(pk, frozenset()) <= passable)
