"""The figures of mixed traffic as tables, in Markdown. Pure."""

from collections.abc import Sequence
from typing import Any

from tests.bench.report import table

LINES = (
    "browsers", "requests/s", "changes/s", "median", "p95", "p99", "not answered well",
    "processor ms a request: web", "database", "memory of the web, MB",
)  # fmt: skip


def summary(runs: Sequence[dict[str, Any]]) -> str:
    """Return a line for each number of browsers."""
    return table(LINES, [line_of(run) for run in runs])


def line_of(run: dict[str, Any]) -> list[str]:
    """Return what was found with so many browsers, in the order of LINES."""
    stored = "in it" if run["stored"] is None else f"{run['stored'] * 1e3:.1f}"
    times = [_duration(run["seconds"][name]) for name in ("median", "p95", "p99")]
    rates = [str(run["browsers"]), f"{run['rate']:.1f}", f"{run['changes']:.2f}"]
    return [*rates, *times, str(run["odd"]), f"{run['web'] * 1e3:.1f}", stored, f"{run['memory']:.0f}"]


def by_kind(run: dict[str, Any]) -> str:
    """Return what each kind of request took in one run."""
    head = ("kind", "requests", "median", "p95", "p99", "odd answers")
    rows = [
        [
            kind,
            str(found["number"]),
            *(_duration(found[name]) for name in ("median", "p95", "p99")),
            ", ".join(map(str, found["odd"])),
        ]
        for kind, found in run["kinds"].items()
    ]
    return table(head, rows)


def _duration(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1e3:.0f} ms"
