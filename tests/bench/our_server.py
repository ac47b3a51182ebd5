"""All Accounts as the production server sends it."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection
from django.urls import reverse

from tests.bench.painting import SLOWER, TRIES, Painted, painted
from tests.bench.serving import page_weight, rate
from tests.bench.worker import Measures, Number
from tests.browser.chromium import find_chromium

APPLICATION = ["--config", "python:adminrights.server", "tests.bench.our_wsgi:application"]
SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.bench.served_settings", "WEB_WORKERS": "2"}


def measures(world: Any) -> Measures:
    """Return what is measured here, by name."""
    url = reverse("accounts:account_list")

    def weight() -> tuple[float, str]:
        _collect()
        return page_weight(APPLICATION, world.boss, url, **SETTINGS)

    def requests() -> tuple[float, str]:
        _collect()
        return rate(APPLICATION, world.boss, url, **SETTINGS)

    def size() -> tuple[float, str]:
        return _megabytes(), f"{len(world.filled.people):,} accounts"

    def first_paint() -> Painted:
        _collect()
        return painted(tuple(APPLICATION), world.boss, url, tuple(SETTINGS.items()))

    numbers = {"requests a second": requests, "page weight": weight, "size of the database, MB": size}
    if find_chromium():
        words = f"the middle of {TRIES}, processor {SLOWER} × slower"
        numbers |= {
            "largest paint, s": lambda: (first_paint().seconds, words),
            "layout shift": lambda: (first_paint().moved, ""),
        }
    return {name: Number(find) for name, find in numbers.items()}


def _megabytes() -> float:
    """Return what the tables and their indexes take."""
    if connection.vendor == "sqlite":
        return Path(str(connection.settings_dict["NAME"])).stat().st_size / 1e6
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return float(cursor.fetchone()[0]) / 1e6


@cache
def _collect() -> None:
    """Gather the static files, packed."""
    command = [sys.executable, "-m", "django", "collectstatic", "--no-input", "-v0"]
    subprocess.run(command, env=os.environ | SETTINGS, check=True)
