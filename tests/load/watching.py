"""What processes cost while they work, as Linux counts it."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(processes: Iterable[int]) -> float:
    """Return how long the processes have worked; those that are gone count nothing."""
    return sum(_ticks(process) for process in processes) / TICKS


def _ticks(process: int) -> int:
    try:
        # The name in brackets may hold anything.
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def megabytes(processes: Iterable[int]) -> float:
    """Return what the processes hold of memory; what several share is counted once."""
    return sum(_proportional(process) for process in processes) / 1e3


def _proportional(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def named(name: str) -> Iterator[int]:
    """Yield the processes of this name, such as those of a database server on this machine."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                found = (folder / "comm").read_text().strip()
            except OSError:
                continue
            if found == name:
                yield int(folder.name)
