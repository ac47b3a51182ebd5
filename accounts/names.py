"""What groups, roles and units are called: a process's copy, so that lists needn't read them each time.

The copy is exact like the policy's: it is used only under the token that the database shows now, and
every write to a group, a role or a unit draws a new one.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString

from accounts.policy import policy_token
from adminrights.models import Unit
from adminrights.widgets import options
from groups.models import Group
from groups.services import standing_name
from roles.models import Role

KEPT = 64
Key = tuple[str, int]
_kept: dict[Key, Any] = {}


@dataclass(frozen=True, slots=True)
class Names:
    """The groups and roles that a list of the unit's people may speak of, by id, in the order of names.

    `levels` are the groups of the role matrix that bear the name they were made with: the short name of the
    role and the unit's name. `group_options` are the groups as a field to choose from has them. Lists keep in
    `drawn` what they draw of names for readers of one kind.
    """

    groups: Mapping[int, str]
    roles: Sequence[Role]
    levels: Mapping[int, tuple[str, str]]
    group_options: SafeString
    drawn: dict[Hashable, dict[int, SafeString]] = field(default_factory=lambda: defaultdict(dict))

    def of_roles(self) -> list[tuple[int, str]]:
        """Return the roles, named in the language of whoever reads: what is kept is for all of them."""
        return [(role.pk, role.label) for role in self.roles]


def names_in(unit: Unit, token: str) -> Names:
    """Return the names for a unit: groups there and below, roles with rules that groups may carry."""

    def load() -> Names:
        # Roles of levels are left out: they are found by the matrix of a group.
        roles = Role.objects.offered_in(unit).filter(module=None)
        groups = list(Group.objects.in_unit(unit).select_related("unit", "standing_role"))
        named = {group.pk: group.display_name for group in groups}
        return Names(
            named,
            list(roles.only("display_name", "built_in", "module")),
            {
                group.pk: (group.standing_role.name, group.unit.name)
                for group in groups
                if group.standing_role
                and group.display_name == standing_name(group.standing_role, group.unit)
            },
            options(named.items()),
        )

    found: Names = _remembered(token, unit.pk, load)
    return found


def open_units(among: Collection[int], token: str) -> list[Unit]:
    """Return the open units among these ids, in the order of the tree: copies that are the caller's own."""
    known: list[Unit] = _remembered(token, 0, lambda: list(Unit.objects.open()))
    return [copy(unit) for unit in known if unit.pk in among]


def _remembered(token: str, key: int, load: Callable[[], Any]) -> Any:
    kept = _kept.get((token, key))
    if kept is not None:
        return kept
    # Kept under the token of this moment: the one in hand may be older than what is read now.
    shown = policy_token()
    loaded = load()
    while len(_kept) >= KEPT:
        _kept.pop(next(iter(_kept)), None)
    _kept[shown, key] = loaded
    return loaded
