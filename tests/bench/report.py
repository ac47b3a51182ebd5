"""The tables of the benchmark, in Markdown. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite

from tests.bench.results import OURS, Result, Run
from tests.bench.targets import Judged, Target

WORDS = {"stock": "Django", "guardian": "guardian", "casbin": "pycasbin", "written": "SQL by hand"}


def times(run: Run) -> str:
    """Return every median, ours with p99 and statements, others' beside it."""
    others = [world for world in WORDS if any(world in by_world for by_world in run.found.values())]
    head = ["", "ours", "p99", "statements", *(WORDS[world] for world in others), "remarks"]
    rows = []
    for name, by_world in run.found.items():
        ours = by_world.get(OURS)
        rest = [_middle(by_world.get(world)) for world in others]
        remark = "; ".join(filter(None, [(ours or next(iter(by_world.values()))).note, *_given_up(by_world)]))
        rows.append([name, _middle(ours), *_more(ours), *rest, remark])
    return table(head, rows)


def score(judged: Iterable[Judged]) -> str:
    """Return what was found beside what is to be reached."""
    rows = [
        [each.target.words, amount(each.found, each.target), bound(each), "met" if each.met else "**missed**"]
        for each in judged
    ]
    return table(["measure", "found", "target", ""], rows)


def amount(number: float, target: Target) -> str:
    """Return the number, small ratios as a fraction."""
    if not isfinite(number):
        return "given up"
    if target.unit and 0 < number < 0.1:
        return f"1/{1 / number:,.3g}"
    return f"{number:,.3g} {target.unit}".strip()


def bound(judged: Judged) -> str:
    """Return the limit with its sign."""
    return f"{'≥' if judged.target.least else '≤'} {amount(judged.limit, judged.target)}"


def title(run: Run) -> str:
    """Return which run it is."""
    return f"### {run.database}, {run.accounts:,} accounts"


def _given_up(by_world: Mapping[str, Result]) -> Iterable[str]:
    names = {OURS: OURS, **WORDS}
    return (f"{names[world]}: given up" for world, result in by_world.items() if result.given_up)


def _middle(result: Result | None) -> str:
    if result is None:
        return "–"
    return duration(result.median) if result.samples else f"{result.number:,.3g}"


def _more(result: Result | None) -> tuple[str, str]:
    if result is None or not result.samples:
        return "", ""
    return duration(result.p99), str(result.queries)


def duration(seconds: float) -> str:
    """Return the time with three digits that matter."""
    for unit, factor in (("s", 1.0), ("ms", 1e3)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table, numbers to the right but in the first and last column."""
    rule = ["---", *["---:"] * (len(head) - 2), "---"]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))
