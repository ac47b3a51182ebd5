"""A permission's timeline in words: people by their names of then, and the change that did it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.urls import reverse
from django.utils import timezone

from accounts.log import entries_seen_from, event_in_words
from accounts.models import Account
from accounts.turns.turns import Turn
from adminrights.models import JournalEntry, Unit
from adminrights.past import Write, then, writes_since

MOST_NAMED = 30


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody under the name of then; the address leads to the person's own periods."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class People:
    """Those who gained it, or lost it; `more` are beyond what is named, `others` aren't listed here."""

    named: tuple[Person, ...]
    more: int
    others: int

    def __bool__(self) -> bool:
        return bool(self.named or self.others)


@dataclass(frozen=True, slots=True)
class Moment:
    """What happened at one moment. Without a change it happened by itself, because a date had come."""

    at: datetime
    planned: bool
    gained: People
    lost: People
    what: str
    by: str
    url: str


def moments_of(found: Iterable[Turn], until: datetime | None = None) -> list[tuple[Turn, ...]]:
    """Return the turns by their moments, the newest first; none after `until`."""
    kept = (turn for turn in found if until is None or turn.at <= until)
    return [tuple(some) for _at, some in groupby(kept, key=lambda turn: turn.at)]


def told(shown: Sequence[Sequence[Turn]], key: str, unit: Unit, *, several: bool) -> list[Moment]:
    """Return moments in words, as far as they may be seen from the unit; a constant number of statements."""
    if not shown:
        return []
    dates = [some[0].at for some in shown]
    ids = {turn.account for some in shown for turn in some if turn.seen}
    here = set(Account.objects.in_unit(unit).filter(pk__in=ids).values_list("pk", flat=True))
    book = _Book(key, Account.objects.in_bulk(ids), here, writes_since("account", min(dates)))
    seen = entries_seen_from(unit).filter(at__in=dates, outcome=JournalEntry.Outcome.DONE)
    entries = {entry.at: entry for entry in seen.order_by("sequence")}
    return [_moment(some, book, entries.get(some[0].at), several=several) for some in shown]


@dataclass(frozen=True, slots=True)
class _Book:
    key: str
    accounts: Mapping[int, Account]
    here: set[int]
    writes: Sequence[Write]

    def people(self, found: Iterable[Turn]) -> People:
        every = list(found)
        seen = [turn for turn in every if turn.seen and turn.account in self.accounts]
        named = sorted(self._people(seen[:MOST_NAMED]), key=lambda person: person.name.casefold())
        return People(tuple(named), max(len(seen) - MOST_NAMED, 0), len(every) - len(seen))

    def _people(self, found: Sequence[Turn]) -> Iterator[Person]:
        known = then(self.writes, found[0].at) if found else {}
        for turn in found:
            account = self.accounts[turn.account]
            names = {"first_name": account.first_name, "last_name": account.last_name}
            names |= {name: value for name, value in known.get(account.pk, {}).items() if name in names}
            name = Account(**names, email=account.email).name
            yield Person(name, self._address(account.pk))

    def _address(self, account: int) -> str:
        return reverse("accounts:account_timeline", args=[account, self.key]) if account in self.here else ""


def _moment(found: Sequence[Turn], book: _Book, entry: JournalEntry | None, *, several: bool) -> Moment:
    at = found[0].at
    return Moment(
        at=at,
        planned=at > timezone.now(),
        gained=book.people(turn for turn in found if turn.gained),
        lost=book.people(turn for turn in found if not turn.gained),
        what=event_in_words(entry.event, several=several) if entry else "",
        by=(entry.actor_label.rpartition(" <")[0] or entry.actor_label) if entry else "",
        url=entry.get_absolute_url() if entry else "",
    )
