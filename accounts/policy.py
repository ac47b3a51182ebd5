"""The policy: units, features, groups' roles and roles' rights, as plain values.

It is about nobody in particular and changes rarely, so a process keeps a copy. The copy is exact: it is
used only while it bears the token that the database shows at the moment of the decision, and only until
the next date at which one of its facts starts or runs out.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Min, Q
from django.utils import timezone

from accounts.lived import by_first
from adminrights.models import Fact, JournalHead, Unit, UnitFeature
from adminrights.models.facts import live_at, live_now
from adminrights.past import then, writes_since
from groups.models import Group, GroupRole
from roles.catalogue import Catalogue, catalogue
from roles.models import Role, Rule
from roles.resolver import HeldRole, Place

KEPT = 3
# Every open unit: its path and its owner.
Tree = Mapping[int, tuple[str, int | None]]


@dataclass(frozen=True, slots=True)
class UnitNode:
    """A unit's place in the tree. `ancestors` runs from the parent to the root."""

    id: int
    root: int
    ancestors: tuple[int, ...]
    path: str
    owner: int | None
    features: frozenset[str]


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that decisions need besides the account's own facts."""

    catalogue: Catalogue
    units: dict[int, UnitNode]
    group_units: dict[int, int]
    group_roles: dict[int, tuple[int, ...]]
    role_rights: dict[int, frozenset[str]]
    good_until: datetime | None
    # The organisations in which whoever can hand out rights needs a second factor.
    factor_required: frozenset[int] = frozenset()
    # What was asked of the tree before: a copy with another tree begins anew.
    _below: dict[int, tuple[int, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _owned: dict[int, set[int]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._owned.update(by_first((node.owner, node.id) for node in self.units.values() if node.owner))

    def place(self, unit: int) -> Place:
        """Return the unit as the resolver wants it. Raises KeyError for a closed or unknown unit."""
        node = self.units[unit]
        return Place(node.id, node.root, node.ancestors, node.features)

    def held_roles(self, groups: Iterable[int]) -> tuple[HeldRole, ...]:
        """Return what the groups carry: one entry for each group and role."""
        return tuple(
            HeldRole(group, self.group_units[group], role, self.role_rights.get(role, frozenset()))
            for group in groups
            if group in self.group_units
            for role in self.group_roles.get(group, ())
        )

    def owned_by(self, account: int) -> frozenset[int]:
        """Return the root units that the account owns."""
        return frozenset(self._owned.get(account, ()))

    def below(self, unit: int) -> tuple[int, ...]:
        """Return the unit and everything below it."""
        known = self._below.get(unit)
        if known is not None:
            return known
        path = self.units[unit].path
        found = tuple(node.id for node in self.units.values() if node.path.startswith(path))
        self._below[unit] = found
        return found


_kept: dict[str, Policy] = {}


def policy_for(token: str, at: datetime) -> Policy:
    """Return the policy that bears the token, from the process's copy where it is still good."""
    kept = _kept.get(token)
    if kept is not None and (kept.good_until is None or at < kept.good_until):
        return kept
    loaded = load_policy(live_now(at), at)
    while len(_kept) >= KEPT:
        _kept.pop(next(iter(_kept)))
    _kept[token] = loaded
    return loaded


def load_policy(live: Q, at: datetime | None = None, tree: Tree | None = None) -> Policy:
    """Read the policy whose facts meet the condition: now, at a date, or before an open change.

    `tree` takes the place of today's units: places and owners are no dated facts.
    """
    groups = dict(Group.objects.values_list("pk", "unit_id"))
    return Policy(
        catalogue=catalogue(),
        units=unit_nodes(present_tree() if tree is None else tree, _features(live)),
        group_units=groups,
        group_roles=_group_roles(live),
        role_rights=_role_rights(live),
        good_until=_next_date(at) if at else None,
        factor_required=_factor_required(),
    )


def _factor_required() -> frozenset[int]:
    roots = Unit.objects.open().filter(factor_required=True)
    return frozenset(roots.values_list("pk", flat=True))


def present_tree() -> Tree:
    """Return the open units as they stand: path and owner by id."""
    units = Unit.objects.open().values_list("pk", "path", "owner_id")
    return {pk: (path, owner) for pk, path, owner in units}


def past_policy(at: datetime) -> Policy:
    """Return the policy of any moment: its facts, and the tree of units as it stood then."""
    return load_policy(live_at(at), tree=UnitsThen(at).tree(at))


class UnitsThen:
    """The units since a moment, closed ones too, for looks back to any moment after it. Two statements."""

    def __init__(self, since: datetime) -> None:
        self.writes = writes_since("unit", since)
        rows = Unit.objects.values("pk", "path", "owner_id", "created_at", "closed_at")
        self._rows: list[Any] = list(rows)

    def tree(self, at: datetime) -> Tree:
        """Return the units that were open at the moment, with the place and the owner that each had then."""
        known = then(self.writes, at)
        rows = (row | known.get(row["pk"], {}) for row in self._rows if row["created_at"] <= at)
        return {row["pk"]: (row["path"], row["owner_id"]) for row in rows if row["closed_at"] is None}

    def moments(self) -> set[datetime]:
        """Return when the tree was altered."""
        return {row["created_at"] for row in self._rows} | {write.at for write in self.writes}


def policy_then(
    units: dict[int, UnitNode],
    places: dict[int, int],
    carried: Iterable[tuple[int, int]],
    rights: Iterable[tuple[int, str]],
) -> Policy:
    """Return the policy of a moment: `places` is the unit of each group; pairs say which group carries which
    role, and which role gives which right.
    """
    return Policy(
        catalogue=catalogue(),
        units=units,
        group_units=places,
        group_roles={group: tuple(sorted(roles)) for group, roles in by_first(carried).items()},
        role_rights={role: frozenset(keys) for role, keys in by_first(rights).items()},
        good_until=None,
    )


def levels_of(roles: Q) -> Iterator[tuple[int, str]]:
    """Yield the right that a level is, with its role, of the roles that meet the condition and are one."""
    standing = Role.objects.filter(roles, module__isnull=False)
    for pk, module, level in standing.values_list("pk", "module_id", "level"):
        yield pk, f"{module}@{level}"


def _features(live: Q) -> Mapping[int, set[str]]:
    features = defaultdict(set)
    for unit, feature in UnitFeature.objects.filter(live).values_list("unit_id", "feature"):
        features[unit].add(feature)
    return features


def unit_nodes(tree: Tree, features: Mapping[int, Collection[str]]) -> dict[int, UnitNode]:
    """Return the units of a tree by id; `features` are those that each was given itself."""
    nodes = {}
    for pk, (path, owner) in tree.items():
        line = [int(part) for part in path.split("/") if part]
        nodes[pk] = UnitNode(
            id=pk,
            root=line[0],
            ancestors=tuple(reversed(line[:-1])),
            path=path,
            owner=owner,
            # Features are bought for the root; a unit below has them too, and may have more.
            features=frozenset().union(*(features.get(part, ()) for part in line)),
        )
    return nodes


def _group_roles(live: Q) -> dict[int, tuple[int, ...]]:
    found: dict[int, list[int]] = defaultdict(list)
    for group, role in GroupRole.objects.filter(live).order_by("role_id").values_list("group_id", "role_id"):
        found[group].append(role)
    return {group: tuple(roles) for group, roles in found.items()}


def _role_rights(live: Q) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for role, permission in Rule.objects.filter(live).values_list("role_id", "permission_id"):
        found[role].add(permission)
    for role, right in levels_of(Q()):
        found[role].add(right)
    return {role: frozenset(rights) for role, rights in found.items()}


def _next_date(at: datetime) -> datetime | None:
    dates = []
    kinds: tuple[type[Fact], ...] = (Rule, GroupRole, UnitFeature)
    for kind in kinds:
        standing = kind.objects.not_ended()
        dates.append(standing.filter(starts_at__gt=at).aggregate(at=Min("starts_at"))["at"])
        dates.append(standing.filter(expires_at__gt=at).aggregate(at=Min("expires_at"))["at"])
    return min((date for date in dates if date), default=None)


def policy_now(at: datetime | None = None) -> Policy:
    """Return the policy of this moment, by the token that the database shows."""
    return policy_for(policy_token(), at or timezone.now())


def policy_token() -> str:
    """Return the token that the database shows at this moment; every write to the policy draws a new one."""
    token = JournalHead.objects.filter(pk=1).values_list("policy", flat=True).first()
    return token.hex if token else ""
