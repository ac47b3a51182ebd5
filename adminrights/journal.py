"""The append-only record of every change, refusal and sign-in, chained by digests (L1–L3).

An entry's mentions, by which histories find it, are rows of their own. Their digest stands in the entry's
data under `mentions`, and with it in the chain. Entries from before that have none, and hold as they are.
"""

import hashlib
import json
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Subquery
from django.db.models.functions import Coalesce

from adminrights import floods
from adminrights.append_only import unprotected
from adminrights.exceptions import Refused
from adminrights.floods import LeftOut
from adminrights.models import JournalEntry, JournalHead, JournalMention
from adminrights.origin import current_origin

if TYPE_CHECKING:
    from adminrights.change import Change

# An entry, and the objects that it names.
Named = tuple[JournalEntry, set[tuple[str, int]]]

CHAINED = (
    "sequence", "event", "outcome", "actor_id", "actor_label", "unit_id", "unit_label", "target_kind",
    "target_id", "target_label", "channel", "reason", "request_id", "address", "data",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the chain doesn't hold: the entry's sequence number and what is wrong there."""

    sequence: int
    reason: str


def digest_of(entry: JournalEntry, previous: str) -> str:
    """Return the SHA-256 of the entry and of the digest before it, in hexadecimal."""
    content: dict[str, Any] = {name: getattr(entry, name) for name in CHAINED}
    content |= {"change": str(entry.change), "at": entry.at.isoformat(), "previous": previous}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def digest_of_mentions(mentions: Iterable[tuple[str, int]]) -> str:
    """Return the SHA-256 of the objects that an entry names, in whatever order, in hexadecimal."""
    canonical = json.dumps(sorted(mentions), separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def lock_head() -> JournalHead:
    """Lock the end of the journal until the transaction ends, and return it."""
    head = JournalHead.objects.select_for_update().filter(pk=1).first()
    if head is None:
        JournalHead.objects.get_or_create(pk=1, defaults={"policy": uuid.uuid4()})
        head = JournalHead.objects.select_for_update().get(pk=1)
    return head


def record(change: "Change", refusal: Refused | None = None) -> JournalEntry | None:
    """Append the entry of a change, or of its refusal, to the chain. The head is locked already.

    Returns None where strangers have filled the minute with the same: then it is counted.
    """
    head = change.head
    assert head is not None  # noqa: S101 - a change locks the head before anything else
    outcome = JournalEntry.Outcome.REFUSED if refusal else JournalEntry.Outcome.DONE
    room = floods.room_for(change)
    if room is not None and not room.left:
        floods.count(head, change, outcome, room.address)
        head.save(update_fields=["left_out"])
        return None
    _append_due(head, change)
    entry = _entry(change, refusal)
    if room is not None and room.left == 1:
        entry.data["more"] = floods.last_words()
    _append_all([(entry, _mentions(entry, change))], head)
    head.save(update_fields=["sequence", "digest", "left_out"])
    return entry


def record_each(changes: Sequence["Change"], head: JournalHead) -> None:
    """Append an entry for each of changes that commit together, as `record` does, in few statements.

    Nobody signed out makes several changes at once, so none of them is only counted.
    """
    if not changes:
        return
    _append_due(head, changes[0])
    entries = [(_entry(change, None), change) for change in changes]
    _append_all([(entry, _mentions(entry, change)) for entry, change in entries], head)
    head.save(update_fields=["sequence", "digest", "left_out"])


def _append_due(head: JournalHead, change: "Change") -> None:
    """Write down what was counted until a minute before the change."""
    for left_out in floods.take_due(head, change.at):
        _append_all([(_entry_of_many(left_out, change), set())], head)


def _mentions(entry: JournalEntry, change: "Change") -> set[tuple[str, int]]:
    target = {(entry.target_kind, entry.target_id)} if isinstance(entry.target_id, int) else set()
    return change.mentions | target


def _append_all(entries: Collection[Named], head: JournalHead) -> None:
    """Write the entries at the end of the chain; the caller saves the head."""
    for entry, mentions in entries:
        entry.sequence = head.sequence + 1
        entry.data["mentions"] = digest_of_mentions(mentions)
        entry.digest = digest_of(entry, head.digest)
        head.sequence, head.digest = entry.sequence, entry.digest
    JournalEntry.objects.bulk_create([entry for entry, _mentions in entries], batch_size=500)
    JournalMention.objects.bulk_create(
        [
            JournalMention(entry=entry, kind=kind, object_id=pk)
            for entry, mentions in entries
            for kind, pk in sorted(mentions)
        ],
        batch_size=500,
    )


def _entry_of_many(left_out: LeftOut, change: "Change") -> JournalEntry:
    """Return the entry of what strangers did too often for an entry each."""
    number = {"number": left_out.number, "since": left_out.since.isoformat()}
    return JournalEntry(
        change=uuid.uuid4(),
        at=change.at,
        event=left_out.event,
        outcome=left_out.outcome,
        actor_label="System",
        channel="system",
        address=left_out.address,
        data={"more": left_out.words(), "left_out": number | {"until": left_out.until.isoformat()}},
    )


def _entry(change: "Change", refusal: Refused | None) -> JournalEntry:
    origin = current_origin()
    target = change.target
    data: dict[str, Any] = {"changes": change.written, "effects": change.effects.counts()}
    if refusal is not None:
        data = {"code": refusal.code, "message": str(refusal)}
    return JournalEntry(
        change=change.id,
        at=change.at,
        event=change.event.value,
        outcome=JournalEntry.Outcome.REFUSED if refusal else JournalEntry.Outcome.DONE,
        actor_id=change.actor.pk,
        actor_label=str(change.actor)[:400],
        unit=change.unit,
        unit_label=str(change.unit or ""),
        target_kind=(target._meta.model_name or "") if target is not None else "",
        target_id=target.pk if target is not None else None,
        target_label=str(target)[:400] if target is not None else "",
        channel=origin.channel,
        reason=change.reason[:500],
        request_id=origin.request_id,
        address=origin.address,
        data=data,
    )


def verify() -> Iterator[Break]:
    """Walk the chain and yield every place where it doesn't hold; nothing when all is well.

    The journal may grow meanwhile. Break 0 is about the tables as such.
    """
    for table in unprotected(connection):
        yield Break(0, f"the table {table} is not protected: its rows can be altered and removed")
    head = JournalHead.objects.filter(pk=1).first() or JournalHead(pk=1)
    previous, expected = "", 1
    entries = JournalEntry.objects.filter(sequence__lte=head.sequence).order_by("sequence")
    for entry in entries.prefetch_related("mentions").iterator(chunk_size=500):
        if entry.sequence != expected:
            yield Break(expected, f"entries {expected} to {entry.sequence - 1} are missing")
        if entry.digest != digest_of(entry, previous):
            yield Break(entry.sequence, "the entry was altered, or one before it was")
        if _names_others(entry):
            yield Break(entry.sequence, "the objects that the entry names were altered")
        previous, expected = entry.digest, entry.sequence + 1
    if (head.sequence, head.digest) != (expected - 1, previous):
        yield Break(expected, "entries are missing at the end")
    # Both in one statement: what is being added has moved the head with it.
    heads = JournalHead.objects.filter(pk=1).values("sequence")
    beyond = JournalEntry.objects.exclude(sequence__lte=Coalesce(Subquery(heads), 0)).order_by("sequence")
    for sequence in beyond.values_list("sequence", flat=True)[:1]:
        yield Break(sequence, "entries were added past the end")


def _names_others(entry: JournalEntry) -> bool:
    """Whether the entry's mentions aren't those that were written with it."""
    there = digest_of_mentions((mention.kind, mention.object_id) for mention in entry.mentions.all())
    return entry.data.get("mentions", there) != there
