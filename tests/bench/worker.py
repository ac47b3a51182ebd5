"""One world in a process of its own: it measures what it is told to and answers with the samples."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any, TextIO

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

Once = Callable[[], object]
Measures = dict[str, "Measure"]


class Measure:
    """Something to time: `prepare` makes, untimed, what is called; a sample is the mean of `repeat` calls."""

    def __init__(self, prepare: Callable[[], Once], *, times: int, repeat: int = 1, note: str = "") -> None:
        self.prepare, self.times, self.repeat, self.note = prepare, times, repeat, note

    def samples(self) -> list[float]:
        """Return the seconds of one call, as often as asked."""
        return [self._one() for _ in range(self.times)]

    def _one(self) -> float:
        call = self.prepare()
        start = perf_counter()
        for _ in range(self.repeat):
            call()
        return (perf_counter() - start) / self.repeat

    def queries(self) -> int:
        """Return how many statements one call makes."""
        call = self.prepare()
        with CaptureQueriesContext(connection) as captured:
            call()
        return len(captured)


def scratch(name: str) -> None:
    """Make an empty database for this world, with its tables; a file for SQLite.

    Without Django's test environment: it watches every template that is drawn, which no server does.
    """
    settings.ALLOWED_HOSTS = ["testserver"]
    database = settings.DATABASES["default"]
    folder = os.environ["BENCH_FOLDER"]
    database.setdefault("TEST", {})["NAME"] = (
        f"{folder}/{name}.sqlite3" if connection.vendor == "sqlite" else f"bench_{name}"
    )
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)


def settle() -> None:
    """Let PostgreSQL know what is in the tables, as its daemon would after a while."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def line_out() -> TextIO:
    """Return the way to whoever asks; what anything prints from now on goes to the errors instead."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return out


def answer(out: TextIO, measures: Measures, said: str = "") -> None:
    """Read a name a line and answer each with its samples, until there are no more.

    The first line tells which names there are, and what is `said` of the world as a whole.
    """
    print(json.dumps({"names": sorted(measures), "said": said}), file=out, flush=True)
    for line in sys.stdin:
        print(json.dumps(_measured(measures[line.strip()])), file=out, flush=True)
    connection.creation.destroy_test_db(str(connection.settings_dict["NAME"]), verbosity=0)


def _measured(measure: Measure) -> dict[str, Any]:
    measure.prepare()()
    return {"samples": measure.samples(), "queries": measure.queries(), "note": measure.note}


def weight(content: bytes) -> str:
    """Return how large a page is, for the remarks."""
    return f"{content.count(b'<tr')} rows, {len(content) // 1024} KiB"


def cycle(items: Sequence[Any]) -> Callable[[], Any]:
    """Return a function that gives the items one after the other, over and over."""
    position = -1

    def following() -> Any:
        nonlocal position
        position = (position + 1) % len(items)
        return items[position]

    return following
