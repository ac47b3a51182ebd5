"""A disk that fills up, a server that only lets read: nothing by halves, pages go on, and it recovers."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import psycopg
from django.db import connection

from tests.factories import AccountFactory, UnitFactory
from tests.postgres import Cluster, cluster
from tests.soak import Measure, run
from tests.soak.load import Deed, Load
from tests.soak.restarts import until_ready
from tests.soak.site import Site, Visitor, elsewhere
from tests.soak.wholeness import addresses, chain, halves

LEFT, MOST, ENOUGH = 1_000_000, 600, 20


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path | None]:
    """Give a disk of that size, in memory; None where nobody lets us mount one."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", folder]
        done = os.geteuid() == 0 and subprocess.run(words, capture_output=True, check=False).returncode == 0
        try:
            yield Path(folder) if done else None
        finally:
            if done:
                subprocess.run(["umount", "--lazy", folder], check=False)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Leave next to no room on the disk inside the block."""
    filler = disk / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, shutil.disk_usage(disk).free - LEFT))
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def on_small_disk(site: Site, disk: Path) -> Iterator[tuple[Site, Cluster | None]]:
    """Put the tables on the disk. PostgreSQL's log lies elsewhere: see `log_is_full` for that."""
    with ExitStack() as stack:
        if connection.vendor == "sqlite":
            yield stack.enter_context(elsewhere(f"sqlite:///{disk}/unused", disk)), None
            return
        server = stack.enter_context(cluster(fsync="on"))
        space = disk / "space"
        space.mkdir()
        shutil.chown(space, server.user or os.geteuid())
        execute(server, f"CREATE TABLESPACE small LOCATION '{space}'")
        execute(server, "ALTER SYSTEM SET default_tablespace = small")
        execute(server, "SELECT pg_reload_conf()")
        yield stack.enter_context(elsewhere(server.address, site.folder)), server


def execute(server: Cluster, statement: str) -> None:
    with psycopg.connect(server.address, autocommit=True) as other:
        other.execute(statement)


def until_refused(load: Load, visitor: Visitor, name: str) -> list[Deed]:
    """Invite people until the product says several times that it can't."""
    deeds: list[Deed] = []
    for number in range(MOST):
        deeds.append(load.write(visitor, f"{name}{number}{load.mark}"))
        if [deed.status for deed in deeds[-ENOUGH:]] == [503] * ENOUGH:
            break
    return deeds


def told(what: str, load: Load, deeds: list[Deed], page: Deed, after: Deed) -> Iterator[Measure]:
    """Judge what people were told while it lasted and what they can do after it."""
    load.deeds += [*deeds, after]
    done, refused = (sum(deed.status == status for deed in deeds) for status in (302, 503))
    odd = len(deeds) - done - refused
    yield Measure(f"{what}: steps done; refused; else", "else 0", f"{done}; {refused}; {odd}", not odd)
    yield Measure(f"{what}: a page meanwhile", 200, page.status, page.status == 200)
    yield Measure(f"{what}: a step right after it", 302, after.status, after.status == 302)
    wrong = load.said_wrongly(addresses(load.mark))
    yield Measure(f"{what}: untrue words about what was saved", 0, len(wrong), not wrong and refused > 0)
    broken = halves(load.mark)
    yield Measure(f"{what}: partial changes", 0, len(broken), not broken)


def suffer(
    site: Site, mark: str, trouble: Callable[[], AbstractContextManager[None]]
) -> tuple[Load, list[Deed], Deed, Deed]:
    """Let one person work while the trouble lasts; return the steps, a page, a step after it."""
    account = AccountFactory(unit=UnitFactory(name=mark), levels={"admin_rights": 2})
    with site.product() as (address, _web):
        load = Load(lambda: address, account, mark)
        visitor = load.visitor()
        with trouble():
            deeds = until_refused(load, visitor, "during")
            page = load.read(visitor, "/accounts/")
        until_ready(address)
        return load, deeds, page, load.write(visitor, f"after{mark}")


@run("A disk that fills up")
def full_disks_are_survived(site: Site, scale: float) -> Iterable[Measure]:
    """Put the tables on a disk of their own, fill it, and make room again."""
    with small_disk(120) as disk:
        if disk is None:
            yield Measure("not run", "", "only root may mount a small disk, and not everywhere", holds=True)
            return
        with on_small_disk(site, disk) as (own, server):
            yield from told("full", *suffer(own, "@full.example.org", lambda: filled(disk)))
            if server is not None:
                yield from told("read-only", *suffer(own, "@read.example.org", lambda: read_only(server)))
            yield chain()


@contextmanager
def read_only(server: Cluster) -> Iterator[None]:
    """Let the server only be read, as one does that has become somebody's copy."""
    execute(server, "ALTER SYSTEM SET default_transaction_read_only = on")
    execute(server, "SELECT pg_reload_conf()")
    try:
        yield
    finally:
        execute(server, "ALTER SYSTEM RESET default_transaction_read_only")
        execute(server, "SELECT pg_reload_conf()")


@run("PostgreSQL's own log finds no room")
def log_is_full(site: Site, scale: float) -> Iterable[Measure]:
    """Then the server ends at once. Somebody makes room and starts it; nobody starts the product."""
    with small_disk(160) as disk:
        if disk is None or connection.vendor == "sqlite":
            why = "SQLite has one place for all" if disk else "only root may mount a small disk"
            yield Measure("not run", "", why, holds=True)
            return
        disk.chmod(0o755)
        with (
            cluster(disk, fsync="on", max_wal_size="8MB", min_wal_size="4MB") as server,
            elsewhere(server.address, site.folder) as own,
        ):
            mark = "@log.example.org"
            load, deeds, _page, after = suffer(own, mark, lambda: ended_by(server, disk))
            yield from told("no room for the log", load, deeds, Deed(0, 0, 200), after)
            yield chain()


@contextmanager
def ended_by(server: Cluster, disk: Path) -> Iterator[None]:
    """Take the server's room; afterwards see that it runs."""
    with filled(disk):
        yield
    time.sleep(3)
    try:
        execute(server, "SELECT 1")
    except psycopg.OperationalError:
        server.start()
