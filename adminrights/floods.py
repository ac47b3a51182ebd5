"""Strangers can't fill the journal.

What somebody does who isn't signed in is written down so many times a minute from one address, and so many
times in all. The last line that is written says that more of the same is only counted; how much that was
stands in an entry of its own, before the next entry of whatever kind once a minute has gone by.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from adminrights.models import JournalEntry, JournalHead
from adminrights.origin import current_origin

if TYPE_CHECKING:
    from adminrights.change import Change

MINUTE = timedelta(minutes=1)
FROM_ONE_ADDRESS, IN_ALL = 10, 100


class Room(NamedTuple):
    """How many more entries of a kind fit into the minute, and whose they would be; all addresses: none."""

    left: int
    address: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was only counted: the kind of entry, how it ended, from where, how often, from when until when."""

    event: str
    outcome: str
    address: str
    number: int
    since: datetime
    until: datetime

    def words(self) -> str:
        """Return what its entry says."""
        until = timezone.localtime(self.until).strftime("%H:%M")
        words = ngettext(
            "%(number)d more of the same until %(until)s, only counted.",
            "%(number)d more of the same until %(until)s, only counted.",
            self.number,
        )
        return words % {"number": self.number, "until": until}


def room_for(change: "Change") -> Room | None:
    """Return how much room there is for one more entry of this kind; None where nothing limits them.

    The journal's head is locked, so two at once never both take the last place.
    """
    origin = current_origin()
    if origin.channel != "web" or change.actor.pk is not None or not change.changes_nothing:
        return None
    same = JournalEntry.objects.filter(
        event=change.event.value, at__gt=change.at - MINUTE, at__lte=change.at, actor=None, channel="web"
    )
    addresses = list(same.order_by().values_list("address", flat=True)[:IN_ALL])
    here = FROM_ONE_ADDRESS - addresses.count(origin.address)
    in_all = IN_ALL - len(addresses)
    return Room(max(0, min(here, in_all)), origin.address if here <= in_all else "")


def last_words() -> str:
    """Return what the last entry that fits says."""
    return _("More of the same within this minute is only counted.")


def count(head: JournalHead, change: "Change", outcome: str, address: str) -> None:
    """Count one that isn't written down; the head is saved later.

    Few addresses ever fill their own share, so few are remembered.
    """
    now = change.at.isoformat()
    for line in head.left_out:
        if line[:3] == [change.event.value, outcome, address]:
            line[3:] = [line[3] + 1, line[4], now]
            break
    else:
        head.left_out.append([change.event.value, outcome, address, 1, now, now])


def take_due(head: JournalHead, now: datetime) -> Iterator[LeftOut]:
    """Yield what was counted and began a minute ago or earlier, and forget it; the head is saved later."""
    counted = [_read(line) for line in head.left_out]
    head.left_out = [
        line for line, each in zip(head.left_out, counted, strict=True) if now - each.since < MINUTE
    ]
    yield from (each for each in counted if now - each.since >= MINUTE)


def _read(line: list[Any]) -> LeftOut:
    event, outcome, address, number, since, until = line
    return LeftOut(
        event, outcome, address, number, datetime.fromisoformat(since), datetime.fromisoformat(until)
    )
