"""Migrations go both ways and hold nobody up; the long run `migrations` takes rows there and back."""

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from adminrights.management.commands import migrate
from tests.locks import locked_by_somebody
from tests.soak.migrations import unlike_forwards
from tests.terminal import run

SQLITE = connection.vendor == "sqlite"


# R7.3
def test_every_migration_can_be_undone() -> None:
    assert list(unlike_forwards()) == []


def accounts_in_use() -> AbstractContextManager[threading.Event]:
    """Write to the tables of accounts in another session."""
    tables = [name for name in connection.introspection.table_names() if name.startswith("accounts_")]
    return locked_by_somebody(f"LOCK TABLE {', '.join(tables)} IN ROW EXCLUSIVE MODE")


@pytest.fixture
def one_behind(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The last migration of accounts that needs a lock is outstanding, and nobody waits for long."""
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "200ms")
    monkeypatch.setattr(migrate, "REST_SECONDS", 0.1)
    call_command("migrate", "accounts", "0013", verbosity=0)
    yield "0014_search_by_index"
    call_command("migrate", verbosity=0)


def is_applied(name: str) -> bool:
    return ("accounts", name) in MigrationRecorder(connection).applied_migrations()


# R7.2
@pytest.mark.skipif(SQLITE, reason="SQLite has one lock for everything and no queue.")
def test_a_migration_steps_back_while_somebody_uses_a_table(one_behind: str) -> None:
    with accounts_in_use() as release:
        threading.Timer(1, release.set).start()

        ran = run("migrate", "--verbosity", "0")

    assert ran.code == 0
    assert "Trying again (1 of 60)" in ran.err
    assert connection.settings_dict["OPTIONS"]["options"].startswith("-c lock_timeout=15s")
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("15s",)
    assert is_applied(one_behind)


# R7.2
@pytest.mark.skipif(SQLITE, reason="SQLite has one lock for everything and no queue.")
def test_a_migration_that_never_gets_its_table_says_so_and_leaves_nothing(
    one_behind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "TRIES", 2)
    with accounts_in_use():
        began = time.monotonic()
        with pytest.raises(CommandError, match="in use all the time"):
            call_command("migrate", verbosity=0)

    assert time.monotonic() - began < 10
    assert not is_applied(one_behind)
