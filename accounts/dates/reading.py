"""What was given to an account, fact by fact, with its dates; reads only."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.access import enterable_units, present
from accounts.dates.kinds import KINDS, Dated, Kind, asked_by, is_planned, kind_of, place_of, words
from accounts.models import Account
from adminrights.days import brief
from adminrights.models import Unit
from adminrights.models.facts import live_at, standing_now
from groups.models import Membership
from roles.resolver import allows


@dataclass(frozen=True, slots=True)
class Given:
    """One fact as a line: what it gives, where, since when, its dates in short, and where they are set.

    `about_url` leads to the group, or to why the account may do what was given.
    """

    text: str
    kind: str
    unit: str
    since: datetime
    by: str
    dates: str
    planned: bool
    ends: datetime | None
    about_url: str = ""
    url: str = ""
    cancel_url: str = ""


class Reach:
    """In which units the reader may set dates, of each kind; what is known of him is read once."""

    def __init__(self, reader: Account) -> None:
        held, self._policy = present(reader)
        self._active = held.active
        self._facts = held.facts(reader.pk, self._policy)
        self._enterable = enterable_units(self._facts, self._policy)
        self._known: dict[tuple[str, int], bool] = {}

    def may_set(self, kind: Kind, unit: int) -> bool:
        """Return whether the reader may give and take what the kind gives in the unit."""
        return all(self.may_any(either, unit) for either in kind.needs)

    def may_any(self, keys: Iterable[str], unit: int) -> bool:
        """Return whether the reader holds one of the permissions in the unit."""
        return any(self._may(key, unit) for key in keys)

    def _may(self, key: str, unit: int) -> bool:
        if (key, unit) not in self._known:
            self._known[key, unit] = self._active and unit in self._policy.units and self._allows(key, unit)
        return self._known[key, unit]

    def _allows(self, key: str, unit: int) -> bool:
        place, number = self._policy.place(unit), len(self._enterable)
        return allows(self._facts, self._policy.catalogue, place, key, enterable_units=number)


def given_to(
    account: Account, unit: Unit, reader: Account, at: datetime | None = None, *, links: bool = True
) -> list[Given]:
    """Return all that was given to the account in the unit and below: what has dates first, then by words.

    It costs one statement for each kind. At another moment than now nothing is planned and nothing is set.
    """
    now = at or timezone.now()
    condition = standing_now(now) if at is None else live_at(now)
    facts = [fact for kind in KINDS.values() for fact in _facts(kind, account, unit, condition)]
    reach = None if at is not None or reader.pk == account.pk else Reach(reader)
    lines = [_given(fact, unit, now, reach, links=links) for fact in facts]
    return sorted(lines, key=lambda line: (not line.planned, line.ends is None, line.ends or now, line.text))


def _facts(kind: Kind, account: Account, unit: Unit, condition: Q) -> Iterable[Dated]:
    found: Iterable[Dated] = kind.facts(condition, kind.below(unit), Q(account=account))
    return (fact for fact in found if not isinstance(fact, Membership) or fact.group.deleted_at is None)


def _given(fact: Dated, here: Unit, now: datetime, reach: Reach | None, *, links: bool) -> Given:
    kind, unit, planned = kind_of(fact), place_of(fact), is_planned(fact, now)
    may = reach is not None and reach.may_set(kind, unit.pk)
    return Given(
        text=words(fact),
        kind=kind.key,
        unit=unit.name if unit.pk != here.pk and kind.key != "access" else "",
        since=fact.starts_at,
        by=fact.started_by.name if fact.started_by else "",
        dates=brief(fact.starts_at, fact.expires_at, now),
        planned=planned,
        ends=fact.expires_at,
        about_url=_about(fact, here, links=links),
        url=address("dates", fact) if may else "",
        cancel_url=address("dates_cancel", fact) if may and planned else "",
    )


def _about(fact: Dated, here: Unit, *, links: bool) -> str:
    if isinstance(fact, Membership):
        return fact.group.get_absolute_url() if links else ""
    key = asked_by(fact) if place_of(fact) == here else ""
    return reverse("accounts:account_why", args=[fact.account_id, key]) if key else ""


def address(name: str, fact: Dated) -> str:
    """Return the address of a page about the fact's dates."""
    return reverse(f"accounts:{name}", args=[fact.account_id, kind_of(fact).key, fact.pk])


def dates_of_groups(facts: Iterable[Membership], now: datetime) -> Iterator[tuple[Membership, str]]:
    """Yield memberships, each with its dates in short."""
    for fact in facts:
        yield fact, brief(fact.starts_at, fact.expires_at, now)
