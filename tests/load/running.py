"""A filled database, the product in front of it, and the traffic; what came of it as figures and tables."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection

from accounts.models import Account
from roles.catalogue import catalogue
from tests.bench.filling import Filled, fill
from tests.bench.organisation import KEPT, organisation
from tests.bench.worker import settle
from tests.load.tables import by_kind, summary
from tests.load.traffic import ADMINISTRATORS, SAVED, STAFF, Deed, Place, Step, traffic
from tests.load.watching import megabytes, named, processor_seconds
from tests.soak.site import Process, Site, fresh_database

# Of four browsers one belongs to an administrator.
OF_FOUR, ROWS = 4, 25
WARM_SECONDS = 3
FINE = {200, 302}


@dataclass(frozen=True)
class Serving:
    """The running product: where it is, and its processes."""

    address: str
    web: Process

    def processes(self) -> list[int]:
        return [self.web.running.pid, *self.web.children()]


def measure_all(folder: Path, accounts: int, browsers: Sequence[int], seconds: int) -> list[dict[str, Any]]:
    """Measure each number of browsers for so long, print the tables, and return the figures."""
    runs = []
    with fresh_database(folder) as site:
        call_command("createcachetable", verbosity=0)
        filled = fill(organisation(accounts))
        settle()
        place = _place(filled)
        with _served(site) as serving:
            for number in browsers:
                print(f"{connection.vendor}, {number} browsers …", file=sys.stderr)
                runs.append(_measured(serving, place, _people(filled, number), seconds))
    print(f"\n### {connection.vendor}, {accounts:,} accounts, {seconds} s each\n")
    print(summary(runs), by_kind(runs[-1]), sep="\n\n")
    return [run | {"database": connection.vendor, "accounts": accounts} for run in runs]


@contextmanager
def _served(site: Site) -> Iterator[Serving]:
    with site.product(LOG_LEVEL="ERROR") as (address, web), site.worker(DEBUG="1"):
        yield Serving(address, web)


def _place(filled: Filled) -> Place:
    keys = [f"{resource}:list" for resource in KEPT.values()]
    known = [key for key in keys if key in catalogue().permissions]
    return Place(filled.people[:-1], filled.groups, filled.roles, known, len(filled.people) // ROWS)


def _people(filled: Filled, number: int) -> list[tuple[Account, list[Step]]]:
    """Return who works: an administrator at every fourth browser, and at the only one."""
    boss = Account.objects.get(pk=filled.people[-1])
    staff = list(Account.objects.filter(pk__in=filled.people[: number * 4], status="active")[:number])
    return [
        (boss, ADMINISTRATORS) if place % OF_FOUR == 0 else (staff[place % len(staff)], STAFF)
        for place in range(number)
    ]


def _measured(
    serving: Serving, place: Place, who: list[tuple[Account, list[Step]]], seconds: int
) -> dict[str, Any]:
    traffic(serving.address, place, who, WARM_SECONDS)
    database = [*named("postgres")] if connection.vendor == "postgresql" else []
    before = processor_seconds(serving.processes()), processor_seconds(database)
    deeds = traffic(serving.address, place, who, seconds)
    web = processor_seconds(serving.processes()) - before[0]
    stored = processor_seconds([*named("postgres")] if database else []) - before[1]
    return {
        "browsers": len(who),
        "rate": len(deeds) / seconds,
        "changes": sum(deed.kind.endswith(SAVED) for deed in deeds) / seconds,
        "odd": sum(deed.status not in FINE for deed in deeds),
        "web": web / len(deeds),
        "stored": stored / len(deeds) if database else None,
        "memory": megabytes(serving.processes()),
        "seconds": _spread([deed.seconds for deed in deeds]),
        "kinds": {kind: _kind([d for d in deeds if d.kind == kind]) for kind in sorted(_kinds(deeds))},
    }


def _kinds(deeds: list[Deed]) -> set[str]:
    return {deed.kind for deed in deeds}


def _kind(deeds: list[Deed]) -> dict[str, Any]:
    odd = sorted({deed.status for deed in deeds} - FINE)
    return {"number": len(deeds), "odd": odd, **_spread([deed.seconds for deed in deeds])}


def _spread(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    shares = {"median": 0.5, "p95": 0.95, "p99": 0.99}
    return {name: ordered[min(int(len(ordered) * part), len(ordered) - 1)] for name, part in shares.items()}
