"""Facts as plain values with the time in which they hold, for questions about more than one moment."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q

from adminrights.models import Fact


class Lived(NamedTuple):
    """What a fact says, and from when to when it held; `end` is None while it goes on."""

    what: Any
    start: datetime
    end: datetime | None

    def holds(self, at: datetime) -> bool:
        """Return whether it was in force at the moment."""
        return self.start <= at and (self.end is None or self.end > at)


def read_lived(kind: type[Fact], fields: Sequence[str], *conditions: Q, **about: object) -> list[Lived]:
    """Return the facts that meet the conditions; what they say are the fields, as a tuple."""
    found = kind._default_manager.filter(*conditions, **about)
    rows = found.values_list(*fields, "starts_at", "ended_at", "expires_at")
    return [
        Lived(tuple(what), start, min(filter(None, (ended, expires)), default=None))
        for *what, start, ended, expires in rows
    ]


def dates_of(facts: Iterable[Lived]) -> set[datetime]:
    """Return when any of the facts started or ended."""
    return {date for fact in facts for date in fact[1:] if date is not None}


def lived_at(facts: Iterable[Lived], at: datetime) -> Iterator[Any]:
    """Yield what the facts say that hold at the moment."""
    return (fact.what for fact in facts if fact.holds(at))


def by_first(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, set[Any]]:
    """Return the second of each pair, gathered by the first."""
    found: dict[Any, set[Any]] = defaultdict(set)
    for key, value in pairs:
        found[key].add(value)
    return found
