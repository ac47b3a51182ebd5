"""The rules of roles/resolver.py, asked of everybody at once: of sets of account numbers."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from django.db.models import Q
from django.utils.functional import cached_property

from accounts.access import enterable_units
from accounts.held import held_by
from accounts.models import Account, UnitAccess
from accounts.numbers import numbers_by, numbers_of
from accounts.policy import Policy
from accounts.who.holdings import Holdings
from roles.catalogue import MULTI_UNIT


class Way(NamedTuple):
    """A group that gives something, the roles by which it does, for whom it counts, and who is in it."""

    group: int
    roles: frozenset[int]
    counting: frozenset[int]
    members: list[int]

    def people(self) -> frozenset[int]:
        """Return who has it through the group."""
        return self.counting.intersection(self.members)

    def is_used(self) -> bool:
        """Whether anybody has it through the group."""
        return not self.counting.isdisjoint(self.members)


# Of so few people the facts are asked for by number; of more, everybody's are read.
FEW = 900
NOBODY: frozenset[int] = frozenset()
NOTHING: frozenset[str] = frozenset()


def among(accounts: Collection[int], name: str = "account") -> Q:
    """Return the condition "one of these", where they are few enough to be named; else none."""
    return Q(**{f"{name}__in": sorted(accounts)}) if len(accounts) <= FEW else Q()


class Search:
    """Some permissions, one unit, one policy, and what was read for them."""

    def __init__(self, keys: Collection[str], policy: Policy, unit: int, live: Q) -> None:
        self._policy, self._known, self._live = policy, policy.catalogue, live
        self._unit, self._place = unit, policy.place(unit)
        self._line = (unit, *self._place.ancestors)
        self._keys, self._needed = keys, self._with_required(keys)
        owner = policy.units[self._place.root].owner
        self.owner = NOBODY if owner is None else frozenset((owner,))
        self._holdings = Holdings(policy, self._line, live)
        # Who is let in with all that counts from above, and who with the unit's own rights only.
        self._plain, self._own, self._inside = NOBODY, NOBODY, NOBODY
        self._counted: dict[frozenset[str], frozenset[int]] = {}

    def people(self) -> frozenset[int]:
        """Return who may do all of it."""
        gates = {self._known.gated.get(key) for key in self._needed}
        if not gates <= {None, MULTI_UNIT, *self._place.features}:
            return NOBODY
        self._holdings.read(self._givers(self._needed))
        maybe = self._all_of(self._needed, self._line) | self.owner
        self._leave_active(maybe)
        self._let_in(maybe)
        people = self._plain | (self.owner & maybe) | self._all_of(self._needed, (self._unit,), self._own)
        if self._demanding(self._needed):
            people &= self._standing()
        return frozenset(people & self._in_several_units if MULTI_UNIT in gates else people)

    def direct(self, people: frozenset[int]) -> frozenset[int]:
        """Return who of the people has any of it by a right of their own."""
        rights = self._givers(self._keys)
        found = self._holdings.directly(rights, self._line) - self._own
        return people.intersection(found | (self._holdings.directly(rights, (self._unit,)) & self._own))

    def ways(self, people: frozenset[int]) -> Iterator[Way]:
        """Yield the groups that give any of it, with those of the people for whom the group counts."""
        above = people - self._own if self._own else people
        for group, roles, members in self._holdings.groups(self._givers(self._keys), self._line):
            here = self._policy.group_units[group] == self._unit
            yield Way(group, roles, people if here else above, members)

    def inside(self, people: frozenset[int]) -> frozenset[int]:
        """Return who of the people is known to have access to the very unit."""
        return people & self._inside | people & self._own

    def _givers(self, keys: Iterable[str]) -> frozenset[str]:
        return NOTHING.union(*(self._known.rights_giving(key) for key in keys))

    def _with_required(self, keys: Iterable[str]) -> frozenset[str]:
        return NOTHING.union(*((key, *self._known.needed_for(key)) for key in keys))

    def _all_of(
        self, keys: Iterable[str], units: Collection[int], people: Collection[int] | None = None
    ) -> set[int]:
        """Return who, of some people or of all, holds all of the permissions by something of the units."""
        found = None if people is None else set(people)
        for givers in {self._known.rights_giving(key) for key in keys}:
            if found is None or found:
                holders = self._holdings.holders(givers, units)
                found = holders if found is None else found & holders
        return found or set()

    def _leave_active(self, people: set[int]) -> None:
        """Take away who isn't active; a name for each costs less than all only where they are few."""
        if 0 < len(people) <= FEW:
            active = Account.objects.filter(among(people, "pk"), status=Account.Status.ACTIVE)
            people.intersection_update(numbers_of(active, "pk"))
        elif people:
            others = Account.objects.exclude(status=Account.Status.ACTIVE)
            people.difference_update(numbers_of(others, "pk"))

    def _let_in(self, people: set[int]) -> None:
        """Part the people by how they are let in (roles/resolver.py, may_enter and own_rights_only)."""
        if not people:
            return
        doors = Q(unit=self._unit) | Q(unit__in=self._place.ancestors, includes_subunits=True)
        rows = UnitAccess.objects.filter(self._live & among(people), doors)
        found = numbers_by(rows, "unit_id", "own_rights_only")
        own = people.intersection(found.pop((self._unit, True), ()))
        self._plain = frozenset(people.intersection(chain.from_iterable(found.values())))
        self._inside = frozenset(found.get((self._unit, False), ()))
        self._own = frozenset(own - self._plain)

    @cached_property
    def _in_several_units(self) -> frozenset[int]:
        """Who may enter at least two units (accounts/access.py, enterable_units)."""
        rows = UnitAccess.objects.filter(self._live, unit__in=self._policy.units)
        once: set[int] = set()
        found: set[int] = set()
        for (unit, below), accounts in numbers_by(rows, "unit_id", "includes_subunits").items():
            if below and len(self._policy.below(unit)) > 1:
                found.update(accounts)
            else:
                found |= once.intersection(accounts)
                once.update(accounts)
        owners = {node.owner for node in self._policy.units.values() if node.owner is not None}
        for owner, held in held_by(owners, self._live).items():
            if len(enterable_units(held.facts(owner, self._policy), self._policy)) > 1:
                found.add(owner)
        return frozenset(found)

    def _demanding(self, keys: Iterable[str]) -> set[str]:
        """Return the rights, of those that anybody holds, that demand more than a permission requires."""
        return self._holdings.held(NOTHING.union(*map(self._known.demanding_for, keys)))

    def _standing(self) -> frozenset[int]:
        """Return for whom all of it stands, by what its sources demand (roles/resolver.py, _standing)."""
        keys = self._with_what_is_demanded()
        left = {key: self._with_feature(key) for key in keys}
        before = None
        while left != before:
            before = left
            left = {key: self._stands(key, before) for key in keys}
        return frozenset.intersection(*(left[key] for key in self._keys))

    def _with_what_is_demanded(self) -> frozenset[str]:
        """Return the permissions on which it depends; what gives them is read then."""
        demands, keys, before = self._known.demands, self._needed, NOTHING
        while keys != before:
            before = keys
            self._holdings.read(self._givers(keys))
            demanded = (demands[right].get(key, ()) for right in self._demanding(keys) for key in keys)
            keys |= self._with_required(chain.from_iterable(demanded))
        return keys

    def _with_feature(self, key: str) -> frozenset[int]:
        gate = self._known.gated.get(key)
        if gate not in {None, MULTI_UNIT, *self._place.features}:
            return NOBODY
        holders = self._counting(self._known.rights_giving(key))
        return holders & self._in_several_units if gate == MULTI_UNIT else holders

    def _stands(self, key: str, left: Mapping[str, frozenset[int]]) -> frozenset[int]:
        required = self._known.permissions[key].requires
        people = left[key].intersection(*(left[each] for each in required))
        demanding = self._demanding([key])
        found = self._counting(self._known.rights_giving(key) - demanding)
        for right in demanding:
            demanded = self._known.demands[right][key]
            found |= self._counting(frozenset((right,))).intersection(*(left[each] for each in demanded))
        return people & found

    def _counting(self, rights: frozenset[str]) -> frozenset[int]:
        """Return who holds any of the rights in a way that counts for them here; the owner holds all."""
        if rights not in self._counted:
            above = self._holdings.holders(rights, self._line) - self._own
            here = self._holdings.holders(rights, (self._unit,)) & self._own
            self._counted[rights] = self.owner.union(above, here)
        return self._counted[rights]
