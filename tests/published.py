"""Put measured figures into the documents: `python -m tests.published FILE.json …`.

The files are those that `python -m tests.bench --json` and `python -m tests.load --json` write. A document
holds a table between two comments, such as `<!-- measured: score -->` and `<!-- end of measured -->`.
"""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.bench.report import duration, table
from tests.load.tables import LINES, line_of

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ("README.md", "docs/scaling.md")
END = "<!-- end of measured -->"
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
Run = dict[str, Any]


def score(runs: Sequence[Run]) -> str:
    """Return every target with what was found on each database in each size; what is missed stands bold."""
    head = ["measure", "target", *(f"{NAMES[run['database']]} {run['accounts']:,}" for run in runs)]
    known = [{each["measure"]: each for each in run["targets"]} for run in runs]
    measures = dict.fromkeys(name for by_name in known for name in by_name)
    rows = []
    for name in measures:
        found = [by_name.get(name) for by_name in known]
        asked = " or ".join(dict.fromkeys(each["asked"] for each in found if each))
        rows.append([name, asked, *(_judged(each) for each in found)])
    return table(head, rows)


def _judged(target: dict[str, Any] | None) -> str:
    if target is None:
        return "–"
    shown: str = target["shown"]
    return shown if target["met"] else f"**{shown}**"


def medians(runs: Sequence[Run]) -> str:
    """Return our own medians, in each size on each database."""
    head = ["measure", *(f"{NAMES[run['database']]} {run['accounts']:,}" for run in runs), "statements"]
    names = dict.fromkeys(name for run in runs for name in run["results"])
    rows = []
    for name in names:
        ours = [run["results"].get(name, {}).get("ours", {}) for run in runs]
        if any("median" in each for each in ours):
            times = [duration(each["median"]) if "median" in each else "–" for each in ours]
            rows.append([name, *times, str(max(each.get("queries", 0) for each in ours))])
    return table(head, rows)


def load(runs: Sequence[Run]) -> str:
    """Return a line for each number of browsers on each database."""
    head = ["database", "accounts", *LINES]
    return table(head, [[NAMES[run["database"]], f"{run['accounts']:,}", *line_of(run)] for run in runs])


TABLES: dict[str, tuple[str, Callable[[Sequence[Run]], str]]] = {
    "score": ("bench", score),
    "medians": ("bench", medians),
    "load": ("load", load),
}


def put_in(text: str, measured: Iterable[dict[str, Any]]) -> str:
    """Return the document with its tables made anew from what was measured; others stay."""
    measured = list(measured)
    for name, (kind, draw) in TABLES.items():
        mark = f"<!-- measured: {name} -->"
        files = [each for each in measured if each["kind"] == kind]
        if mark in text and files:
            drawn = draw([run for each in files for run in each["runs"]])
            words = "; ".join(dict.fromkeys(each["machine"] for each in files))
            before, _mark, rest = text.partition(mark)
            text = f"{before}{mark}\n\n{drawn}\n\nMeasured on {words}.\n\n{END}{rest.partition(END)[2]}"
    return text


def main() -> None:
    measured = [json.loads(Path(name).read_text()) for name in sys.argv[1:]]
    for name in DOCUMENTS:
        path = ROOT / name
        path.write_text(put_in(path.read_text(), measured))


if __name__ == "__main__":
    main()
