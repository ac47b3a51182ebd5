"""What an account may do in a unit, worked out from its facts. Pure: no database, no clock, no request.

The rules are those of the design, section 2: the account must be active and let in; what it was given itself
and what its groups' roles give adds up; the owner of the root has everything; then what lacks a feature, and
what lacks a required permission, is held without effect. A named permission may demand more than the
permissions that it gives require; one that another source gives without the demand has effect all the same.
"""

from collections import defaultdict
from collections.abc import Collection, Container, ItemsView, Iterable, Iterator, Mapping, ValuesView
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from roles.affected import Affected
from roles.catalogue import EVERYTHING, MULTI_UNIT, Catalogue, level_right
from roles.reasons import Causes, Reasons, Withheld, has_feature


class Source(NamedTuple):
    """One path by which a permission is held; `unit` is where the fact belongs, `right` is what was given."""

    kind: Literal["owner", "grant", "role"]
    unit: int
    grant: int | None
    group: int | None
    role: int | None
    right: str


Held = Mapping[str, tuple[Source, ...]]


class Access(NamedTuple):
    """A unit that the account may enter, with or without those below, with or without rights from above."""

    unit: int
    includes_subunits: bool
    own_rights_only: bool


class HeldGrant(NamedTuple):
    """A right of the account's own: a level of a module, or one permission or module-wide key."""

    id: int
    unit: int
    module: str | None
    level: int | None
    permission: str | None

    @property
    def right(self) -> str:
        """The right as it is written in a source."""
        if self.module is None or self.level is None:
            return self.permission or ""
        return level_right(self.module, self.level)


class HeldRole(NamedTuple):
    """A role of a group that the account is in, with the rights of its rules; `unit` is the group's."""

    group: int
    unit: int
    role: int
    rights: frozenset[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of one account at one moment; `owns` has the root units it owns."""

    active: bool
    owns: frozenset[int]
    accesses: tuple[Access, ...]
    grants: tuple[HeldGrant, ...]
    roles: tuple[HeldRole, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A unit, what is above it (the nearest first, the root last), and the features that it has."""

    unit: int
    root: int
    ancestors: tuple[int, ...]
    features: frozenset[str]


@dataclass(frozen=True, slots=True)
class Resolution:
    """Every permission held, with all its sources, parted into those in effect and those withheld."""

    effective: Held
    held: Held
    withheld: Mapping[str, Withheld]


def may_enter(facts: Facts, place: Place) -> bool:
    """Whether the account is let into the unit; whether it is active at all is another question."""
    return place.root in facts.owns or any(_lets_in(access, place) for access in facts.accesses)


def own_rights_only(facts: Facts, place: Place) -> bool:
    """Whether only what was given in this very unit counts there (S2-13 to S2-16: a child account).

    So it is if the unit's own access row says so, and no other row lets the account in: the more generous
    wins. The row of a unit above lets the account in with all that it has up there.
    """
    rows = [access for access in facts.accesses if _lets_in(access, place)]
    return bool(rows) and all(row.unit == place.unit and row.own_rights_only for row in rows)


def resolve(
    facts: Facts,
    catalogue: Catalogue,
    place: Place,
    *,
    enterable_units: int = 1,
    as_if_active: bool = False,
    only: Affected | None = None,
) -> Resolution:
    """All that the account may do in the unit, with sources, and what it holds without effect.

    `enterable_units` is how many units it may enter in all (S2-20); `as_if_active` shows what an account
    that is pending or disabled would have; with `only`, nothing but these permissions and what they need.
    """
    if not _counts(facts, place, as_if_active):
        return Resolution({}, {}, {})
    ways = _Ways(facts, catalogue, place, only)
    held = _Sources(ways, ways.keys)
    features = _features(place, enterable_units)
    standing = _standing(ways, catalogue, features, demanding=_demanding(facts, ways.units, catalogue))
    return Resolution(_Sources(ways, standing), held, Reasons(Causes(held, standing, catalogue, features)))


def allows(
    facts: Facts,
    catalogue: Catalogue,
    place: Place,
    permission: str,
    *,
    enterable_units: int = 1,
    as_if_active: bool = False,
) -> bool:
    """Whether `resolve` would find the permission in effect; looks only at it and at what it requires.

    Raises UnknownPermission.
    """
    needed = (permission, *catalogue.needed_for(permission))
    features = _features(place, enterable_units)
    if not _counts(facts, place, as_if_active):
        return False
    if not all(has_feature(catalogue.permissions[key], features) for key in needed):
        return False
    if place.root in facts.owns:
        return True
    units = counting_units(facts, place)
    if _demanding(facts, units, catalogue, needed):
        ways = _Ways(facts, catalogue, place)
        return permission in _standing(ways, catalogue, features, demanding=True)
    return all(_is_held(facts, units, catalogue.rights_giving(key)) for key in needed)


def sources_of(facts: Facts, catalogue: Catalogue, place: Place, permission: str) -> tuple[Source, ...]:
    """The sources that `resolve` would name for the permission, in the same order, looking only for them.

    Raises UnknownPermission.
    """
    return tuple(sorted(_sources(facts, place, catalogue.rights_giving(permission))))


def _counts(facts: Facts, place: Place, as_if_active: bool) -> bool:
    return (facts.active or as_if_active) and may_enter(facts, place)


def _lets_in(access: Access, place: Place) -> bool:
    return access.unit == place.unit or (access.includes_subunits and access.unit in place.ancestors)


def counting_units(facts: Facts, place: Place) -> frozenset[int]:
    """The units whose grants and groups count in the place."""
    above = () if own_rights_only(facts, place) else place.ancestors
    return frozenset((place.unit, *above))


def _is_held(facts: Facts, units: frozenset[int], givers: frozenset[str]) -> bool:
    """Whether a grant or a group gives one of the rights; quick, because a role may have many rules."""
    return any(grant.unit in units and grant.right in givers for grant in facts.grants) or any(
        role.unit in units and not role.rights.isdisjoint(givers) for role in facts.roles
    )


def _sources(facts: Facts, place: Place, among: frozenset[str] | None = None) -> Iterator[Source]:
    """Every source that counts in the place; with `among`, of these rights only, and the owner's."""
    units = counting_units(facts, place)
    if place.root in facts.owns:
        yield Source("owner", place.root, None, None, None, EVERYTHING)
    for grant in facts.grants:
        if grant.unit in units and (among is None or grant.right in among):
            yield Source("grant", grant.unit, grant.id, None, None, grant.right)
    for role in facts.roles:
        if role.unit in units:
            sources = _sources_of_role(role)
            yield from sources if among is None else (each for each in sources if each.right in among)


@lru_cache(maxsize=4096)
def _sources_of_role(role: HeldRole) -> tuple[Source, ...]:
    """What a role gives, in a settled order: the same for all who are in its group."""
    return tuple(
        Source("role", role.unit, None, role.group, role.role, right) for right in sorted(role.rights)
    )


class _Ways:
    """What is held, and by which sources; these are worked out when one of them is read."""

    __slots__ = ("_all", "_catalogue", "_facts", "_only", "_place", "keys", "units")

    def __init__(
        self, facts: Facts, catalogue: Catalogue, place: Place, only: Affected | None = None
    ) -> None:
        self._facts, self._catalogue, self._place, self._only = facts, catalogue, place, only
        self._all: dict[str, tuple[Source, ...]] | None = None
        self.units = counting_units(facts, place)
        keys = self._keys()
        self.keys: Collection[str] = keys if only is None else only.needed.intersection(keys)

    def _keys(self) -> Collection[str]:
        if self._place.root in self._facts.owns:
            return self._catalogue.permissions.keys()
        given_by, units = self._catalogue.given_by, self.units
        found: set[str] = set()
        for grant in self._facts.grants:
            if grant.unit in units:
                found |= given_by(grant.right)
        return found.union(
            *(self._catalogue.given_by_all(role.rights) for role in self._facts.roles if role.unit in units)
        )

    def in_order(self, keys: Container[str]) -> Iterator[str]:
        """Yield the permissions in the order of the catalogue."""
        return (key for key in self._catalogue.permissions if key in keys)

    def of(self, key: str) -> tuple[Source, ...]:
        """Return the sources of one permission that is held, in a settled order."""
        if self._all is None:
            return sources_of(self._facts, self._catalogue, self._place, key)
        return self._all[key]

    def all(self) -> dict[str, tuple[Source, ...]]:
        """Return the sources of every permission that is held, in the same order."""
        if self._all is None:
            self._all = self._worked_out()
        return self._all

    def _worked_out(self) -> dict[str, tuple[Source, ...]]:
        found: defaultdict[str, list[Source]] = defaultdict(list)
        among = None if self._only is None else self._only.givers
        for source in sorted(_sources(self._facts, self._place, among)):
            # A right of everything is believed of the owner alone, whatever a grant or a rule may say.
            owner = source.kind == "owner"
            given = self._catalogue.permissions if owner else self._catalogue.given_by(source.right)
            for key in given if self._only is None else self._only.needed.intersection(given):
                found[key].append(source)
        return {key: tuple(sources) for key, sources in found.items()}


class _Sources(Mapping[str, tuple[Source, ...]]):
    """Some of the permissions held, with their sources, in the order of the catalogue."""

    __slots__ = ("_keys", "_ways")

    def __init__(self, ways: _Ways, keys: Collection[str]) -> None:
        self._ways, self._keys = ways, keys

    def __getitem__(self, key: str) -> tuple[Source, ...]:
        if key not in self._keys:
            raise KeyError(key)
        return self._ways.of(key)

    def __iter__(self) -> Iterator[str]:
        return self._ways.in_order(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def items(self) -> ItemsView[str, tuple[Source, ...]]:
        self._ways.all()
        return super().items()

    def values(self) -> ValuesView[tuple[Source, ...]]:
        self._ways.all()
        return super().values()

    def __repr__(self) -> str:
        return repr(dict(self.items()))


def _features(place: Place, enterable_units: int) -> frozenset[str]:
    """The unit's features, with the computed one as the facts have it, whatever the unit says."""
    switched = place.features - {MULTI_UNIT}
    return switched | {MULTI_UNIT} if enterable_units > 1 else switched


def _demanding(
    facts: Facts, units: frozenset[int], catalogue: Catalogue, keys: Iterable[str] | None = None
) -> bool:
    """Whether a right counts that demands more than its permissions do: then the quick look isn't enough.

    With `keys`, whether it demands it for one of them.
    """
    demands = catalogue.demanding if keys is None else frozenset().union(*map(catalogue.demanding_for, keys))
    if not demands:
        return False
    return any(grant.unit in units and grant.right in demands for grant in facts.grants) or any(
        role.unit in units and not role.rights.isdisjoint(demands) for role in facts.roles
    )


def _standing(ways: _Ways, catalogue: Catalogue, features: frozenset[str], *, demanding: bool) -> set[str]:
    """The permissions in effect: those that lack something are taken away until nothing changes.

    A permission lacks something when one that it requires is gone, or when each of its sources demands
    one that is gone. Without a demanding source only those that require something can fall.
    """
    requiring = catalogue.requiring
    left = set(ways.keys).difference(key for key, gate in catalogue.gated.items() if gate not in features)
    if not demanding:
        # In one go: what a permission requires comes before it.
        for key, required in requiring.items():
            if key in left and not left.issuperset(required):
                left.remove(key)
        return left
    held, candidates = ways.all(), set(left)
    while fallen := {key for key in candidates if not _stands(key, held, left, catalogue)}:
        left -= fallen
        candidates -= fallen
    return left


def _stands(key: str, held: Held, left: set[str], catalogue: Catalogue) -> bool:
    if not left.issuperset(catalogue.permissions[key].requires):
        return False
    demands = catalogue.demands
    return any(
        source.right not in demands or left.issuperset(demands[source.right].get(key, ()))
        for source in held[key]
    )
