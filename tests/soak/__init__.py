"""Long runs: what must hold after hundreds of crashes and thousands of requests at once.

`python -m tests.soak` runs them all on a database of their own and prints what was measured beside its bar.
A run is a function in a module of this package:

    @run("Mail and sudden deaths")
    def mail_survives(site: Site, scale: float) -> Iterable[Measure]:
        ...
        yield Measure("invitations lost", "0", lost, lost == 0)

`scale` is 1 for the whole bar; `times(200, scale)` says how often to do what the bar asks for 200 times.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Measure:
    """What was measured, the bar in words, the result, and whether it holds."""

    name: str
    bar: object
    result: object
    holds: bool


Run = Callable[[Any, float], Iterable[Measure]]
RUNS: dict[str, Run] = {}


def run(title: str) -> Callable[[Run], Run]:
    """Register a run under its title."""

    def register(function: Run) -> Run:
        RUNS[title] = function
        return function

    return register


def times(number: int, scale: float) -> int:
    """Return how often to do what the whole bar asks for so many times: never less than once."""
    return max(1, round(number * scale))
