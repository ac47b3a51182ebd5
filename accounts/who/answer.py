"""Everybody who may do it, and how: the pages "Who can", their files and the command show what is here."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import candidates
from accounts.handed import handed_then
from accounts.held import Held, held_where
from accounts.items import rows_of
from accounts.models import Item
from accounts.models.items import HANDED as ACTIONS_HANDED
from accounts.policy import past_policy, policy_now
from accounts.who.ahead import Ahead
from accounts.who.judge import BY_HAND, DIRECT, GROUP, HANDED, OWNER, Having, Judge, having
from accounts.who.question import Question, asked_for
from adminrights.models.facts import live_at, live_now
from groups.models import GroupRole, Membership
from roles.resolver import HeldGrant, Source


@dataclass(frozen=True, slots=True)
class Answer:
    """Who has it, by account, and when that ends by itself; the sources are worked out when they are asked.

    `left_out` are permissions that nobody needs for it: they lack a feature of the unit. The ends are those
    known today, so a look back has none.
    """

    question: Question
    at: datetime | None
    having: Mapping[int, Having]
    ends: Mapping[int, datetime]
    sources: Callable[[int], tuple[Source, ...]]
    left_out: tuple[str, ...] = ()


def ask(question: Question, at: datetime | None = None, among: Collection[int] | None = None) -> Answer:
    """Return the answer, now or as of a moment, in a constant number of statements.

    `among` are the only people who are asked about, where it is about permissions.
    """
    return _of_role(question, at) if question.role else _of_permissions(question, at, among)


def _of_permissions(question: Question, at: datetime | None, among: Collection[int] | None) -> Answer:
    now, unit = timezone.now(), question.unit.pk
    policy, live = (policy_now(now), live_now(now)) if at is None else (past_policy(at), live_at(at))
    keys = asked_for(question, policy)
    left_out = tuple(key for key in question.keys if key not in keys)
    gone = question.item is not None and at is not None and not was_there(question.item, at)
    if unit not in policy.units or not keys or gone:
        return Answer(question, at, {}, {}, _none, left_out)
    if among is None:
        # Whoever may do all of it may do what the fewest rights give.
        rarest = min(keys, key=lambda key: len(policy.catalogue.rights_giving(key)))
        about = candidates([rarest] if question.every else keys, unit, policy, live)
    else:
        about = Q(account__in=among)
    handed = handed_by(question.item, keys, at) if question.item else {}
    people = held_where(about | Q(account__in=handed) if handed else about, live)
    for account, grants in handed.items():
        people.setdefault(account, Held()).grants.extend(grants)

    judge = Judge(keys, policy, unit, every=question.every)
    judged = ((account, judge.of(account, held)) for account, held in people.items())
    found = {account: has for account, has in judged if has is not None}
    ends: dict[int, datetime] = {}
    if at is None:
        known = about | Q(account__in=handed) if handed else about
        ahead = Ahead(known, policy, now, lambda then: Judge(keys, then, unit, every=question.every))
        dated = ((account, ahead.end(account, people[account])) for account in found)
        ends = {account: end for account, end in dated if end is not None}

    def sources(account: int) -> tuple[Source, ...]:
        return judge.sources(account, people[account]) if account in found else ()

    return Answer(question, at, found, ends, sources, left_out)


def was_there(item: Item, at: datetime) -> bool:
    """Return whether the item was there at the moment: made before, and not retired yet."""
    return item.created_at <= at and (item.retired_at is None or item.retired_at > at)


def handed_by(item: Item, keys: Iterable[str], at: datetime | None = None) -> dict[int, list[HeldGrant]]:
    """Return, by account, what handing the item over gave, as grants of the item's own (items.may_with)."""
    found: dict[int, list[HeldGrant]] = defaultdict(list)
    for account, action in _handed(item, at):
        key = f"{item.resource_id}:{action}"
        if key in keys:
            found[account].append(HeldGrant(BY_HAND, item.unit_id, None, None, key))
    return dict(found)


def _handed(item: Item, at: datetime | None) -> Iterable[tuple[int, str]]:
    if at is None:
        rows = rows_of(item).filter(permission__codename__in=ACTIONS_HANDED)
        return rows.values_list("user", "permission__codename")
    return [(account, action) for account in sorted(handed_then(item, at)) for action in ACTIONS_HANDED]


def _none(_account: int) -> tuple[Source, ...]:
    return ()


def _of_role(question: Question, at: datetime | None) -> Answer:
    """Return who is in a group of the unit or below that carries the role, whatever the account's status."""
    role, unit = question.role, question.unit
    assert role is not None  # noqa: S101 - the caller has looked
    live = live_now(timezone.now()) if at is None else live_at(at)
    carried = GroupRole.objects.filter(live, role=role, group__unit__path__startswith=unit.path)
    groups = {
        group: (place, until)
        for group, place, until in carried.values_list("group", "group__unit", "expires_at")
    }
    members = Membership.objects.filter(live, group__in=carried.values("group"))
    through: dict[int, list[tuple[int, datetime | None]]] = defaultdict(list)
    for account, group, until in members.values_list("account", "group", "expires_at"):
        if group in groups:
            through[account].append((group, _sooner(until, groups[group][1])))
    given = role.right or ""

    def sources(account: int) -> tuple[Source, ...]:
        ways = sorted(group for group, _until in through.get(account, ()))
        return tuple(Source("role", groups[group][0], None, group, role.pk, given) for group in ways)

    found = {account: having((), sources(account)) for account in through}
    last = {account: [until for _group, until in ways] for account, ways in through.items()}
    ends = {} if at else {who: max(filter(None, dates)) for who, dates in last.items() if all(dates)}
    return Answer(question, at, found, ends, sources)


def _sooner(*dates: datetime | None) -> datetime | None:
    return min(filter(None, dates), default=None)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people have it, each counted once: as owner, else by hand, else directly, else by groups."""

    people: int
    owner: int
    handed: int
    direct: int
    through: int
    groups: int
    several: int

    def sentence(self) -> str:
        """Return the numbers: "12 people: 3 directly, 9 through 2 groups"."""
        counted = ngettext("%(count)d person", "%(count)d people", self.people) % {"count": self.people}
        ways = list(self._ways())
        return f"{counted}: {', '.join(ways)}" if ways else counted

    def _ways(self) -> Iterable[str]:
        if self.owner:
            yield _("the owner")
        if self.handed:
            yield _("%d because it was handed to them") % self.handed
        if self.direct:
            yield _("%d directly") % self.direct
        if self.through:
            words = ngettext(
                "%(people)d through %(groups)d group", "%(people)d through %(groups)d groups", self.groups
            )
            yield words % {"people": self.through, "groups": self.groups}

    def note(self) -> str:
        """Return how whoever has it in several ways was counted; nothing where nobody has."""
        if not self.several:
            return ""
        words = ngettext(
            "%(count)d of them has it in more than one way, and is counted once: %(order)s.",
            "%(count)d of them have it in more than one way, and are counted once: %(order)s.",
            self.several,
        )
        order = _("first the owner, then what was given directly, then groups")
        return words % {"count": self.several, "order": order}


def count(found: Iterable[Having]) -> Counts:
    """Return the numbers of some people; the groups are those of the people counted under groups."""
    every = list(found)
    by_way: dict[str, list[Having]] = defaultdict(list)
    for has in every:
        by_way[has.counted].append(has)
    return Counts(
        people=len(every),
        owner=len(by_way[OWNER]),
        handed=len(by_way[HANDED]),
        direct=len(by_way[DIRECT]),
        through=len(by_way[GROUP]),
        groups=len(frozenset().union(*(has.groups for has in by_way[GROUP]))),
        several=sum(len(has.ways) > 1 for has in every),
    )
