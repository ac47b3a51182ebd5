"""Who holds which rights in a unit and above it: lists of account numbers by what gives them."""

from collections.abc import Collection, Iterable, Iterator

from django.db.models import Q

from accounts.models import Grant
from accounts.numbers import numbers_by
from accounts.policy import Policy
from groups.models import Membership


class Holdings:
    """The rights that are asked about, with the groups and the grants that give them; each read once."""

    def __init__(self, policy: Policy, units: Collection[int], live: Q) -> None:
        self._policy, self._units, self._live = policy, units, live
        self._rights: set[str] = set()
        # Which roles of a group give something that is asked about, and who is in it.
        self._carried: dict[int, tuple[int, ...]] = {}
        self._members: dict[int, list[int]] = {}
        self._granted: dict[tuple[str, int], list[int]] = {}

    def read(self, rights: Collection[str]) -> None:
        """Read who holds the rights: what isn't known yet, in at most three statements."""
        new = set(rights) - self._rights
        if new:
            self._rights |= new
            self._read_members(new)
            self._read_grants(new)

    def _read_members(self, new: Collection[str]) -> None:
        policy = self._policy
        giving = {role for role, given in policy.role_rights.items() if not given.isdisjoint(new)}
        carried = {
            group: tuple(role for role in roles if role in giving)
            for group, roles in policy.group_roles.items()
            if not giving.isdisjoint(roles) and policy.group_units.get(group) in self._units
        }
        unread = [group for group in carried if group not in self._members]
        for group, roles in carried.items():
            self._carried[group] = tuple(dict.fromkeys((*self._carried.get(group, ()), *roles)))
        self._members |= {group: [] for group in unread}
        if unread:
            members = Membership.objects.filter(self._live, group__in=unread)
            self._members |= numbers_by(members, "group_id")

    def _read_grants(self, new: Collection[str]) -> None:
        here = Grant.objects.filter(self._live, unit__in=self._units)
        levels = [right.partition("@") for right in new if "@" in right]
        if levels:
            of_levels = here.filter(
                module__in={module for module, _at, _level in levels},
                level__gte=min(int(level) for _module, _at, level in levels),
            )
            for (module, level, unit), found in numbers_by(
                of_levels, "module_id", "level", "unit_id"
            ).items():
                self._granted[f"{module}@{level}", unit] = found
        single = here.filter(permission__in=[right for right in new if "@" not in right])
        self._granted |= numbers_by(single, "permission_id", "unit_id")

    def holders(self, rights: Collection[str], units: Collection[int]) -> set[int]:
        """Return who holds any of the rights by something that belongs to one of the units."""
        return self.directly(rights, units).union(
            *(self._members[group] for group, _roles in self._giving(rights, units))
        )

    def directly(self, rights: Collection[str], units: Collection[int]) -> set[int]:
        """Return who holds any of the rights by a grant."""
        return set().union(
            *(found for (right, unit), found in self._granted.items() if right in rights and unit in units)
        )

    def groups(
        self, rights: Collection[str], units: Collection[int]
    ) -> Iterator[tuple[int, frozenset[int], list[int]]]:
        """Yield the groups that give any of the rights, the roles by which they do, and who is in them."""
        for group, roles in self._giving(rights, units):
            yield group, roles, self._members[group]

    def _giving(
        self, rights: Collection[str], units: Collection[int]
    ) -> Iterator[tuple[int, frozenset[int]]]:
        known = self._policy.role_rights
        giving = {role for role, given in known.items() if not given.isdisjoint(rights)}
        for group, roles in self._carried.items():
            found = giving.intersection(roles)
            if found and self._policy.group_units[group] in units:
                yield group, frozenset(found)

    def held(self, rights: Iterable[str]) -> set[str]:
        """Return those of the rights that anybody may hold: a group carries it, or a grant gives it."""
        granted = {right for right, _unit in self._granted}
        carried = {role for roles in self._carried.values() for role in roles}
        return {
            right
            for right in rights
            if right in granted or any(right in self._policy.role_rights[role] for role in carried)
        }
