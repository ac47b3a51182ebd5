"""Strangers can't fill the journal.

What somebody does who isn't signed in is written down so many times a minute from one address, and so many
times in all. The last line that is written says that more of the same isn't.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from adminrights.models import JournalEntry
from adminrights.origin import current_origin

if TYPE_CHECKING:
    from adminrights.change import Change

MINUTE = timedelta(minutes=1)
FROM_ONE_ADDRESS, IN_ALL = 10, 100


def room_for(change: "Change") -> int | None:
    """Return how many more entries of this kind fit into the minute; None where nothing limits them.

    The journal's head is locked, so two at once never both take the last place.
    """
    origin = current_origin()
    if origin.channel != "web" or change.actor.pk is not None or not change.changes_nothing:
        return None
    same = JournalEntry.objects.filter(
        event=change.event.value, at__gt=change.at - MINUTE, at__lte=change.at, actor=None, channel="web"
    )
    addresses = list(same.order_by().values_list("address", flat=True)[:IN_ALL])
    return max(0, min(FROM_ONE_ADDRESS - addresses.count(origin.address), IN_ALL - len(addresses)))


def last_words() -> str:
    """Return what the last entry that fits says."""
    return _("More of the same within this minute is not written down.")
