"""Since when somebody may do something, and when it was otherwise: one permission's periods for one account.

All facts that ever bore on it are read once, in a constant number of statements; between two moments at
which any of them starts or ends nothing changes, so one answer of the resolver stands for the whole period.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.access import resolve_held
from accounts.held import ACCESS_FIELDS, GRANT_FIELDS, Held
from accounts.lived import by_first, dates_of, lived_at, read_lived
from accounts.models import Account, Grant, StatusPeriod, UnitAccess
from accounts.policy import Policy, UnitsThen, levels_of, policy_then, unit_nodes
from accounts.sources import SourceBook
from accounts.who.question import keys_of
from adminrights.models import Unit, UnitFeature
from groups.models import Group, GroupRole, Membership
from roles.models import Rule
from roles.resolver import Access, HeldGrant, Source


@dataclass(frozen=True, slots=True)
class Period:
    """A time in which the answer, and the way to it, stayed the same; `until` is None for the present one."""

    since: datetime
    until: datetime | None
    may: bool
    sources: tuple[Source, ...]


def periods(account: Account, permission: str, unit: Unit) -> list[Period]:
    """Return the periods of the account's past and of what is planned, the newest first.

    Of a permission, or of all that a named one comes to.
    """
    past = _Past(account, unit)
    found: list[Period] = []
    for at in past.moments:
        may, sources = past.answer(at, permission)
        if found and (found[-1].may, _ways(found[-1].sources)) == (may, _ways(sources)):
            continue
        if found:
            found[-1] = Period(found[-1].since, at, found[-1].may, found[-1].sources)
        found.append(Period(at, None, may, sources))
    while found and not found[0].may and not found[0].sources:
        found.pop(0)
    return found[::-1]


def _ways(sources: Iterable[Source]) -> frozenset[tuple[Any, ...]]:
    """Return the sources without the numbers of grants: one that ended and began anew is the same way."""
    return frozenset((s.kind, s.unit, s.group, s.role, s.right) for s in sources)


class _Past:
    """Everything that ever bore on the account's rights, as plain values."""

    def __init__(self, account: Account, unit: Unit) -> None:
        self._account, self._unit = account, unit
        self._status = read_lived(StatusPeriod, ("status",), account=account)
        self._accesses = read_lived(UnitAccess, ACCESS_FIELDS, account=account)
        self._grants = read_lived(Grant, GRANT_FIELDS, account=account)
        self._groups = read_lived(Membership, ("group_id",), account=account)
        groups = {lived.what[0] for lived in self._groups}
        self._carried = read_lived(GroupRole, ("group_id", "role_id"), group__in=groups)
        roles = {lived.what[1] for lived in self._carried}
        self._rules = read_lived(Rule, ("role_id", "permission_id"), role__in=roles)
        whole = f"{unit.root_id_or_self}/"
        self._features = read_lived(UnitFeature, ("unit_id", "feature"), unit__path__startswith=whole)
        self._levels = list(levels_of(Q(pk__in=roles)))
        self._places = dict(Group.objects.filter(pk__in=groups).values_list("pk", "unit_id"))
        self._units = UnitsThen(account.created_at)
        self.moments = self._moments()

    def _moments(self) -> Sequence[datetime]:
        facts = [
            *self._status, *self._accesses, *self._grants, *self._groups,
            *self._carried, *self._rules, *self._features,
        ]  # fmt: skip
        ordered = sorted(dates_of(facts) | self._units.moments())
        return ordered[bisect_left(ordered, self._account.created_at) :]

    def answer(self, at: datetime, permission: str) -> tuple[bool, tuple[Source, ...]]:
        """Return whether the account might do it at the moment, and through what."""
        held = Held(
            active=any(what == (Account.Status.ACTIVE,) for what in lived_at(self._status, at)),
            accesses=[Access(*what) for what in lived_at(self._accesses, at)],
            grants=[HeldGrant(*what) for what in lived_at(self._grants, at)],
            groups=[what[0] for what in lived_at(self._groups, at)],
        )
        policy = self._policy(at)
        found = resolve_held(self._account.pk, held, policy, self._unit.pk)
        keys = keys_of(permission, self._unit, policy)
        ways = dict.fromkeys(source for key in keys for source in found.held.get(key, ()))
        return found.effective.keys() >= set(keys), tuple(ways) if held.active else ()

    def _policy(self, at: datetime) -> Policy:
        return policy_then(
            unit_nodes(self._units.tree(at), by_first(lived_at(self._features, at))),
            self._places,
            lived_at(self._carried, at),
            [*lived_at(self._rules, at), *self._levels],
        )


@dataclass(frozen=True, slots=True)
class ToldPeriod:
    """A period in words; `texts` are its sources."""

    since: datetime
    until: datetime | None
    may: bool
    texts: tuple[str, ...]


def told(found: Sequence[Period], account: Account, unit: Unit) -> list[ToldPeriod]:
    """Return periods with their sources in words, under the names of today."""
    pairs = {(account.pk, source) for period in found for source in period.sources}
    book = SourceBook(pairs, unit, Q(), links=False)
    return [
        ToldPeriod(
            each.since,
            each.until,
            each.may,
            tuple(dict.fromkeys(line.text for line in book.lines(account.pk, each.sources))),
        )
        for each in found
    ]
