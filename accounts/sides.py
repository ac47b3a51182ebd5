"""A side of a change, before or after: what people hold then, worked out once for all who hold the same."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from accounts.access import enterable_units, resolve_held
from accounts.ends import NEVER, NOTHING, Ends, Ways, way
from accounts.held import Held
from accounts.policy import Policy
from adminrights.models import Fact
from groups.models import Membership
from roles.affected import Affected
from roles.resolver import Facts, Resolution, Source, counting_units, resolve

# What an account holds of what counts: whether it is active, its grants and its groups.
Signature = tuple[bool, tuple[object, ...], tuple[int, ...]]


class Rights(NamedTuple):
    """What is effective, now and if the account were active, and by which ways each is held then."""

    effective: frozenset[str]
    held: "HeldWays"
    awake: frozenset[str]


class HeldWays(Mapping[str, Ways]):
    """By which ways each right is held, worked out once it is asked: most rights are held as before."""

    __slots__ = ("_sources", "_ways", "_worked_out", "rights")

    def __init__(self, sources: Mapping[str, tuple[Source, ...]]) -> None:
        self.rights = frozenset(sources)
        self._sources = sources
        self._worked_out: dict[str, tuple[Source, ...]] | None = None
        self._ways: dict[str, Ways] = {}

    def __getitem__(self, key: str) -> Ways:
        if key not in self._ways:
            self._ways[key] = frozenset(map(way, self.sources()[key]))
        return self._ways[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self.rights)

    def __contains__(self, key: object) -> bool:
        return key in self.rights

    def sources(self) -> dict[str, tuple[Source, ...]]:
        """Return all sources of each right."""
        if self._worked_out is None:
            self._worked_out = dict(self._sources.items())
        return self._worked_out

    def unlike(self, other: "HeldWays") -> Iterator[str]:
        """Yield the rights that aren't held by the very same sources."""
        known = other.sources()
        return (key for key, sources in self.sources().items() if known.get(key) != sources)


class View(NamedTuple):
    """All that a unit has to do with what an account holds there.

    Units with the same view give the same: the root if the account owns it, the features, whether it may
    enter several units, and the units whose facts count.
    """

    owned: int | None
    features: frozenset[str]
    several: bool
    counting: frozenset[int]


NOTHING_HELD = Rights(frozenset(), HeldWays({}), frozenset())


@dataclass(slots=True)
class Side:
    """A policy, and the condition that picks facts about people.

    With `only`, rights are worked out just so far as a change can alter them.
    """

    policy: Policy
    live: Q
    dates: Ends | None = None
    # Whether something in the policy may have a date.
    dated_policy: bool = True
    only: Affected | None = None
    _remembered: dict[tuple[View, Signature], Rights] = field(default_factory=dict)
    _views: dict[tuple[object, ...], dict[int, View]] = field(default_factory=dict)
    _carrying: frozenset[int] | None = None
    _owners: set[int | None] | None = None

    def about(self, only: Affected | None) -> "Side":
        """Return the same side, looked at so far as these can tell."""
        return replace(self, only=only, _remembered={}, _views=self._views, _carrying=None)

    def ends(self, accounts: Collection[int]) -> Ends:
        """Return the planned ends of what the accounts hold; read once."""
        if self.dates is None:
            self.dates = Ends(self.live, accounts, of_policy=self.dated_policy)
        return self.dates

    def until(
        self, accounts: Collection[int], account: int, held: Held, unit: int, rights: Iterable[str]
    ) -> dict[str, datetime]:
        """Return which of the rights that one of them holds in the unit end by themselves, and when."""
        rights = list(rights)
        if not rights or not (ends := self.ends(accounts)):
            return {}
        known = self.rights(account, held, unit).held
        ways = {right: known.get(right, NOTHING) for right in rights}
        entry = ends.of_entry(account, held, self.policy, unit)
        until = ends.until(account, ways, entry)
        # What is handed over has no way of its own here: it lasts as long as one may enter.
        last = {right: max((until[each] for each in some), default=entry.own) for right, some in ways.items()}
        return {right: end for right, end in last.items() if end != NEVER}

    def units(self, account: int, held: Held) -> frozenset[int]:
        """Return the units that the account may enter, active or not."""
        return frozenset(self.views(account, held))

    def views(self, account: int, held: Held) -> Mapping[int, View]:
        """Return how each unit that the account may enter looks to what it holds."""
        known = self.policy.group_units
        places = {grant.unit for grant in held.grants}
        places.update(known[group] for group in held.groups if group in known)
        key = (self.owned(account), tuple(held.accesses), frozenset(places))
        if key not in self._views:
            facts = held.facts(account, self.policy)
            entered = enterable_units(facts, self.policy)
            self._views[key] = {unit: self._view(facts, unit, places, len(entered) > 1) for unit in entered}
        return self._views[key]

    def _view(self, facts: Facts, unit: int, places: set[int], several: bool) -> View:
        place = self.policy.place(unit)
        root = place.root if place.root in facts.owns else None
        return View(root, place.features, several, frozenset(places & counting_units(facts, place)))

    def owned(self, account: int) -> frozenset[int]:
        """Return the roots that the account owns, quickly for the many who own none."""
        if self._owners is None:
            self._owners = {node.owner for node in self.policy.units.values()}
        return self.policy.owned_by(account) if account in self._owners else frozenset()

    def signature(self, held: Held, view: View) -> Signature:
        """Return what of the account's facts counts in such units."""
        only, counting, known = self.only, view.counting, self.policy.group_units
        grants = [
            (grant.unit, grant.module or "", grant.level or 0, grant.permission or "")
            for grant in held.grants
            if grant.unit in counting and (only is None or grant.right in only.givers)
        ]
        carrying = self.carrying()
        groups = [group for group in held.groups if group in carrying and known.get(group) in counting]
        return (held.active, tuple(sorted(grants)), tuple(sorted(groups)))

    def carrying(self) -> Collection[int]:
        """Return the groups that carry anything of what is looked at."""
        if self._carrying is None:
            only, rights = self.only, self.policy.role_rights
            self._carrying = frozenset(
                group
                for group, roles in self.policy.group_roles.items()
                if only is None
                or any(not rights.get(role, frozenset()).isdisjoint(only.givers) for role in roles)
            )
        return self._carrying

    def rights(self, account: int, held: Held, unit: int) -> Rights:
        """Return what is effective, and what would be held if the account were active."""
        view = self.views(account, held).get(unit)
        if view is None:
            return NOTHING_HELD
        key = (view, self.signature(held, view))
        if key not in self._remembered:
            self._remembered[key] = self._worked_out(account, held, unit)
        return self._remembered[key]

    def _worked_out(self, account: int, held: Held, unit: int) -> Rights:
        real = self._resolved(account, held, unit, as_if_active=False)
        given = real if held.active else self._resolved(account, held, unit, as_if_active=True)
        return Rights(frozenset(real.effective), HeldWays(given.held), frozenset(given.effective))

    def _resolved(self, account: int, held: Held, unit: int, *, as_if_active: bool) -> Resolution:
        facts = held.facts(account, self.policy)
        return resolve(
            facts,
            self.policy.catalogue,
            self.policy.place(unit),
            enterable_units=len(enterable_units(facts, self.policy)),
            as_if_active=as_if_active,
            only=self.only,
        )

    def asleep(self, account: int, held: Held, unit: int) -> frozenset[str]:
        """Return what the account has, but nobody can use in the unit before the unit gets a feature."""
        real = resolve_held(account, held, self.policy, unit)
        return frozenset(right for right in real.withheld if _is_asleep(right, real, self.policy))

    def rights_of_fact(self, account: int, held: Held, fact: Fact, unit: int) -> frozenset[str]:
        """Return what one grant or membership would give the account on its own, active or not.

        What an owner has anyway isn't given by it: it may lie in another organisation.
        """
        alone = Held(active=held.active, accesses=held.accesses)
        if isinstance(fact, Membership):
            alone.groups = [fact.group_id]
        else:
            alone.grants = [grant for grant in held.grants if grant.id == fact.pk]
        held_by_it = self.rights(account, alone, unit).held
        if not self.owned(account):
            return held_by_it.rights
        return frozenset(
            key for key, ways in held_by_it.items() if any(kind != "owner" for kind, *_rest in ways)
        )


def _is_asleep(right: str, real: Resolution, policy: Policy) -> bool:
    """Whether only features of the unit are missing; a computed one is the account's, not the unit's."""
    reason, known = real.withheld[right], policy.catalogue
    causes = [cause for cause in reason.missing_permissions if cause in real.held]
    features = [reason.missing_feature, *(known.permissions[cause].feature for cause in causes)]
    missing = [feature for feature in features if feature is not None]
    return (
        len(causes) == len(reason.missing_permissions)
        and bool(missing)
        and not any(known.features[feature].computed for feature in missing)
    )
