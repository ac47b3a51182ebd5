"""What an account may do in a unit, worked out from its facts. Pure: no database, no clock, no request.

The rules are those of the design, section 2: the account must be active and let in; what it was given itself
and what its groups' roles give adds up; the owner of the root has everything; then what lacks a feature, and
what lacks a required permission, is held without effect. A named permission may demand more than the
permissions that it gives require; one that another source gives without the demand has effect all the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from roles.catalogue import EVERYTHING, MULTI_UNIT, Catalogue, Permission, level_right


class Source(NamedTuple):
    """One path by which a permission is held; `unit` is where the fact belongs, `right` is what was given."""

    kind: Literal["owner", "grant", "role"]
    unit: int
    grant: int | None
    group: int | None
    role: int | None
    right: str


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
class Withheld:
    """Why a permission that is held has no effect: what the unit lacks, what the account lacks.

    `missing_permissions` are the causes, not the steps on the way: of all that the permission requires,
    directly or not, those that are not held or whose own feature is missing. With them it would take effect.
    """

    missing_feature: str | None
    missing_permissions: tuple[str, ...]


Held = dict[str, tuple[Source, ...]]


@dataclass(frozen=True, slots=True)
class Resolution:
    """Every permission held, with all its sources, parted into those in effect and those withheld."""

    effective: dict[str, tuple[Source, ...]]
    held: dict[str, tuple[Source, ...]]
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
) -> Resolution:
    """All that the account may do in the unit, with sources, and what it holds without effect.

    `enterable_units` is how many units it may enter in all (S2-20); `as_if_active` shows what an account
    that is pending or disabled would have.
    """
    if not _counts(facts, place, as_if_active):
        return Resolution({}, {}, {})
    held = _held(facts, catalogue, place)
    features = _features(place, enterable_units)
    standing = _standing(held, catalogue, features, _demanding(facts, _units(facts, place), catalogue))
    effective = {key: sources for key, sources in held.items() if key in standing}
    return Resolution(effective, held, _Reasons(_Causes(held, standing, catalogue, features)))


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
    if not all(_has_feature(catalogue.permissions[key], features) for key in needed):
        return False
    if place.root in facts.owns:
        return True
    units = _units(facts, place)
    if _demanding(facts, units, catalogue):
        held = _held(facts, catalogue, place)
        return permission in _standing(held, catalogue, features, demanding=True)
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


def _units(facts: Facts, place: Place) -> frozenset[int]:
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
    units = _units(facts, place)
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


def _held(facts: Facts, catalogue: Catalogue, place: Place) -> dict[str, tuple[Source, ...]]:
    """Every permission held, in the order of the catalogue, with its sources in a settled order."""
    found: defaultdict[str, list[Source]] = defaultdict(list)
    for source in sorted(_sources(facts, place)):
        # A right of everything is believed of the owner alone, whatever a grant or a rule may say.
        given = catalogue.permissions if source.kind == "owner" else catalogue.given_by(source.right)
        for key in given:
            found[key].append(source)
    return {key: tuple(found[key]) for key in catalogue.permissions if key in found}


def _features(place: Place, enterable_units: int) -> frozenset[str]:
    """The unit's features, with the computed one as the facts have it, whatever the unit says."""
    switched = place.features - {MULTI_UNIT}
    return switched | {MULTI_UNIT} if enterable_units > 1 else switched


def _has_feature(permission: Permission, features: frozenset[str]) -> bool:
    return permission.feature is None or permission.feature in features


def _demanding(facts: Facts, units: frozenset[int], catalogue: Catalogue) -> bool:
    """Whether a right counts that demands more than its permissions do: then the quick look isn't enough."""
    demands = catalogue.demands.keys()
    return any(grant.unit in units and grant.right in demands for grant in facts.grants) or any(
        role.unit in units and not role.rights.isdisjoint(demands) for role in facts.roles
    )


def _standing(held: Held, catalogue: Catalogue, features: frozenset[str], demanding: bool) -> set[str]:
    """The permissions in effect: those that lack something are taken away until nothing changes.

    A permission lacks something when one that it requires is gone, or when each of its sources demands
    one that is gone. Without a demanding source only those that require something can fall.
    """
    gated = catalogue.gated
    left = held.keys() - {key for key in held.keys() & gated.keys() if gated[key] not in features}
    candidates = set(left) if demanding else left & catalogue.requiring.keys()
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


@dataclass(frozen=True, slots=True)
class _Causes:
    """Finds what is at the root of a permission without effect."""

    held: Held
    standing: set[str]
    catalogue: Catalogue
    features: frozenset[str]

    def reason(self, key: str) -> Withheld:
        """Why the permission has no effect: its feature, and the causes among what it or its sources need."""
        permission = self.catalogue.permissions[key]
        feature = None if _has_feature(permission, self.features) else permission.feature
        order = {name: place for place, name in enumerate(self.catalogue.needed_for(key))}
        causes = self.of_requirements(key, ())
        placed = sorted(causes, key=lambda cause: (order.get(cause, len(order)), cause))
        return Withheld(feature, tuple(placed))

    def of_requirements(self, key: str, path: tuple[str, ...]) -> frozenset[str]:
        """The causes behind what the permission requires, and behind what its cheapest source demands."""
        required = self._all(self.catalogue.permissions[key].requires, (*path, key))
        demanded = [
            self._all(self.catalogue.demands.get(source.right, {}).get(key, ()), (*path, key))
            for source in self.held[key]
        ]
        return required | min(demanded, key=lambda causes: (len(causes), sorted(causes)))

    def _all(self, keys: Iterable[str], path: tuple[str, ...]) -> frozenset[str]:
        return frozenset().union(*(self._of(key, path) for key in keys))

    def _of(self, key: str, path: tuple[str, ...]) -> frozenset[str]:
        if key in self.standing or key in path:
            return frozenset()
        lacking = key not in self.held or not _has_feature(self.catalogue.permissions[key], self.features)
        own = frozenset((key,)) if lacking else frozenset()
        if key not in self.held:
            return own | self._all(self.catalogue.permissions[key].requires, (*path, key))
        return own | self.of_requirements(key, path)


class _Reasons(Mapping[str, Withheld]):
    """Why each permission that is withheld has no effect, worked out when it is read: decisions never do."""

    __slots__ = ("_causes", "_known")

    def __init__(self, causes: _Causes) -> None:
        self._causes = causes
        self._known: dict[str, Withheld | None] = {
            key: None for key in causes.held if key not in causes.standing
        }

    def __getitem__(self, key: str) -> Withheld:
        known = self._known[key]
        if known is None:
            known = self._known[key] = self._causes.reason(key)
        return known

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, key: object) -> bool:
        return key in self._known

    def __repr__(self) -> str:
        return repr(dict(self))
