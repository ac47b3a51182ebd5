"""A hundred thousand accounts, a million entries of the journal (R7.2, R8.1, R9.1)."""

import itertools
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from adminrights import backups, journal
from adminrights.change import _writing
from adminrights.models import JournalEntry, JournalHead
from tests.bench.filling import fill
from tests.bench.organisation import organisation
from tests.soak import Measure, run, times
from tests.soak.migrations import newest_and_the_one_before
from tests.soak.site import HOUSE, Site, database_url

# Those that have more than a first migration.
APPS = ("accounts", "groups", "adminrights")
BATCH = 5_000
# What people, and attackers, type: something rare, something common, nothing, and what makes patterns slow.
SEARCHES = (
    "account4711", "ada", "o", "nobody at all", "%", "_", "%" * 200, "a%" * 100, "(a+)+$", "\\" * 50,
    "x" * 10_000, "ä" * 500, "ada adler-7", "@bench.example", "a b c d e f g h", "'; --", "\U0001f600", ".*",
    "account9999@bench.example", "garcia",
)  # fmt: skip


@run("A hundred thousand accounts")
def crowds_are_carried(site: Site, scale: float) -> Iterable[Measure]:
    """Fill the database, then search it, back it up, restore it, and migrate it while it is used."""
    people = fill(organisation(times(100_000, scale))).people
    _fill_journal(times(1_000_000, scale))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    yield from _searches(Account.objects.get(pk=people[-1]))
    yield from _backup(site.folder)
    yield from _migrations(site)


def _fill_journal(number: int) -> None:
    """Append entries as the product chains them, many at a time."""
    head = JournalHead.objects.get(pk=1)
    with _writing():
        for first in range(0, number, BATCH):
            JournalEntry.objects.bulk_create(_entries(head, min(BATCH, number - first)))
        head.save(update_fields=["sequence", "digest"])


def _entries(head: JournalHead, number: int) -> Iterator[JournalEntry]:
    for _ in range(number):
        entry = JournalEntry(
            sequence=head.sequence + 1,
            change=uuid.uuid4(),
            at=timezone.now(),
            event="account.updated",
            actor_label="System",
            channel="system",
            data={"changes": [], "effects": {}, "mentions": journal.digest_of_mentions(())},
        )
        entry.digest = journal.digest_of(entry, head.digest)
        head.sequence, head.digest = entry.sequence, entry.digest
        yield entry


def _searches(boss: Account) -> Iterator[Measure]:
    browser = Client()
    browser.force_login(boss)
    browser.get("/accounts/", {"q": "warm"})
    took: list[tuple[float, str]] = []
    for text in itertools.islice(itertools.cycle(SEARCHES), 100):
        began = time.perf_counter()
        browser.get("/accounts/", {"q": text})
        took.append((time.perf_counter() - began, text[:20]))
    slowest, text = max(took)
    said = f"{slowest * 1000:.0f} ms ({text})"
    yield Measure("slowest of 100 searches in All Accounts", "500 ms", said, slowest <= 0.5)


def _backup(folder: Path) -> Iterator[Measure]:
    settings.BACKUP_RECIPIENTS = [backups.make_key(folder / "key")]
    counts = (Account.objects.count(), JournalEntry.objects.count())
    backing = _seconds(lambda: call_command("backup", str(folder / "backup"), verbosity=0))
    words = (str(folder / "backup"), "--key-file", str(folder / "key"), "--replace")
    restoring = _seconds(lambda: call_command("restore", *words, verbosity=0))
    # Restoring is an entry itself.
    same = (Account.objects.count(), JournalEntry.objects.count() - 1) == counts
    size = (folder / "backup").stat().st_size // 2**20
    yield Measure(f"seconds of a backup ({size} MB)", "-", round(backing), holds=True)
    yield Measure("seconds until it is restored and in use", 900, round(restoring), restoring <= 900)
    yield Measure("accounts and entries are all there", "yes", "yes" if same else "no", same)
    yield Measure("breaks in the journal", 0, breaks := len(list(journal.verify())), breaks == 0)


def _seconds(step: Callable[[], object]) -> float:
    began = time.monotonic()
    step()
    return time.monotonic() - began


def _migrations(site: Site) -> Iterator[Measure]:
    """Go back by the newest migration of each app, and forward while people read and write."""
    for app in APPS:
        call_command("migrate", app, newest_and_the_one_before(app)[1], verbosity=0)
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    own = site.environment({"DATABASE_URL": database_url()})
    with _people_at_work() as waits:
        began = time.monotonic()
        subprocess.run(command, cwd=HOUSE, env=own, check=True)
        took = time.monotonic() - began
    longest = max(waits, default=0.0)
    said = f"{longest:.2f} s of {len(waits)} statements, migrated in {took:.0f} s"
    yield Measure("longest wait beside the newest migrations", "2 s", said, bool(waits) and longest <= 2)


@contextmanager
def _people_at_work() -> Iterator[list[float]]:
    """Read and write accounts in the background; give how long each statement took."""
    waits: list[float] = []
    stop = threading.Event()

    def work(statement: str) -> None:
        while not stop.wait(0.02):
            began = time.monotonic()
            with connection.cursor() as cursor:
                cursor.execute(statement)
            waits.append(time.monotonic() - began)
        connection.close()

    statements = (
        "SELECT * FROM accounts_account ORDER BY last_name, id LIMIT 50",
        "SELECT * FROM groups_membership ORDER BY id DESC LIMIT 50",
        "UPDATE accounts_account SET last_name = last_name WHERE id = 1",
        "UPDATE adminrights_journalhead SET left_out = left_out",
    )
    threads = [threading.Thread(target=work, args=(statement,)) for statement in statements]
    for thread in threads:
        thread.start()
    try:
        yield waits
    finally:
        stop.set()
        for thread in threads:
            thread.join()
