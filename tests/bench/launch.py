"""Starts one world: `python -m tests.bench.launch NAME ACCOUNTS`. Django comes up before models are read."""

import os
import sys
from importlib import import_module

import django

SETTINGS = {
    "ours": "adminrights.settings",
    "watcher": "adminrights.settings",
    "stock": "tests.bench.stock_settings",
    "guardian": "tests.bench.guardian_settings",
    "casbin": "tests.bench.stock_settings",
    "written": "tests.bench.stock_settings",
}


def main() -> None:
    name, number = sys.argv[1], int(sys.argv[2])
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS[name]
    os.environ |= {
        "DEMO": "1",
        "DEBUG": "0",
        "LOG_LEVEL": "ERROR",
        "SECRET_KEY": "a key for the benchmark only",
    }
    django.setup()
    import_module(f"tests.bench.world_{name}").main(number)


if __name__ == "__main__":
    main()
