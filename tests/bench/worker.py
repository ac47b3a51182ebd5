"""One world in a process of its own: it measures what it is told to and answers with the samples."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any, NoReturn, TextIO

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from adminrights import garbage
from tests.bench.answers import Answering, answers
from tests.bench.shape import Shape

Once = Callable[[], object]
Measures = dict[str, "Measure"]
# Nothing is measured for longer in one round, however slow it is.
LONGEST = float(os.environ.get("BENCH_SECONDS", "6"))
LEAST = 3
GIVE_UP = LONGEST * 10


class Overdue(BaseException):
    """It takes too long to be waited for. No error, so that nothing takes it for one."""


@contextmanager
def no_longer_than(seconds: float) -> Iterator[None]:
    """Raise Overdue in the block after so many seconds."""

    def ring(*_args: object) -> NoReturn:
        raise Overdue

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


class Measure:
    """Something to time: `prepare` makes, untimed, what is called; a sample is the mean of `repeat` calls.

    With one of `times` it is called a single time, without a call before: it changes what is there. What
    takes long is called once too, and given up when it takes too long.
    """

    def __init__(
        self, prepare: Callable[[], Once], *, times: int, repeat: int = 1, note: str = "", size: int = 0
    ) -> None:
        self.prepare, self.times, self.repeat = prepare, times, repeat
        self.note, self.size = note, size

    def measured(self) -> dict[str, Any]:
        """Return the seconds of one call, as often as asked, and the statements that it makes."""
        samples: list[float] = []
        queries, given_up = 0, False
        try:
            with no_longer_than(GIVE_UP):
                taken, queries = self._watched()
                if self.times == 1 or taken > LONGEST:
                    samples.append(taken)
                else:
                    _, queries = self._watched()
                    self._sample(samples)
        except Overdue:
            if not samples:
                samples, given_up = [GIVE_UP], True
        told = {"samples": samples, "queries": queries, "note": self.note, "size": self.size}
        return told | {"given_up": given_up}

    def _watched(self) -> tuple[float, int]:
        call = self.prepare()
        with CaptureQueriesContext(connection) as captured:
            start = perf_counter()
            call()
            taken = perf_counter() - start
        return taken, len(captured)

    def _sample(self, samples: list[float]) -> None:
        end = perf_counter() + LONGEST
        while len(samples) < self.times and (len(samples) < LEAST or perf_counter() < end):
            samples.append(self._one())

    def _one(self) -> float:
        call = self.prepare()
        start = perf_counter()
        for _ in range(self.repeat):
            call()
        return (perf_counter() - start) / self.repeat


class Number(Measure):
    """Something that isn't a time: the number that the function returns, with what is to be said of it."""

    def __init__(self, find: Callable[[], tuple[float, str]]) -> None:
        super().__init__(lambda: find, times=1)
        self.find = find

    def measured(self) -> dict[str, Any]:
        number, note = self.find()
        return {"samples": [], "queries": 0, "note": note, "size": 0, "number": number}


def scratch(name: str) -> None:
    """Make an empty database for this world, with its tables; a file for SQLite.

    Without Django's test environment: it watches every template that is drawn, which no server does.
    """
    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
    database = settings.DATABASES["default"]
    folder = os.environ["BENCH_FOLDER"]
    database.setdefault("TEST", {})["NAME"] = (
        f"{folder}/{name}.sqlite3" if connection.vendor == "sqlite" else f"{database['NAME']}_{name}"
    )
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)


def settle() -> None:
    """Let the database know what is in the tables, as a daemon or an operator would after a while."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    # As in a process that serves pages: the other worlds get the same.
    garbage.settle()


def line_out() -> TextIO:
    """Return the way to whoever asks; what anything prints from now on goes to the errors instead."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return out


def serve(out: TextIO, measures: Measures, known: dict[str, Any], said: str = "") -> None:
    """Read a name a line and answer each with its samples, until there are no more.

    The first line tells which names there are, what is `said` of the world as a whole, and its answers.
    """
    first = {"names": list(measures), "said": said, "answers": known}
    print(json.dumps(first), file=out, flush=True)
    for line in sys.stdin:
        print(json.dumps(measures[line.strip()].measured()), file=out, flush=True)


def drop() -> None:
    """Remove the world's database."""
    connection.creation.destroy_test_db(str(connection.settings_dict["NAME"]), verbosity=0)


def answer(out: TextIO, measures: Measures, shape: Shape, answering: Answering, said: str = "") -> None:
    """As `serve`, for a world with a database, which is gone afterwards."""
    try:
        serve(out, measures, answers(shape, answering), said)
    finally:
        drop()


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


def spread(items: Sequence[Any], number: int = 200) -> list[Any]:
    """Return so many of the items, evenly taken."""
    return list(items[:: max(len(items) // number, 1)])[:number]
