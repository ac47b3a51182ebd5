"""Run the long runs: `python -m tests.soak --scale 0.1 mail`. DATABASE_URL chooses the database."""

import argparse
import os
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from tests.soak import RUNS, Measure

KEY = "a key for long runs only, fifty characters and more"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("words", nargs="*", help="only runs whose module or title has one of these words")
    parser.add_argument("--scale", type=float, default=1.0, help="a part of the whole bar, such as 0.1")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/unused.sqlite3")
        os.environ.setdefault("LOG_LEVEL", "ERROR")
        os.environ.update(DJANGO_SETTINGS_MODULE="adminrights.settings", DEBUG="1", SECRET_KEY=KEY)
        return measure_all(options.words, options.scale, Path(folder))


def measure_all(words: list[str], scale: float, folder: Path) -> int:
    """Run what the words ask for; return 1 if any bar was missed."""
    import_module("django").setup()
    measures: list[Measure] = []
    with import_module("tests.soak.site").fresh_database(folder) as site:
        for module in iter_modules([str(Path(__file__).parent)]):
            if not module.name.startswith("_"):
                import_module(f"tests.soak.{module.name}")
        for title, function in RUNS.items():
            if words and not any(word in f"{function.__module__} {title}".lower() for word in words):
                continue
            began = time.monotonic()
            found = list(function(site, scale))
            measures += found
            tell(f"{title} ({time.monotonic() - began:.0f} s, scale {scale:g})", found)
    return 0 if all(measure.holds for measure in measures) else 1


def tell(title: str, measures: list[Measure]) -> None:
    """Print one run as a table."""
    rows = [("measure", "bar", "result", "")]
    rows += [(m.name, str(m.bar), str(m.result), "holds" if m.holds else "MISSED") for m in measures]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    print(f"\n{title}")
    for row in rows:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
