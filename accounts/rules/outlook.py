"""What the planned dates will do to rules: who may do what from now on, on one side of a change.

Only ends are looked for here. What begins is judged by `planned_sides`, as if all of it had begun.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from accounts.access import candidates, enterable_units
from accounts.effects import sides_of, tree_before
from accounts.ends import FEW
from accounts.held import ACCESS_FIELDS, GRANT_FIELDS, Held
from accounts.lived import Lived, dates_of, lived_at
from accounts.models import AccessRule, Account, Grant, StatusPeriod, UnitAccess
from accounts.policy import Policy, Tree, load_policy, policy_now
from accounts.rules.judging import Judge
from accounts.sides import Side
from adminrights.change import Change
from adminrights.models import Fact, UnitFeature
from adminrights.models.facts import live_before, live_now, standing_before, standing_now
from adminrights.plain import batches
from groups.models import GroupRole, Membership
from roles.models import Rule
from roles.resolver import Access, HeldGrant, allows

PEOPLE: tuple[type[Fact], ...] = (UnitAccess, Grant, Membership)
POLICY: tuple[type[Fact], ...] = (Rule, GroupRole, UnitFeature)
Kind = AccessRule.Kind


@dataclass(slots=True)
class Person:
    """Everything that somebody has or will have."""

    active: bool = False
    has: list[Lived] = field(default_factory=list)

    def held(self, at: datetime) -> Held:
        """Return what of it counts at the moment."""
        things = list(lived_at(self.has, at))
        return Held(
            self.active,
            [thing for thing in things if isinstance(thing, Access)],
            [thing for thing in things if isinstance(thing, HeldGrant)],
            [thing for thing in things if isinstance(thing, int)],
        )

    def moments(self, after: datetime) -> set[datetime]:
        """Return when it changes by itself."""
        return {moment for moment in dates_of(self.has) if moment > after}


class Outlook:
    """One side of a change, from now on."""

    def __init__(
        self, side: Side, standing: Q, live: Callable[[datetime], Q], at: datetime, tree: Tree | None
    ) -> None:
        self.standing, self.at = standing, at
        self._live, self._tree = live, tree
        self.edges = sorted(_edges(standing, at))
        self._judges: dict[int, Judge] = {0: Judge(side.policy, side.live)}
        self._able: dict[tuple[object, ...], bool] = {}

    def judge(self, at: datetime) -> Judge:
        """Return who judges by the policy of the moment."""
        index = bisect_right(self.edges, at)
        if index not in self._judges:
            live = self._live(self.edges[index - 1])
            self._judges[index] = Judge(load_policy(live, None, self._tree), live)
        return self._judges[index]

    def people(self, accounts: Collection[int]) -> dict[int, Person]:
        """Return what the accounts have and will have."""
        found: dict[int, Person] = defaultdict(Person)
        for batch in batches(sorted(accounts), 900):
            self._read(found, Q(account__in=batch))
        return found

    def candidates(self, rule: AccessRule) -> dict[int, Person]:
        """Return everybody who may ever be one of those whom the rule asks for."""
        policy = load_policy(self.standing, None, self._tree) if self.edges else self.judge(self.at).policy
        found: dict[int, Person] = defaultdict(Person)
        if rule.unit_id in policy.units:
            self._read(found, candidates([rule.first], rule.unit_id, policy, self.standing))
        return found

    def _read(self, found: dict[int, Person], who: Q) -> None:
        active = StatusPeriod.objects.filter(who, self.standing, status=Account.Status.ACTIVE)
        for account in active.values_list("account_id", flat=True):
            found[account].active = True
        for kind, make, names in READ:
            rows = kind._default_manager.filter(who, self.standing)
            for account, start, end, *values in rows.values_list(
                "account_id", "starts_at", "expires_at", *names
            ):
                found[account].has.append(Lived(make(*values), start, end))

    def able(self, rule: AccessRule, account: int, person: Person, at: datetime) -> bool:
        """Return whether the account can do at the moment what the rule asks for."""
        policy, held = self.judge(at).policy, person.held(at)
        owned = policy.owned_by(account)
        key = (rule.unit_id, rule.first, bisect_right(self.edges, at), held.signature(), owned)
        if key not in self._able:
            self._able[key] = _is_able(rule, held, account, policy)
        return self._able[key]

    def breaks(self, rule: AccessRule, account: int, person: Person, at: datetime) -> bool:
        """Return whether the account does at the moment what the rule forbids, let off or not."""
        return bool(self.judge(at).breaking(rule, {account: person.held(at)}))

    def let_off(self, rule: AccessRule) -> set[tuple[int, int]]:
        """Return for whom the rule doesn't count, by its number and the account's."""
        return Judge(self.judge(self.at).policy, self.standing).let_off([rule])

    def moments(self, people: Iterable[Person]) -> set[datetime]:
        """Return when anything that the people may do can change by itself."""
        return set(self.edges).union(*(person.moments(self.at) for person in people))


READ: tuple[tuple[type[Fact], Callable[..., object], tuple[str, ...]], ...] = (
    (UnitAccess, Access, ACCESS_FIELDS),
    (Grant, HeldGrant, GRANT_FIELDS),
    (Membership, int, ("group_id",)),
)


def _edges(standing: Q, at: datetime) -> Iterator[datetime]:
    for kind in POLICY:
        dated = kind._default_manager.filter(standing, _dated(at)).values_list("starts_at", "expires_at")
        yield from (moment for pair in dated for moment in pair if moment is not None and moment > at)


def _dated(at: datetime) -> Q:
    return Q(starts_at__gt=at) | Q(expires_at__gt=at)


def _is_able(rule: AccessRule, held: Held, account: int, policy: Policy) -> bool:
    if rule.unit_id not in policy.units:
        return False
    facts = held.facts(account, policy)
    entered = len(enterable_units(facts, policy))
    place = policy.place(rule.unit_id)
    return allows(facts, policy.catalogue, place, rule.first, enterable_units=entered)


def outlooks(change: Change) -> tuple[Outlook, Outlook]:
    """Return both sides of the change, from now on."""
    at = change.at
    before, after = sides_of(change)
    return (
        Outlook(
            before,
            standing_before(change.ids, at),
            lambda moment: live_before(change.ids, moment),
            at,
            tree_before(change),
        ),
        Outlook(after, standing_now(at), live_now, at, None),
    )


def is_dated(change: Change, touched: Collection[int]) -> bool:
    """Return whether anything of whom the change touches, or of the policy, begins or ends by itself."""
    if sides_of(change)[1].policy.good_until is not None:
        return True
    gone = (fact for fact in change.ended if isinstance(fact, POLICY))
    if any(fact.expires_at or fact.starts_at > change.at for fact in gone):
        return True
    either = standing_now(change.at) | standing_before(change.ids, change.at)
    few = len(touched) <= FEW and not change.policy_changed
    who = Q(account__in=list(touched)) if few else Q()
    return any(kind._default_manager.filter(either, _dated(change.at), who).exists() for kind in PEOPLE)


def shortage(rule: AccessRule, before: Outlook, after: Outlook) -> tuple[datetime, int] | None:
    """Return when the rule has too few people for the first time, fewer than without the change; and how
    many.
    """
    if not after.judge(after.at).applies(rule):
        return None
    old, new = _steps(rule, before), _steps(rule, after)
    was = able = 0
    for moment in sorted(old.keys() | new.keys()):
        was, able = was + old[moment], able + new[moment]
        if able < (rule.least or 0) and able < was:
            return moment, able
    return None


def _steps(rule: AccessRule, side: Outlook) -> Counter[datetime]:
    """Return by how many people more or fewer can do it from each moment on."""
    steps: Counter[datetime] = Counter()
    for account, person in side.candidates(rule).items():
        was = False
        for moment in [side.at, *sorted(side.moments([person]))]:
            able = side.able(rule, account, person, moment)
            steps[moment] += able - was
            was = able
    return steps


def first_shortage(rule: AccessRule, at: datetime) -> tuple[datetime, int] | None:
    """Return from when on the rule has too few people, as far as is planned by now; and how many."""
    able, outlook = 0, Outlook(Side(policy_now(at), live_now(at)), standing_now(at), live_now, at, None)
    for moment, step in sorted(_steps(rule, outlook).items()):
        able += step
        if able < (rule.least or 0):
            return moment, able
    return None


@dataclass(frozen=True, slots=True)
class Then:
    """What somebody has at a moment to come, before the change and after it."""

    account: int
    at: datetime
    old: Person
    new: Person


def moments_of(accounts: Collection[int], before: Outlook, after: Outlook) -> list[Then]:
    """Return each moment to come at which something changes by itself for one of the accounts."""
    old, new = before.people(accounts), after.people(accounts)
    return [
        Then(account, moment, old[account], new[account])
        for account in sorted(accounts)
        for moment in sorted(before.moments([old[account]]) | after.moments([new[account]]))
    ]


def loses(rule: AccessRule, before: Outlook, after: Outlook, moments: Iterable[Then]) -> bool:
    """Return whether somebody can do it for a shorter time than without the change."""
    return any(
        before.able(rule, then.account, then.old, then.at)
        and not after.able(rule, then.account, then.new, then.at)
        for then in moments
    )


def falls_out(rule: AccessRule, before: Outlook, after: Outlook, moments: Iterable[Then]) -> Then | None:
    """Return when the rule no longer holds for somebody for whom it would without the change.

    Whoever is let off is so for good: that exceptions run out is known when they are given.
    """
    off, was_off = after.let_off(rule), before.let_off(rule)
    for then in moments:
        if (rule.pk, then.account) not in off and after.breaks(rule, then.account, then.new, then.at):
            known = before.breaks(rule, then.account, then.old, then.at)
            if not known or (rule.pk, then.account) in was_off:
                return then
    return None
