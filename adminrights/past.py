"""What dated facts don't tell of the past: what an object was called, where a unit lay, who owned it.

Every write of a field stands in the journal with the value before it. So what a field held at a moment is
what its first write after that moment replaced; without one, it is what the field holds today.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model

from adminrights.events import Event
from adminrights.models import JournalEntry

M = TypeVar("M", bound=Model)

# The fields in which people know an object, and a unit's place; the rest of an object isn't looked back at.
FIELDS: Mapping[str, frozenset[str]] = {
    "unit": frozenset({"name", "path", "parent_id", "owner_id", "closed_at"}),
    "group": frozenset({"name", "display_name", "description"}),
    "role": frozenset({"name", "display_name", "description"}),
    "account": frozenset({"first_name", "last_name"}),
}
# In which steps those fields are written: a look back reads these alone, not the years of the others.
WRITTEN_IN: Mapping[str, frozenset[Event]] = {
    "unit": frozenset(
        {
            Event.UNIT_UPDATED,
            Event.UNIT_MOVED,
            Event.UNIT_OWNER_CHANGED,
            Event.UNIT_CLOSED,
            Event.UNIT_REOPENED,
        }
    ),
    "group": frozenset({Event.GROUP_UPDATED}),
    "role": frozenset({Event.ROLE_UPDATED}),
    "account": frozenset({Event.ACCOUNT_UPDATED}),
}
# Steps that may write into objects of every kind.
OF_ANY_KIND: frozenset[Event] = frozenset(
    {Event.CHANGE_TAKEN_BACK, Event.POLICY_APPLIED, Event.EDITS_APPLIED}
)


@dataclass(frozen=True, slots=True)
class Write:
    """One write into an object: when, and what its fields held before."""

    at: datetime
    id: int
    before: Mapping[str, Any]


def writes_since(kind: str, moment: datetime) -> list[Write]:
    """Return the writes into objects of the kind after the moment, the oldest first. One statement."""
    events = WRITTEN_IN[kind] | OF_ANY_KIND
    entries = JournalEntry.objects.filter(at__gt=moment, event__in=events, outcome=JournalEntry.Outcome.DONE)
    found = entries.order_by("at", "sequence").values_list("at", "data")
    return [write for at, data in found.iterator(chunk_size=500) for write in _writes(kind, at, data)]


def _writes(kind: str, at: datetime, data: Mapping[str, Any]) -> Iterator[Write]:
    for row in data.get("changes", ()):
        if row.get("kind") == kind and row["do"] == "update":
            fields = {name: old for name, (old, _new) in row["fields"].items() if name in FIELDS[kind]}
            if fields:
                yield Write(at, row["id"], fields)


def then(writes: Iterable[Write], moment: datetime) -> dict[int, dict[str, Any]]:
    """Return, by id and field, what held at the moment where the writes since have replaced it."""
    found: dict[int, dict[str, Any]] = {}
    for write in writes:
        if write.at > moment:
            known = found.setdefault(write.id, {})
            known.update({field: old for field, old in write.before.items() if field not in known})
    return found


def as_then(objects: Iterable[M], moment: datetime | None) -> list[M]:
    """Return the objects of one kind, in memory alone, with the names and places they had at the moment.

    Without a moment they stay as they are.
    """
    there = list(objects)
    if moment is None or not there:
        return there
    known = then(writes_since(there[0]._meta.model_name or "", moment), moment)
    for each in there:
        for field, value in known.get(each.pk, {}).items():
            setattr(each, field, value)
    return there


def missed_kinds(event: str, data: Mapping[str, Any]) -> set[str]:
    """Return the kinds of objects whose fields an entry writes although no look back reads its event.

    What a change writes into an object that it makes was never otherwise.
    """
    rows = data.get("changes", ())
    made = {(row["kind"], row["id"]) for row in rows if row["do"] == "create"}
    return {
        row["kind"]
        for row in rows
        if row["do"] == "update"
        and (row["kind"], row["id"]) not in made
        and event not in WRITTEN_IN.get(row["kind"], {event}) | OF_ANY_KIND
        and not FIELDS[row["kind"]].isdisjoint(row["fields"])
    }
