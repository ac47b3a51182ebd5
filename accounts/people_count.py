"""How many people a unit has: counted anew once the journal has grown, not for every page."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Min, Q
from django.utils import timezone

from accounts.models import Account, UnitAccess
from adminrights.models import Unit

# So many numbers are kept.
MOST_KEPT = 10_000


class _Counted(NamedTuple):
    """A number, and in which state and between which moments it is right."""

    number: int
    state: str
    since: datetime
    until: datetime | None

    def holds(self, state: str, now: datetime) -> bool:
        return self.state == state and self.since <= now and (self.until is None or now < self.until)


_counts: dict[tuple[str, str], _Counted] = {}
# Tests, and whoever puts another database in the place of this one.
forget_counts = _counts.clear


def people_count(unit: Unit, state: str, status: str = "") -> int:
    """Return how many accounts `Account.objects.in_unit(unit)` has now, all or of a status.

    One statement at most. `state` is the digest of the journal's last entry, read before: a status, and who
    may enter a unit, change by a change, which adds an entry, or on a day that was planned. Before the first
    entry nothing is kept.
    """
    now = timezone.now()
    key = unit.path, status
    known = _counts.get(key)
    if known is not None and known.holds(state, now):
        return known.number
    counted = _count(unit, state, now, status)
    if state:
        if len(_counts) >= MOST_KEPT:
            _counts.clear()
        _counts[key] = counted
    return counted.number


def seats_shown(root: Unit, state: str) -> int:
    """Return what pages tell of `seats_taken` under the root, which the guard itself counts anew."""
    return people_count(root, state) - people_count(root, state, Account.Status.DISABLED)


def _count(unit: Unit, state: str, now: datetime, status: str) -> _Counted:
    standing = Q(ended_at=None) & (Q(expires_at=None) | Q(expires_at__gt=now))
    among = {"account__status": status} if status else {}
    found = UnitAccess.objects.filter(standing, unit__path__startswith=unit.path, **among).aggregate(
        number=Count("account", distinct=True, filter=Q(starts_at__lte=now)),
        begins=Min("starts_at", filter=Q(starts_at__gt=now)),
        ends=Min("expires_at"),
    )
    until = min((day for day in (found["begins"], found["ends"]) if day), default=None)
    return _Counted(found["number"], state, now, until)
