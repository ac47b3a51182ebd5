"""PostgreSQL restarts again and again, SQLite is locked: nothing by halves, true words, and it goes on."""

import random
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator

import requests
from django.db import connection

from tests.factories import AccountFactory, UnitFactory
from tests.mailgun import running
from tests.postgres import Cluster, cluster
from tests.soak import Measure, run, times
from tests.soak.load import Deed, Load
from tests.soak.mail import drained
from tests.soak.site import Site, elsewhere, wait_until
from tests.soak.wholeness import addresses, chain, halves

RESTARTS, MARK = 20, "@restart.example.org"
SHORT, LONG = 4, 20


@run("PostgreSQL restarts under load")
def restarts_are_survived(site: Site, scale: float) -> Iterable[Measure]:
    """Stop a server of its own, fast and immediately in turn, while people work."""
    if connection.vendor == "sqlite":
        yield Measure("not on SQLite", "", "it has no server", holds=True)
        return
    with cluster(fsync="on") as server, elsewhere(server.address, site.folder) as own:
        yield from restarted(own, server, times(RESTARTS, scale))


def restarted(site: Site, server: Cluster, number: int) -> Iterator[Measure]:
    account = AccountFactory(unit=UnitFactory(name="Restarts"), levels={"admin_rights": 2})
    back: list[float] = []
    up: list[tuple[float, float]] = []
    with running() as provider, site.worker(**provider.environment):
        with site.product(**provider.environment) as (address, web):
            before = web.running.pid, web.children()
            with Load(lambda: address, account, MARK).running() as load:
                began = time.monotonic()
                for turn in range(number):
                    time.sleep(random.uniform(6, 9))
                    up.append((began, time.monotonic()))
                    server.stop("fast" if turn % 2 else "immediate")
                    time.sleep(random.uniform(0.1, 2))
                    server.start()
                    began = time.monotonic()
                    back.append(until_ready(address))
                time.sleep(2)
            after = web.running.pid, web.children()
        wait_until(drained, 300, "every mail left")
    there = addresses(MARK)
    yield Measure("restarts; people invited", number, f"{len(back)}; {len(there)}", bool(there))
    yield from load.measures(there, {200, 302, 503})
    broken = halves(MARK)
    yield Measure("partial changes", 0, len(broken), not broken)
    slowest = max(back)
    yield Measure("back after the database, slowest", "<= 5 s", f"{slowest:.1f} s", slowest <= 5)
    late = [deed for deed in load.faults() if any(is_late(deed, *span) for span in up)]
    yield Measure("503 later than 5 s after the database", 0, len(late), not late)
    yield Measure("web processes that had to restart", 0, int(before != after), before == after)
    unsent = there ^ {mail.to for mail in provider.taken}
    yield Measure("invitations without mail, mails without invitation", 0, len(unsent), not unsent)
    yield chain()


def is_late(deed: Deed, began: float, ended: float) -> bool:
    """Return whether the request ran while the database had been there for some time, and to its end."""
    return began + 5 <= deed.at and deed.at + deed.seconds < ended


def until_ready(address: str) -> float:
    """Return how long it takes until the product says ten times in a row that it is ready."""
    begin, good, first = time.monotonic(), 0, 0.0
    while good < 10:
        ready = requests.get(f"{address}/health/ready", timeout=30).status_code == 200
        good = good + 1 if ready else 0
        first = time.monotonic() - begin if good == 1 else first
        if time.monotonic() - begin > 120:
            return 120.0
        time.sleep(0.02)
    return first


@run("SQLite is locked by somebody else")
def locks_are_told(site: Site, scale: float) -> Iterable[Measure]:
    """Somebody holds the lock for four seconds, then for twenty, while one person reads and one writes."""
    if connection.vendor != "sqlite":
        yield Measure("not on PostgreSQL", "", "see tests/adminrights/test_database_faults.py", holds=True)
        return
    account = AccountFactory(unit=UnitFactory(name="Locks"), levels={"admin_rights": 2})
    with site.product() as (address, _web):
        for seconds in (SHORT, LONG):
            load = Load(lambda: address, account, f"@lock{seconds}.example.org")
            read, write = locked(load, seconds)
            what = f"held {seconds} s: a page; a step"
            shown = f"{read.status} in {read.seconds:.1f} s; {write.status} in {write.seconds:.1f} s"
            patient = write.status == 302 and write.seconds <= SHORT + 1
            told = write.status == 503 and write.seconds < LONG and read.status == 200
            bar = "200; 302 in <= 5 s" if seconds == SHORT else "200; 503 before the lock ends"
            yield Measure(what, bar, shown, patient if seconds == SHORT else told)
            yield from list(truth(load, write))
    yield chain()


def locked(load: Load, seconds: float) -> tuple[Deed, Deed]:
    """Hold the lock; return what a page and a step met meanwhile."""
    reader, writer = load.visitor(), load.visitor()
    found: list[Deed] = []
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    thread = threading.Thread(target=lambda: found.append(load.write(writer, f"one{load.mark}")))
    thread.start()
    begin = time.monotonic()
    read = load.read(reader, "/accounts/")
    time.sleep(max(0.0, seconds - (time.monotonic() - begin)))
    other.rollback()
    other.close()
    thread.join()
    return read, found[0]


def truth(load: Load, write: Deed) -> Iterator[Measure]:
    load.deeds.append(write)
    there = addresses(load.mark)
    wrong = load.said_wrongly(there) or halves(load.mark)
    yield Measure("what it says of what was saved is true", "yes", "no" if wrong else "yes", not wrong)
