"""The journal as a file elsewhere: one entry a line, as JSON, with its digest.

What is in it can be checked without the database, and after a restore it tells what happened since.
"""

import json
import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from adminrights.journal import CHAINED
from adminrights.models import JournalEntry

FIELDS = (*CHAINED, "change", "at", "digest")
Line = dict[str, Any]


class AnotherJournal(Exception):
    """The file and the database don't tell of the same journal; the message says where they part."""


def add_new(path: Path) -> int:
    """Add the entries that the file doesn't have and return their number. Raises AnotherJournal."""
    last = next(iter(deque(read(path), maxlen=1)), None)
    start = last["sequence"] if last else 0
    if last and not JournalEntry.objects.filter(sequence=start, digest=last["digest"]).exists():
        raise AnotherJournal(f"{path}: entry {start} isn't that of this database. Begin a new file.")
    entries = JournalEntry.objects.filter(sequence__gt=start).order_by("sequence")
    number = 0
    with open(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as file:  # noqa: PTH123
        for entry in entries.values(*FIELDS).iterator(chunk_size=500):
            file.write(json.dumps(entry, cls=DjangoJSONEncoder, ensure_ascii=False).encode() + b"\n")
            number += 1
        file.flush()
        os.fsync(file.fileno())
    return number


def read(path: Path) -> Iterator[Line]:
    """Yield the entries of the file, if there is one. Raises AnotherJournal for a file of something else."""
    if not path.exists():
        return
    with path.open() as file:
        for number, text in enumerate(file, start=1):
            try:
                line = json.loads(text)
                yield {name: line[name] for name in FIELDS}
            except (KeyError, TypeError, ValueError) as error:
                raise AnotherJournal(f"{path}, line {number}: this is no entry of a journal.") from error


def since(path: Path, sequence: int, digest: str) -> Iterator[Line]:
    """Yield the entries that the file has beyond the end of a journal. Raises AnotherJournal.

    The file must know that end as well: else it tells of something else.
    """
    met = sequence == 0
    for line in read(path):
        if line["sequence"] == sequence:
            met = line["digest"] == digest
            if not met:
                raise AnotherJournal(f"{path}: entry {sequence} isn't that of this database.")
        elif line["sequence"] > sequence:
            if not met:
                raise AnotherJournal(f"{path} has no entry {sequence}, where this journal ends.")
            yield line
