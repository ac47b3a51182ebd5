"""All Accounts as the production server sends it."""

import os
import subprocess
import sys
from functools import cache
from typing import Any

from django.urls import reverse

from tests.bench.serving import page_weight, rate
from tests.bench.worker import Measures, Number

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

    return {"requests a second": Number(requests), "page weight": Number(weight)}


@cache
def _collect() -> None:
    """Gather the static files, packed."""
    command = [sys.executable, "-m", "django", "collectstatic", "--no-input", "-v0"]
    subprocess.run(command, env=os.environ | SETTINGS, check=True)
