"""Two people at one thing: what each of them saw, what each changed, and what the second is told.

A *sheet* holds the fields of a form with their values as text; a tick, a cell of a matrix and an action of
a rule are fields too. A form carries the sheet it was opened with, sealed. The service compares that sheet
with the present one inside its change, behind the lock, and raises Stale when they differ. Then the page
merges the two with what was typed: `adminrights/views/editing.py`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.humanize.templatetags.humanize import naturaltime
from django.core import signing
from django.db.models import Model
from django.utils.translation import gettext as _

from adminrights.exceptions import Stale
from adminrights.models import JournalEntry
from adminrights.models.journal import JournalQuerySet

# A field's key and its value; a field that isn't named has the value "".
Sheet = dict[str, str]
# A line of what a journal entry did.
Row = dict[str, Any]

YES = "yes"
# Entries that are read to say who changed what; one page is rarely overtaken by more.
MOST_ENTRIES = 50
# Of what needs no decision a few are named, the others counted.
MOST_SHOWN = 8


def text_of(value: object) -> str:
    """Return a value as a sheet holds it."""
    if isinstance(value, bool):
        return YES if value else ""
    return "" if value is None else str(value)


def sheet_of(obj: Model, names: Iterable[str]) -> Sheet:
    """Return the present values of an object's own fields."""
    return {name: text_of(getattr(obj, name)) for name in names}


def ticked(prefix: str, values: Iterable[object]) -> Sheet:
    """Return a sheet in which each of the values is ticked."""
    return {f"{prefix}:{value}": YES for value in values}


def refuse_stale(seen: Sheet | None, present: Sheet) -> None:
    """Raise Stale unless what somebody saw is what is there now; call it inside the change.

    `seen` is None where nobody looked before: a command, a file.
    """
    if seen is not None and _filled(seen) != _filled(present):
        raise Stale(_("Somebody else changed this in the meantime. Look at the new state and try again."))


def _filled(sheet: Sheet) -> Sheet:
    return {key: value for key, value in sheet.items() if value}


class Opened(NamedTuple):
    """What a form was opened with, and the newest change of that moment."""

    sheet: Sheet
    change: str


def newest_change() -> str:
    """Return the id of the newest change; unlike its number it tells nothing about anybody else's work."""
    newest = JournalEntry.objects.order_by("-sequence").values_list("change", flat=True).first()
    return str(newest or "")


def seal(opened: Opened, place: str) -> str:
    """Return it as a form carries it: signed, and good for one page in one unit only."""
    return signing.dumps(list(opened), salt=f"opened:{place}", compress=True)


def unseal(text: str, place: str) -> Opened | None:
    """Return what a form carried; None where that was nothing, or another page's."""
    try:
        return Opened(*signing.loads(text, salt=f"opened:{place}"))
    except signing.BadSignature:
        return None


@dataclass(frozen=True, slots=True)
class Merge:
    """The keys of what both changed, of what only they and of what only I changed, and the sum of it."""

    clashes: tuple[str, ...]
    theirs: tuple[str, ...]
    mine: tuple[str, ...]
    sheet: Sheet


def merge(base: Sheet | None, theirs: Sheet, mine: Sheet) -> Merge:
    """Return what comes out when two people began with `base`; in a clash what I typed stands.

    Without a base nobody knows who changed what: then whatever differs is a clash.
    """
    clashes, taken, kept, merged = [], [], [], {}
    for key in dict.fromkeys([*mine, *theirs, *(base or ())]):
        there, here = theirs.get(key, ""), mine.get(key, "")
        before = None if base is None else base.get(key, "")
        merged[key] = there if here == before else here
        if here == before != there:
            taken.append(key)
        elif there == before != here:
            kept.append(key)
        elif there != here:
            clashes.append(key)
    return Merge(tuple(clashes), tuple(taken), tuple(kept), merged)


class Edit(NamedTuple):
    """Who changed these fields, and when."""

    actor: str
    at: datetime
    keys: tuple[str, ...]
    # The account's number; none where it was the system.
    by: int | None = None


def edits_since(entries: JournalQuerySet, change: str, keys_of: Callable[[Row], Iterable[str]]) -> list[Edit]:
    """Return what the entries did after the change to the fields that `keys_of` finds, newest first."""
    done = entries.filter(outcome=JournalEntry.Outcome.DONE).select_related("actor").order_by("-sequence")
    if change:
        seen = JournalEntry.objects.filter(change=change).values("sequence")[:1]
        done = done.filter(sequence__gt=seen)
    found = []
    for entry in done[:MOST_ENTRIES]:
        keys = dict.fromkeys(key for row in entry.data.get("changes", ()) for key in keys_of(row))
        if keys:
            found.append(Edit(_name_of(entry), entry.at, tuple(keys), entry.actor_id))
    return found


def _name_of(entry: JournalEntry) -> str:
    # The name alone: a label also holds the address.
    return entry.actor.get_full_name() if entry.actor is not None else entry.actor_label


class Clash(NamedTuple):
    """A field that both changed; `name` is that of the choice between the two values."""

    name: str
    label: str
    theirs: str
    mine: str


class Taken(NamedTuple):
    """A field that only somebody else changed."""

    label: str
    before: str
    after: str


class Told(NamedTuple):
    """Who changed what and when, in words."""

    actor: str
    at: datetime | None
    labels: Sequence[str]
    # The reader changed it himself, in another window.
    own: bool = False

    @property
    def ago(self) -> str:
        """How long ago it was, in words."""
        return str(naturaltime(self.at)) if self.at else ""

    @property
    def few(self) -> Sequence[str]:
        """The first of the fields."""
        return self.labels[:MOST_SHOWN]

    @property
    def more(self) -> int:
        """How many fields there are beside the first."""
        return max(len(self.labels) - MOST_SHOWN, 0)


@dataclass(frozen=True, slots=True)
class Conflict:
    """What partials/conflict.html shows; lists hold a few, the counts beside them how many more there are."""

    told: Collection[Told]
    clashes: Collection[Clash]
    taken: Collection[Taken]
    taken_more: int
    mine: Collection[str]
    mine_more: int
    # Nobody knows in what state the form was opened.
    unknown: bool

    @property
    def own(self) -> bool:
        """Whether nobody but the reader changed anything meanwhile."""
        return bool(self.told) and all(told.own for told in self.told)


def who_changed(edits: Iterable[Edit], labels: Mapping[str, str], reader: int | None = None) -> list[Told]:
    """Return who changed the labelled fields, newest first, and last what nobody in sight changed."""
    told, missing = [], dict(labels)
    for edit in edits:
        named = [labels[key] for key in edit.keys if key in labels]
        if named:
            told.append(Told(edit.actor, edit.at, named, own=edit.by is not None and edit.by == reader))
        for key in edit.keys:
            missing.pop(key, None)
    if missing:
        told.append(Told(_("Somebody whom you don't see from here"), None, list(missing.values())))
    return told
