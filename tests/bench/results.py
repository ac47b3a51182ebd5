"""What was measured, and the ratios of it. Pure."""

import statistics
from dataclasses import dataclass, field
from math import inf
from typing import Any

OURS = "ours"


@dataclass
class Result:
    """The samples of one name in one world, over all rounds; or a number that isn't a time."""

    samples: list[float] = field(default_factory=list)
    queries: int = 0
    note: str = ""
    size: int = 0
    number: float | None = None
    # It took longer than anybody waits: the one sample is how long was waited.
    given_up: bool = False

    def add(self, measured: dict[str, Any]) -> None:
        self.samples += measured["samples"]
        self.queries, self.note, self.size = measured["queries"], measured["note"], measured["size"]
        self.number, self.given_up = measured.get("number"), measured.get("given_up", False)

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    @property
    def p99(self) -> float:
        return sorted(self.samples)[min(len(self.samples) * 99 // 100, len(self.samples) - 1)]

    def plain(self) -> dict[str, Any]:
        """Return it as JSON has it, times in seconds."""
        if not self.samples:
            return {"number": self.number, "note": self.note}
        times = {"median": self.median, "p99": self.p99, "samples": len(self.samples)}
        rest = {"queries": self.queries, "bytes": self.size, "note": self.note}
        return times | rest | ({"given_up": True} if self.given_up else {})


@dataclass
class Run:
    """One size on one database: results by measure and world. Growth is held to the `smallest`."""

    database: str
    accounts: int
    found: dict[str, dict[str, Result]] = field(default_factory=dict)
    smallest: "Run | None" = None
    said: list[str] = field(default_factory=list)

    def result(self, name: str, world: str = OURS) -> Result:
        """Return what was measured. Raises KeyError."""
        return self.found[name][world]

    def time(self, name: str, world: str = OURS) -> float:
        """Return the median. Ours is endless where it was given up, so that no ratio to it is met."""
        result = self.result(name, world)
        return inf if world == OURS and result.given_up else result.median

    def small(self) -> "Run":
        """Return the run of the smallest organisation. Raises KeyError where that is this one."""
        if self.smallest is None:
            raise KeyError
        return self.smallest

    def number(self, name: str, world: str = OURS) -> float:
        number = self.result(name, world).number
        assert number is not None
        return number
