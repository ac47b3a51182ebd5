"""Everything that ever bore on who may do something in a unit, as plain values.

It is read in a constant number of statements, however many people and however long their past is.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q

from accounts.held import ACCESS_FIELDS, GRANT_FIELDS, Held
from accounts.lived import Lived, by_first, dates_of, lived_at, read_lived
from accounts.models import Account, Grant, StatusPeriod, UnitAccess
from accounts.policy import Policy, Tree, UnitsThen, levels_of, policy_then, unit_nodes
from accounts.turns.bearing import Bearing, by_level, groups_ever, roles_ever, single
from accounts.who.judge import Judge
from accounts.who.question import Question, asked_for
from adminrights.models import Fact, UnitFeature
from groups.models import Group, GroupRole, Membership
from roles.catalogue import catalogue
from roles.models import Rule
from roles.resolver import Access, HeldGrant


class Policies:
    """What held for everybody: the judge of any moment, and when it changed for a group."""

    def __init__(self, question: Question, bearing: Bearing, whole: str) -> None:
        self._question, self._whole, self._bearing = question, whole, bearing
        ever = groups_ever(bearing.rights, whole)
        self._carried = read_lived(GroupRole, ("group_id", "role_id"), Q(pk__in=ever.values("pk")))
        self._rules = read_lived(
            Rule,
            ("role_id", "permission_id"),
            roles_ever(bearing.rights),
            permission__in=single(bearing.rights),
        )
        self._levels = list(levels_of(by_level(bearing.rights)))
        here = {} if bearing.counts_units else {"unit__path__startswith": whole}
        self._features = read_lived(UnitFeature, ("unit_id", "feature"), feature__in=bearing.features, **here)
        self._places = dict(Group.objects.filter(pk__in=ever.values("group")).values_list("pk", "unit_id"))
        self._units = UnitsThen(
            question.unit.root.created_at if question.unit.root else question.unit.created_at
        )
        self._tree_moments = sorted(self._units.moments())
        self._trees: dict[int, Tree] = {}
        self.common = dates_of(self._features) | set(self._tree_moments)
        self._by_group = self._dates_by_group()
        self._moments = sorted(self.common.union(*self._by_group.values()))
        self._judges: dict[int, Judge | None] = {}

    def owners(self) -> set[int]:
        """Return everybody who owns the organisation or ever owned it."""
        root = self._question.unit.root_id_or_self
        trees = (self._tree(at) for at in [*self._tree_moments, datetime.max.replace(tzinfo=UTC)])
        found = (tree[root][1] for tree in trees if root in tree)
        return {owner for owner in found if owner is not None}

    def dates(self, groups: Iterable[int]) -> set[datetime]:
        """Return when anything changed for whoever was in the groups."""
        return self.common.union(*(self._by_group.get(group, ()) for group in groups))

    def judge(self, at: datetime) -> Judge | None:
        """Return who answers for the moment; None where nobody may do it, because there is no such unit."""
        number = bisect_right(self._moments, at)
        if number not in self._judges:
            self._judges[number] = self._judge(at)
        return self._judges[number]

    def _judge(self, at: datetime) -> Judge | None:
        policy, unit = self._policy(at), self._question.unit.pk
        keys = asked_for(self._question, policy) if unit in policy.units else ()
        return Judge(keys, policy, unit) if keys else None

    def _dates_by_group(self) -> Mapping[int, set[datetime]]:
        of_role: dict[int, set[datetime]] = defaultdict(set)
        for rule in self._rules:
            of_role[rule.what[0]] |= dates_of([rule])
        found: dict[int, set[datetime]] = defaultdict(set)
        for fact in self._carried:
            found[fact.what[0]] |= dates_of([fact]) | of_role[fact.what[1]]
        return found

    def _tree(self, at: datetime) -> Tree:
        number = bisect_right(self._tree_moments, at)
        if number not in self._trees:
            self._trees[number] = self._pruned(self._units.tree(at))
        return self._trees[number]

    def _pruned(self, tree: Tree) -> Tree:
        """Leave out the units that don't matter: all but the line of the unit, unless units are counted."""
        if self._bearing.counts_units or self._question.unit.pk not in tree:
            return tree
        line = {int(part) for part in tree[self._question.unit.pk][0].split("/") if part}
        return {pk: node for pk, node in tree.items() if pk in line}

    def _policy(self, at: datetime) -> Policy:
        return policy_then(
            unit_nodes(self._tree(at), by_first(lived_at(self._features, at))),
            self._places,
            lived_at(self._carried, at),
            [*lived_at(self._rules, at), *self._levels],
        )


class Life:
    """The facts of one account; what it was let into is kept for the question who may see it."""

    def __init__(self) -> None:
        self.status: list[Lived] = []
        self.accesses: list[Lived] = []
        self.grants: list[Lived] = []
        self.groups: list[Lived] = []

    def dates(self) -> set[datetime]:
        """Return when anything of it started or ended."""
        return dates_of([*self.status, *self.accesses, *self.grants, *self.groups])

    def held(self, at: datetime) -> Held:
        """Return what the account held at the moment."""
        return Held(
            active=Account.Status.ACTIVE in lived_at(self.status, at),
            accesses=list(lived_at(self.accesses, at)),
            grants=list(lived_at(self.grants, at)),
            groups=list(lived_at(self.groups, at)),
        )

    def was_in(self, units: Iterable[int], at: datetime) -> bool:
        """Return whether it was let into one of the units at the moment, or up to it."""
        return any(
            access.what.unit in units and access.start <= at and (access.end is None or access.end >= at)
            for access in self.accesses
        )


def lives(question: Question, bearing: Bearing, whole: str, owners: Iterable[int]) -> dict[int, Life]:
    """Return, by account, the facts of everybody who holds what is asked for, or ever held it."""
    giving = frozenset().union(*(catalogue().rights_giving(key) for key in question.keys))
    members = Membership.objects.filter(group__in=groups_ever(giving, whole).values("group"))
    given = Grant.objects.filter(_gives(giving), unit__path__startswith=whole)
    about = (
        Q(account__in=members.values("account"))
        | Q(account__in=given.values("account"))
        | Q(account__in=list(owners))
    )
    found: dict[int, Life] = defaultdict(Life)
    here = Q() if bearing.counts_units else Q(unit__path__startswith=whole)
    for account, fact in _read(StatusPeriod, ("status",), about, str):
        found[account].status.append(fact)
    for account, fact in _read(UnitAccess, ACCESS_FIELDS, about & here, Access):
        found[account].accesses.append(fact)
    of_grants = about & _gives(bearing.rights) & Q(unit__path__startswith=whole)
    for account, fact in _read(Grant, GRANT_FIELDS, of_grants, HeldGrant):
        found[account].grants.append(fact)
    of_groups = about & Q(group__in=groups_ever(bearing.rights, whole).values("group"))
    for account, fact in _read(Membership, ("group_id",), of_groups, int):
        found[account].groups.append(fact)
    return dict(found)


def _gives(rights: frozenset[str]) -> Q:
    return Q(permission__in=single(rights)) | by_level(rights)


def _read(
    kind: type[Fact], fields: tuple[str, ...], condition: Q, make: Callable[..., Any]
) -> Iterable[tuple[int, Lived]]:
    for fact in read_lived(kind, ("account_id", *fields), condition):
        account, *what = fact.what
        yield account, fact._replace(what=make(*what))
