"""What figures were measured on, in a sentence."""

import os
import platform
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import django


def machine() -> str:
    """Return the day, the machine and what ran on it; no name of either."""
    processor = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    languages = f"Python {platform.python_version()}, Django {django.__version__}"
    known = f"{os.cpu_count()} processors ({processor}), {memory:.0f} GiB, {languages}"
    return f"{datetime.now(UTC):%Y-%m-%d}, {known}, SQLite {sqlite3.sqlite_version}"
