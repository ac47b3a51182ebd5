"""The database itself keeps the journal append-only, for the application's own role too (L3)."""

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError

from accounts.models import Account
from adminrights.append_only import ENTRIES, MENTIONS, unprotected
from adminrights.models import JournalEntry, JournalMention
from tests.tampering import journal_laid_open, tamper
from tests.terminal import run

ALTERING = [
    f"UPDATE {ENTRIES} SET reason = 'x'",
    f"DELETE FROM {ENTRIES}",
    f"UPDATE {MENTIONS} SET object_id = 1",
    f"DELETE FROM {MENTIONS}",
]
# Ways that only the one database knows.
ALTERING += {
    "postgresql": [
        f"TRUNCATE {ENTRIES} CASCADE",
        f"TRUNCATE {MENTIONS}",
        # What a superuser can say of his session silences ordinary triggers.
        f"SET LOCAL session_replication_role = replica; DELETE FROM {MENTIONS}",
    ],
    "sqlite": [
        f"INSERT OR REPLACE INTO {ENTRIES} SELECT * FROM {ENTRIES}",
        f"INSERT OR REPLACE INTO {MENTIONS} SELECT * FROM {MENTIONS}",
    ],
}[connection.vendor]


def refused(statement: str) -> str:
    """Return what the database says to the statement."""
    with pytest.raises(DatabaseError) as raised, transaction.atomic():
        tamper(statement)
    return str(raised.value)


# L3
@pytest.mark.parametrize("statement", ALTERING)
def test_nothing_in_the_journal_is_altered_or_removed(statement: str, ada: Account) -> None:
    connection.check_constraints()
    before = list(JournalEntry.objects.values())

    assert "append-only" in refused(statement)

    assert list(JournalEntry.objects.values()) == before
    assert JournalMention.objects.exists()


def test_the_journal_goes_on(ada: Account) -> None:
    before = JournalEntry.objects.count()

    assert run("disable_account", ada.email).code == 4

    assert JournalEntry.objects.count() == before + 1


# L3: whoever owns the tables can drop the triggers; the command notices
def test_a_missing_protection_is_named(ada: Account) -> None:
    assert unprotected(connection) == []

    with journal_laid_open():
        ran = run("verify_journal")

    assert ran.code == 1
    assert f"the table {ENTRIES} is not protected" in ran.out
    assert run("verify_journal").code == 0


def test_a_missing_protection_is_put_back(ada: Account) -> None:
    connection.check_constraints()
    with journal_laid_open():
        found, again = run("verify_journal", "--protect"), run("verify_journal")

    assert (found.code, again.code) == (1, 0)
    assert "is not protected" in found.out


@pytest.mark.django_db(transaction=True)
def test_the_protection_can_be_undone_and_done_again(catalogue_rows: None) -> None:
    entries = list(JournalEntry.objects.values())

    call_command("migrate", "adminrights", "0001", verbosity=0)
    try:
        assert unprotected(connection) == [ENTRIES, MENTIONS]
    finally:
        call_command("migrate", verbosity=0)

    assert unprotected(connection) == []
    assert list(JournalEntry.objects.values()) == entries
