"""The history of a unit: what was done to it, not to the people in it."""

from typing import Any

from django.db.models import QuerySet

from accounts.log import event_in_words, tell
from adminrights.events import Event
from adminrights.models import JournalEntry, Unit

LATEST = 12
ABOUT_UNITS = [event for event in Event if event.value.startswith("unit.")]


def entries_about(unit: Unit, seen_from: Unit) -> QuerySet[JournalEntry]:
    """Return the steps that were done to the unit, or tried, as far as they are seen, newest first."""
    entries = JournalEntry.objects.about(unit).filter(event__in=ABOUT_UNITS)
    return entries.seen_from(seen_from).select_related("actor")


def history_of(unit: Unit, seen_from: Unit, *, several: bool) -> list[dict[str, Any]]:
    """Return the newest entries, as partials/timeline.html draws them."""
    entries = list(entries_about(unit, seen_from)[:LATEST])
    found = tell(entries, seen_from)
    return [
        {
            "at": entry.at,
            "actor": entry.actor.name if entry.actor else entry.actor_label,
            "text": event_in_words(entry.event, several=several),
            "kind": "lose" if entry.outcome == JournalEntry.Outcome.REFUSED else "note",
            "reason": " ".join(found[entry.pk].notes),
            "changes": found[entry.pk].changes,
        }
        for entry in entries
    ]
