"""The benchmark: `python -m tests.bench [--workload one|units|all] [--accounts N …] [--rounds 2]`.

Both worlds, ours and Django's own, live in processes of their own and are asked in turn, so that a busy
machine slows both. Prints tables in Markdown; the figures that count are the ratios. Before anything is
timed, a sample of our answers is held against the brute-force evaluation.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.bench.report import Result, Results, table

HOUSE = Path(__file__).resolve().parents[2]
ROWS = 50
NAMES = (
    "decision, cold",
    "decision, cold process",
    "decision, warm",
    "effective set",
    "who can: ids",
    "who can: names and sources",
    "who can: with_perm",
    "All Accounts page",
    "All Accounts page, one unit",
    "unit dashboard",
    "role matrix",
)
# What each workload is called, and how many accounts it has unless others are asked for.
WORKLOADS = {"one": ("one unit", [1_000, 10_000]), "units": ("30 units", [10_000])}


class World:
    """A process that holds one world and measures by name."""

    def __init__(self, module: str, workload: str, n: int, environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", f"tests.bench.{module}", workload, str(n)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, cwd=HOUSE, env=environment, stdin=pipe, stdout=pipe, text=True
        )
        self.names: set[str] = set()
        self.said = ""

    def ready(self) -> None:
        """Wait until the world is filled."""
        first = self._read()
        self.names, self.said = set(first["names"]), first["said"]

    def measure(self, name: str) -> dict[str, Any]:
        assert self.process.stdin
        print(name, file=self.process.stdin, flush=True)
        measured: dict[str, Any] = self._read()
        return measured

    def end(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(60)

    def _read(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("A world ended by itself; its own words are above.")
        return json.loads(line)


def compare(workload: str, n: int, url: str, rounds: int) -> tuple[Results, str]:
    """Fill both worlds and ask them in turn; return the results and what our world says of itself."""
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        environment = os.environ | {"BENCH_FOLDER": folder, "BENCH_ROWS": str(ROWS)}
        environment["DATABASE_URL"] = url or f"sqlite:///{folder}/unused.sqlite3"
        worlds = World("ours", workload, n, environment), World("stock", workload, n, environment)
        for world in worlds:
            world.ready()
        results: Results = {}
        for name in NAMES:
            found = tuple(Result() if name in world.names else None for world in worlds)
            for _ in range(rounds):
                for world, result in zip(worlds, found, strict=True):
                    if result is not None:
                        result.add(world.measure(name))
            results[name] = (found[0], found[1])
        for world in worlds:
            world.end()
    return results, worlds[0].said


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.splitlines()[0])
    parser.add_argument("--workload", choices=(*WORKLOADS, "all"), default="all")
    parser.add_argument("--accounts", type=int, nargs="+", default=[], metavar="N")
    parser.add_argument("--database-url", default="", help="a server on which scratch databases can be made")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    start = perf_counter()
    where = options.database_url.partition(":")[0] or "sqlite"
    busy = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    print(f"Python {platform.python_version()}, {where}, {busy}, workloads with a fixed seed.\n")
    for workload, (words, usual) in WORKLOADS.items():
        for n in options.accounts or usual if options.workload in (workload, "all") else ():
            results, said = compare(workload, n, options.database_url, options.rounds)
            print(table(f"{words}, {n:,} accounts", results), said, sep="\n\n", end="\n\n", flush=True)
    print(f"Took {perf_counter() - start:.0f} s.", file=sys.stderr)


if __name__ == "__main__":
    main()
