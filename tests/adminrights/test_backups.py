"""A backup is whole, lets nobody in, and can be restored: then nothing old works any more (5.8)."""

import json
import re
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.links import read_invitation, read_reset, reset_link
from accounts.models import Account
from accounts.services.invitations import resend_invitation
from accounts.services.lifecycle import disable_account
from adminrights import journal
from adminrights.append_only import unprotected
from adminrights.change import SYSTEM
from adminrights.models import JournalEntry, OutgoingMail, Unit
from adminrights.outbox import send_due
from tests.accounts.pages import signed_in
from tests.factories import PASSWORD, AccountFactory
from tests.post import deliver, link_in, promise
from tests.terminal import run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def key(tmp_path: Path, settings: Settings) -> Path:
    """The key of backups; its public half is set."""
    file = tmp_path / "key"
    ran = run("backup_key", str(file))
    settings.BACKUP_RECIPIENTS = [ran.out.strip()]
    return file


@pytest.fixture
def house(unit: Unit, ada: Account, nemo: Account) -> Unit:
    return unit


def counts() -> dict[str, int]:
    """Return how many rows each table has, but for what a backup leaves out and what restoring writes."""
    out = {"django_session", "adminrights_cache", "usersessions_usersession", "adminrights_receipt"}
    out |= {"adminrights_journalentry", "adminrights_journalmention", "sqlite_sequence"}
    with connection.cursor() as cursor:
        names = [name for name in connection.introspection.table_names(cursor) if name not in out]
        found = {}
        for name in names:
            cursor.execute(f'SELECT COUNT(*) FROM "{name}"')
            found[name] = cursor.fetchone()[0]
    return found


# 5.8
def test_what_was_backed_up_comes_back_and_all_holds(
    house: Unit, key: Path, ada: Account, nemo: Account, tmp_path: Path
) -> None:
    before, entries = counts(), JournalEntry.objects.count()
    assert run("backup", str(tmp_path / "b"), "--verbosity", "0").code == 0
    disable_account(nemo, actor=SYSTEM, unit=house)
    AccountFactory(unit=house)

    ran = run("restore", str(tmp_path / "b"), "--key-file", str(key), "--replace")

    assert (ran.code, ran.out) == (0, "")
    assert counts() == before
    assert JournalEntry.objects.count() == entries + 1
    assert JournalEntry.objects.latest("sequence").event == "backup.restored"
    assert list(journal.verify()) == []
    assert unprotected(connection) == []
    sign_in = {"email": ada.email, "password": PASSWORD}
    assert Client().post(reverse("accounts:sign_in"), sign_in).status_code == 302


# 5.8: no usable links, no clear secrets
def test_a_backup_can_be_read_with_its_key_only_and_lets_nobody_in(
    house: Unit, key: Path, ada: Account, penny: Account, tmp_path: Path
) -> None:
    browser = signed_in(ada)
    resend_invitation(penny, actor=SYSTEM, unit=house)
    [mail] = deliver()
    assert run("backup", str(tmp_path / "b")).code == 0

    file = tmp_path / "b"
    assert file.stat().st_mode & 0o077 == 0
    assert b"example.org" not in file.read_bytes()
    secret = next(line for line in key.read_text().splitlines() if line.startswith("AGE-SECRET-KEY-"))
    plain = pyrage.decrypt(file.read_bytes(), [pyrage.x25519.Identity.from_str(secret)])
    text = in_words(plain, tmp_path)
    assert "ada.admin@example.org" in text
    assert browser.cookies["session"].value not in text
    assert link_in(mail).strip("/").rpartition("/")[2] not in text
    assert PASSWORD not in text


def in_words(plain: bytes, folder: Path) -> str:
    """Return all that stands in a backup."""
    file = folder / "plain"
    file.write_bytes(plain)
    if connection.vendor == "sqlite":
        with sqlite3.connect(file) as opened:
            return "\n".join(opened.iterdump())
    return subprocess.run(
        ["pg_restore", "--file=-", str(file)], capture_output=True, text=True, check=True
    ).stdout


# 5.8
def test_after_a_restore_nothing_old_works(
    house: Unit, key: Path, ada: Account, nemo: Account, penny: Account, tmp_path: Path
) -> None:
    resend_invitation(penny, actor=SYSTEM, unit=house)
    [mail] = deliver()
    invitation = link_in(mail).strip("/").rpartition("/")[2]
    reset = reset_link(nemo).strip("/").rpartition("/")[2]
    promise(nemo)
    browser = signed_in(ada)
    assert run("backup", str(tmp_path / "b")).code == 0
    row = dict(Session.objects.values_list("session_key", "session_data"))

    assert run("restore", str(tmp_path / "b"), "--key-file", str(key), "--replace").code == 0

    found = read_invitation(invitation)
    assert found is None or not found.is_open
    assert read_reset(reset) is None
    assert not Session.objects.exists()
    # Even a session that somebody brings back from elsewhere is none.
    for name, data in row.items():
        Session(session_key=name, session_data=data, expire_date="2100-01-01T00:00Z").save()
    assert browser.get(reverse("accounts:account_list")).status_code == 302
    assert send_due().total() == 0
    parked = OutgoingMail.objects.get(message="password_changed")
    assert (parked.state, "Parked after a restore" in parked.error) == ("given_up", True)


def test_a_link_that_was_cancelled_after_the_backup_never_works_again(
    house: Unit, key: Path, penny: Account, tmp_path: Path
) -> None:
    assert run("backup", str(tmp_path / "b")).code == 0
    resend_invitation(penny, actor=SYSTEM, unit=house)
    [mail] = deliver()
    old = link_in(mail).strip("/").rpartition("/")[2]
    run("restore", str(tmp_path / "b"), "--key-file", str(key), "--replace")

    # The same row with the same number is made again.
    resend_invitation(Account.objects.get(pk=penny.pk), actor=SYSTEM, unit=house)
    [mail] = deliver()

    assert link_in(mail).strip("/").rpartition("/")[2] != old
    assert read_invitation(old) is None


# 5.8: people disabled since the backup come back active
def test_who_was_disabled_since_the_backup_is_listed(
    house: Unit, key: Path, ada: Account, nemo: Account, tmp_path: Path
) -> None:
    exported = tmp_path / "journal"
    assert run("backup", str(tmp_path / "b")).code == 0
    disable_account(nemo, actor=SYSTEM, unit=house)
    run("invite", "new@example.org", "--first-name", "New", "--last-name", "Person")
    signed_in(ada).get(reverse("accounts:account_list"))
    assert run("export_journal", str(exported)).code == 0

    words = ("restore", str(tmp_path / "b"), "--key-file", str(key), "--replace", "--journal", str(exported))
    ran = run(*words)

    assert ran.code == 3
    assert Account.objects.get(pk=nemo.pk).status == "active"
    lines = ran.out.strip().splitlines()
    assert lines[0] == (
        "Nemo Nobody <nemo.nobody@example.org>: active here, was disabled; since the backup: Account disabled"
    )
    assert lines[1].startswith("New Person <new@example.org>: missing here, was pending")
    assert len(lines) == 2


# ---- What is refused


def test_a_database_with_people_in_it_is_not_overwritten_by_mistake(
    house: Unit, key: Path, nemo: Account, tmp_path: Path
) -> None:
    run("backup", str(tmp_path / "b"))
    disable_account(nemo, actor=SYSTEM, unit=house)

    ran = run("restore", str(tmp_path / "b"), "--key-file", str(key))

    assert (ran.code, "add --replace" in ran.err) == (1, True)
    assert Account.objects.get(pk=nemo.pk).status == "disabled"


@pytest.mark.parametrize("damage", ["cut", "changed", "other key", "no key", "something else"])
def test_what_cannot_be_read_changes_nothing(damage: str, house: Unit, key: Path, tmp_path: Path) -> None:
    file = tmp_path / "b"
    run("backup", str(file))
    content = bytearray(file.read_bytes())
    if damage == "cut":
        file.write_bytes(content[:-100])
    elif damage == "changed":
        content[-100] ^= 1
        file.write_bytes(content)
    elif damage == "other key":
        key = tmp_path / "other"
        run("backup_key", str(key))
    elif damage == "no key":
        key.write_text("nothing")
    else:
        [public] = re.findall(r"age1\w+", key.read_text())
        file.write_bytes(pyrage.encrypt(b"no database", [pyrage.x25519.Recipient.from_str(public)]))
    before = (counts(), JournalEntry.objects.count())

    ran = run("restore", str(file), "--key-file", str(key), "--replace")

    assert (ran.code, ran.err.endswith("The database is as it was.")) == (1, True)
    assert (counts(), JournalEntry.objects.count()) == before


@pytest.mark.parametrize("recipients", [[], ["age1nonsense"]])
def test_nothing_is_written_in_the_clear(
    recipients: list[str], house: Unit, tmp_path: Path, settings: Any
) -> None:
    settings.BACKUP_RECIPIENTS = recipients

    ran = run("backup", str(tmp_path / "b"))

    assert (ran.code, "BACKUP_RECIPIENTS" in ran.err) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_kept(house: Unit, key: Path, tmp_path: Path) -> None:
    for command in ("backup", "backup_key"):
        ran = run(command, str(key))
        assert (ran.code, "is there already" in ran.err) == (1, True)
    assert key.read_text().startswith("# public key: age1")


def test_a_backup_stands_in_the_journal(house: Unit, key: Path, tmp_path: Path) -> None:
    run("backup", str(tmp_path / "b"))

    assert JournalEntry.objects.latest("sequence").event == "backup.made"


# ---- The journal elsewhere


def test_an_export_goes_on_where_it_ended(house: Unit, nemo: Account, tmp_path: Path) -> None:
    file = tmp_path / "journal"
    first = JournalEntry.objects.count()

    assert run("export_journal", str(file), "--format", "json").data["added"] == first
    assert run("export_journal", str(file), "--format", "json").data["added"] == 0
    disable_account(nemo, actor=SYSTEM, unit=house)
    assert run("export_journal", str(file), "--format", "json").data["added"] == 1

    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["sequence"] for line in lines] == list(range(1, first + 2))
    assert lines[-1]["digest"] == JournalEntry.objects.latest("sequence").digest
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("command", ["export_journal", "post_restore"])
@pytest.mark.parametrize("text", ["x\n", "{}\n", '{"sequence": 1}\n'])
def test_a_file_of_something_else_is_refused(text: str, command: str, house: Unit, tmp_path: Path) -> None:
    file = tmp_path / "journal"
    file.write_text(text)
    before = JournalEntry.objects.count()

    ran = run(command, *(["--journal"] if command == "post_restore" else []), str(file))

    assert (ran.code, "line 1: this is no entry of a journal" in ran.err) == (1, True)
    assert (file.read_text(), JournalEntry.objects.count()) == (text, before)


def test_the_journal_of_another_database_is_refused(house: Unit, tmp_path: Path) -> None:
    file = tmp_path / "journal"
    run("export_journal", str(file))
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    lines[-1]["digest"] = "0" * 64
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))

    for words in (("export_journal", str(file)), ("post_restore", "--journal", str(file))):
        ran = run(*words)
        assert (ran.code, "isn't that of this database" in ran.err) == (1, True)
