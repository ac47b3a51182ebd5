"""The tables of the benchmark, in Markdown. Pure."""

import statistics
from dataclasses import dataclass, field
from typing import Any

HEAD = (
    "",
    "ours: median",
    "p99",
    "queries",
    "Django: median",
    "p99",
    "queries",
    "ours / Django",
    "remarks",
)


@dataclass
class Result:
    """The samples of one name in one world, over all rounds."""

    samples: list[float] = field(default_factory=list)
    queries: int = 0
    note: str = ""

    def add(self, measured: dict[str, Any]) -> None:
        self.samples += measured["samples"]
        self.queries, self.note = measured["queries"], measured["note"]

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    @property
    def p99(self) -> float:
        return sorted(self.samples)[min(len(self.samples) * 99 // 100, len(self.samples) - 1)]


Results = dict[str, tuple[Result | None, Result | None]]


def table(title: str, results: Results) -> str:
    """Return the results as a table; names that no world knows are left out."""
    lines = [f"### {title}", "", _row(HEAD), _row(["---", *["---:"] * 7, "---"])]
    reverse = results["who can: ids"][0]
    for name, (ours, stock) in results.items():
        if ours is None and stock is None:
            continue
        against = reverse if name == "who can: with_perm" else ours
        ratio = f"{against.median / stock.median:.3g}" if against and stock else ""
        notes = "; ".join(result.note for result in (ours, stock) if result and result.note)
        lines.append(_row([name, *_cells(ours), *_cells(stock), ratio, notes]))
    return "\n".join(lines)


def _cells(result: Result | None) -> list[str]:
    if result is None:
        return ["–", "–", "–"]
    return [_duration(result.median), _duration(result.p99), str(result.queries)]


def _duration(seconds: float) -> str:
    """Return the time with three digits that matter."""
    for unit, factor in (("s", 1.0), ("ms", 1e3)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def _row(items: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(items)} |"
