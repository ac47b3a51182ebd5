"""The end of the journal's chain, written down outside the database (L3).

Whoever owns the database can cut off the end of the journal, or write it anew with fresh digests, and the
chain holds again. An anchor is a line that he doesn't own: at that moment the chain was so long and ended in
that digest. The file belongs on another machine, or where it can only be added to.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from adminrights.journal import Break
from adminrights.models import JournalEntry, JournalHead

AT_ONCE = 500


class AnchorsUnreadable(Exception):
    """The file isn't one of anchors; the message says where."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where the chain ended at a moment: how many entries there were, and the digest of the last."""

    at: str
    sequence: int
    digest: str


def read(path: Path) -> list[Anchor]:
    """Return the anchors of the file, none when there is no file yet. Raises AnchorsUnreadable."""
    if not path.exists():
        return []
    anchors = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        try:
            anchors.append(Anchor(**json.loads(line)))
            int(anchors[-1].sequence)
        except (TypeError, ValueError) as error:
            raise AnchorsUnreadable(f"{path}, line {number}: this is no anchor.") from error
    return anchors


def compare(anchors: Sequence[Anchor]) -> Iterator[Break]:
    """Yield every anchor with which the journal doesn't agree any more."""
    for start in range(0, len(anchors), AT_ONCE):
        some = anchors[start : start + AT_ONCE]
        wanted = [anchor.sequence for anchor in some]
        entries = JournalEntry.objects.filter(sequence__in=wanted)
        there = dict(entries.values_list("sequence", "digest"))
        for anchor in some:
            if anchor.sequence not in there:
                yield Break(anchor.sequence, f"the entry that was last on {anchor.at} is missing")
            elif there[anchor.sequence] != anchor.digest:
                yield Break(anchor.sequence, f"the journal was written anew since {anchor.at}")


def add(path: Path, anchors: Sequence[Anchor]) -> Anchor | None:
    """Add the present end to the file and return it; None when nothing came since the last anchor.

    Only for a journal that was found whole: an anchor vouches for all before it.
    """
    head = JournalHead.objects.filter(pk=1, sequence__gt=anchors[-1].sequence if anchors else 0).first()
    if head is None:
        return None
    anchor = Anchor(datetime.now(UTC).isoformat(timespec="seconds"), head.sequence, head.digest)
    line = json.dumps(asdict(anchor)) + "\n"
    # One write at the end of the file, so that two at once never mix their lines.
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, line.encode())
        os.fsync(file)
    finally:
        os.close(file)
    return anchor
