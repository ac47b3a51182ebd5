"""The scoreboard: `python -m tests.bench [--accounts N …] [--only WORDS …] [--on sqlite …] [--json FILE]`.

Every world lives in a process of its own, and all are asked in turn, so that a busy machine slows all of
them. Before anything is timed, answers are compared: ours with the brute-force evaluation, the others' with
ours. Prints tables in Markdown; the figures that count are the ratios.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.bench.agreed import Disagreement
from tests.bench.answers import compare
from tests.bench.report import amount, bound, score, times, title
from tests.bench.results import OURS, Result, Run
from tests.bench.targets import judge
from tests.bench.world import World
from tests.machine import machine

WORLDS = (OURS, "stock", "guardian", "casbin", "written")
SIZES = (1_000, 10_000, 100_000)


@dataclass(frozen=True)
class Wanted:
    """What is to be measured."""

    only: Sequence[str] = ()
    rounds: int = 2
    worlds: Sequence[str] = WORLDS

    def wants(self, name: str) -> bool:
        return not self.only or any(words.casefold() in name.casefold() for words in self.only)


def measure(database: str, n: int, wanted: Wanted) -> Run:
    """Fill the worlds, compare their answers and ask them in turn. Raises Disagreement."""
    run = Run("postgresql" if database.startswith("postgres") else "sqlite", n)
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        url = database if ":" in database else f"sqlite:///{folder}/unused.sqlite3"
        environment = os.environ | {"BENCH_FOLDER": folder, "DATABASE_URL": url}
        worlds: list[World] = []
        try:
            worlds += [World(name, n, environment) for name in wanted.worlds]
            for world in worlds:
                world.ready()
            known = {world.name: world.answers for world in worlds}
            agreed = compare(known.pop(OURS), known)
            run.said = [*(world.said for world in worlds if world.said), agreed]
            _ask(worlds, wanted, run)
        finally:
            for world in worlds:
                world.end()
    return run


def _ask(worlds: list[World], wanted: Wanted, run: Run) -> None:
    names = dict.fromkeys(name for world in worlds for name in world.names)
    for name in filter(wanted.wants, names):
        print(f"{run.database}, {run.accounts:,}: {name}", file=sys.stderr)
        found = {world.name: Result() for world in worlds if name in world.names}
        for number in range(wanted.rounds):
            for world in worlds:
                # What isn't a time, or happens once, is found in the first round.
                if world.name in found and (number == 0 or len(found[world.name].samples) > 1):
                    found[world.name].add(world.measure(name))
        run.found[name] = found


def plain(run: Run) -> dict[str, Any]:
    """Return the run as JSON has it."""
    results = {name: {world: each.plain() for world, each in by.items()} for name, by in run.found.items()}
    targets = [
        {
            "measure": each.target.words,
            "found": each.found if isfinite(each.found) else None,
            "limit": each.limit,
            "shown": amount(each.found, each.target),
            "asked": bound(each),
            "met": each.met,
        }
        for each in judge(run)
    ]
    return {"database": run.database, "accounts": run.accounts, "results": results, "targets": targets}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, nargs="+", default=SIZES, metavar="N")
    parser.add_argument("--only", nargs="+", default=[], metavar="WORDS", help="measures with these words")
    parser.add_argument("--worlds", nargs="+", default=WORLDS, choices=WORLDS)
    parser.add_argument("--on", nargs="+", default=[], choices=("sqlite", "postgres"))
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def databases(chosen: Sequence[str]) -> list[str]:
    """Return SQLite, and the server of DATABASE_URL where there is one, for scratch databases."""
    url = os.environ.get("DATABASE_URL", "")
    known = ["sqlite", *([url] if url.startswith("postgres") else [])]
    return [each for each in known if not chosen or each.partition(":")[0].removesuffix("ql") in chosen]


def main() -> None:
    options, start = arguments(), perf_counter()
    worlds = [OURS, *(each for each in options.worlds if each != OURS)]
    wanted = Wanted(options.only, options.rounds, worlds)
    busy = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    print(f"Python {platform.python_version()}, {busy}, organisations with a fixed seed.\n", flush=True)
    done: list[dict[str, Any]] = []
    for database in databases(options.on):
        smallest: Run | None = None
        for n in sorted(options.accounts):
            try:
                run = measure(database, n, wanted)
            except Disagreement as disagreement:
                raise SystemExit(f"Nothing is timed: {disagreement}") from None
            run.smallest = smallest
            smallest = smallest or run
            parts = [title(run), times(run), score(judge(run)), *run.said]
            print(*parts, sep="\n\n", end="\n\n", flush=True)
            done.append(plain(run))
            if options.json:
                options.json.write_text(
                    json.dumps({"kind": "bench", "machine": machine(), "runs": done}, indent=1)
                )
    print(f"Took {perf_counter() - start:.0f} s.", file=sys.stderr)


if __name__ == "__main__":
    main()
