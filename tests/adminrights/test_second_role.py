"""The manual's second database role: the product runs as it, and the journal is safe from it (L3)."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from adminrights.append_only import ENTRIES, MENTIONS
from adminrights.models import JournalEntry
from tests.tampering import tamper
from tests.terminal import run

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no roles"),
]
MANUAL = Path(__file__).parents[2] / "docs" / "operations.md"
PASSWORD = "only-for-tests"


def statements(role: str) -> list[str]:
    """Return what the manual says to do for the second role, with this role's name."""
    found = re.findall(r"^    ((?:GRANT|REVOKE) .+?;)$", MANUAL.read_text(), re.MULTILINE)
    return [statement.replace("adminrights_app", role) for statement in found]


@pytest.fixture
def role(transactional_db: None) -> Iterator[str]:
    """Make a second role as the manual says."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            pytest.skip("the tests' own role may make no other")
    name = f"app_of_{connection.settings_dict['NAME']}"
    tamper(f"DROP ROLE IF EXISTS {name}")
    tamper(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    for statement in statements(name):
        tamper(statement)
    try:
        yield name
    finally:
        tamper(f"DROP OWNED BY {name}")
        tamper(f"DROP ROLE {name}")


@pytest.fixture
def as_second_role(role: str, ada: Account, nemo: Account) -> Iterator[None]:
    """Let the product itself connect as the second role."""
    own = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD")}
    connection.close()
    connection.settings_dict.update(USER=role, PASSWORD=PASSWORD)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(own)


def test_the_manual_says_what_to_do() -> None:
    assert len(statements("x")) >= 4


FORBIDDEN = [
    words.format(table)
    for table in (ENTRIES, MENTIONS)
    for words in (
        "UPDATE {} SET id = id",
        "DELETE FROM {}",
        "TRUNCATE {} CASCADE",
        "DROP TABLE {} CASCADE",
        "DROP TRIGGER {0}_append_only ON {0}",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
    )
]


def refused(statement: str) -> bool:
    """Return whether the role's rights refuse the statement, before any trigger does."""
    with psycopg.connect(**connection.get_connection_params()) as other:
        try:
            other.execute(statement)
        except psycopg.errors.InsufficientPrivilege as error:
            return "append-only" not in str(error)
    return False


# L3
def test_the_role_can_neither_alter_nor_empty_the_journal(as_second_role: None) -> None:
    before = JournalEntry.objects.count()

    assert [statement for statement in FORBIDDEN if not refused(statement)] == []
    assert JournalEntry.objects.count() == before > 0


def test_the_product_runs_as_the_role(as_second_role: None, ada: Account, nemo: Account) -> None:
    browser = Client()
    browser.force_login(ada)
    names = {"first_name": "Nia", "last_name": "New", "email": "nia@example.org", "invite": "on"}

    added = browser.post(reverse("accounts:account_create"), names)
    disabled = browser.post(reverse("accounts:account_disable", args=[nemo.pk]))

    assert (added.status_code, disabled.status_code) == (302, 302)
    assert Account.objects.get(email="nia@example.org").mails.count() == 1
    assert browser.get(reverse("accounts:log_list")).status_code == 200
    assert browser.get("/health/ready").json()["status"] == "ready"
    assert [run("verify_journal").code, run("clearsessions").code] == [0, 0]
    assert run("send_mail", "--once").code == 0
