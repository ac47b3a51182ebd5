"""When people came to be allowed something in a unit, and when no longer, all of them together.

Between two moments at which any fact that bears on it starts or ends nothing changes; so the answers at
those moments, by the judge of every list "Who can", are the whole past, and what is planned.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.turns.bearing import Bearing
from accounts.turns.facts import Life, Policies, lives
from accounts.who.question import about_permission
from adminrights.models import Unit
from roles.catalogue import catalogue


@dataclass(frozen=True, slots=True)
class Turn:
    """The account came to be allowed it, or no longer was. `seen` says whether it was listed here then."""

    at: datetime
    account: int
    gained: bool
    seen: bool


def turns(permission: str, unit: Unit) -> list[Turn]:
    """Return every gain and loss of a permission, or a named one, in the unit; the newest first.

    What is planned comes before what was. A constant number of statements. Raises UnknownPermission.
    """
    question, whole = about_permission(permission, unit), f"{unit.root_id_or_self}/"
    bearing = Bearing.on(question.keys, catalogue())
    policies = Policies(question, bearing, whole)
    listed = frozenset(Unit.objects.below(unit).values_list("pk", flat=True))
    found = lives(question, bearing, whole, policies.owners())
    every = (turn for account, life in found.items() for turn in _turns(account, life, policies, listed))
    return sorted(every, key=lambda turn: (turn.at, turn.account), reverse=True)


def _turns(account: int, life: Life, policies: Policies, listed: frozenset[int]) -> Iterator[Turn]:
    own = life.dates()
    if not own:
        return
    groups = {fact.what for fact in life.groups}
    first, may = min(own), False
    for at in sorted(own | {date for date in policies.dates(groups) if date > first}):
        judge = policies.judge(at)
        now = judge is not None and judge.of(account, life.held(at)) is not None
        if now != may:
            yield Turn(at, account, now, life.was_in(listed, at))
        may = now
