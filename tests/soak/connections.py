"""No connection to PostgreSQL is free: a bounded wait, a page that says so, and it goes on once one is."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
from django.db import connection, connections

from tests.factories import AccountFactory, UnitFactory
from tests.postgres import Cluster, cluster
from tests.soak import Measure, run
from tests.soak.load import Load
from tests.soak.restarts import until_ready
from tests.soak.site import Site, elsewhere
from tests.soak.wholeness import addresses, chain, halves

ROOM, TRIES, MOST_SECONDS = 20, 20, 5
MARK = "@crowded.example.org"


@contextmanager
def crowded(server: Cluster) -> Iterator[None]:
    """Take every connection, also those that the product has."""
    with ExitStack() as stack:

        def take_all() -> psycopg.Connection[Any]:
            taken: list[psycopg.Connection[Any]] = []
            while len(taken) <= ROOM:
                try:
                    taken.append(stack.enter_context(psycopg.connect(server.address, autocommit=True)))
                except psycopg.OperationalError:
                    break
            return taken[0]

        connections.close_all()
        first = take_all()
        first.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname LIKE 'test_%' AND pid <> pg_backend_pid()"
        )
        take_all()
        yield


@run("No connection is free")
def crowds_wait_briefly(site: Site, scale: float) -> Iterable[Measure]:
    """Somebody takes every connection of a small server while people work."""
    if connection.vendor == "sqlite":
        yield Measure("not on SQLite", "", "it has no connections to share", holds=True)
        return
    with (
        cluster(max_connections=ROOM, superuser_reserved_connections=0) as server,
        elsewhere(server.address, site.folder) as own,
    ):
        account = AccountFactory(unit=UnitFactory(name="Crowd"), levels={"admin_rights": 2})
        with own.product() as (address, _web):
            load = Load(lambda: address, account, MARK)
            visitor = load.visitor()
            with crowded(server):
                for number in range(TRIES):
                    load.deeds.append(load.read(visitor, "/accounts/"))
                    load.deeds.append(load.write(visitor, f"p{number}{MARK}"))
            during = list(load.deeds)
            until_ready(address)
            after = load.write(visitor, f"after{MARK}")
        answers = {deed.status for deed in during}
        yield Measure("what everybody is answered meanwhile", 503, answers, answers == {503})
        slowest = max(deed.seconds for deed in during)
        yield Measure("the longest wait", "<= 5 s", f"{slowest:.1f} s", slowest <= MOST_SECONDS)
        wrong = load.said_wrongly(addresses(MARK)) or halves(MARK)
        yield Measure("answers that aren't true, partial changes", 0, len(wrong), not wrong)
        yield Measure("a step once there is room, without a restart", 302, after.status, after.status == 302)
        yield chain()
