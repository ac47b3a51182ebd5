"""Mixed traffic, bounded and on this machine alone: `python -m tests.load [--accounts N] [--browsers N …]`.

Fills a database of its own, serves it as production does with two web processes and a mail worker, lets
browsers of staff and administrators work without a pause, and prints what was answered how fast.
DATABASE_URL chooses the database. The browsers share the machine with the server.
"""

import argparse
import json
import os
import tempfile
from importlib import import_module
from pathlib import Path

KEY = "a key for load tests only, fifty characters and more"
MOST_BROWSERS, MOST_SECONDS = 200, 600


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=10_000, metavar="N")
    parser.add_argument("--browsers", type=int, nargs="+", default=[1, 4, 16, 48], metavar="N")
    parser.add_argument("--seconds", type=int, default=30, help="for each number of browsers")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where the figures go")
    options = parser.parse_args()
    if max(options.browsers) > MOST_BROWSERS or not 1 <= options.seconds <= MOST_SECONDS:
        parser.error(f"At most {MOST_BROWSERS} browsers, {MOST_SECONDS} seconds.")
    return options


def main() -> None:
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="load") as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/unused.sqlite3")
        os.environ.update(DJANGO_SETTINGS_MODULE="adminrights.settings", DEBUG="1", SECRET_KEY=KEY)
        os.environ.setdefault("LOG_LEVEL", "ERROR")
        import_module("django").setup()
        runs = import_module("tests.load.running").measure_all(
            Path(folder), options.accounts, options.browsers, options.seconds
        )
    if options.json:
        found = {"kind": "load", "machine": import_module("tests.machine").machine(), "runs": runs}
        options.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
