"""Mail that a change promised goes out: at least once, by any worker, whatever dies on the way."""

import smtplib
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from anymail.exceptions import AnymailRecipientsRefused
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import close_old_connections, connection, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account
from adminrights import mailbox, outbox
from adminrights.events import Event
from adminrights.exceptions import NotAllowed, WrongStatus
from adminrights.models import JournalEntry, OutgoingMail, Unit
from adminrights.outbox import claim, describe, send_again, send_due, wait_after
from tests.post import api_error, promise

State = OutgoingMail.State


# ---- What goes out


def test_a_promised_mail_is_sent_once(nemo: Account) -> None:
    row = promise(nemo)
    assert send_due() == Counter(sent=1)
    assert send_due() == Counter()
    row.refresh_from_db()
    assert (row.state, row.attempts, row.lease, len(mail.outbox)) == (State.SENT, 1, None, 1)


def test_a_mail_says_that_a_machine_wrote_it_and_keeps_its_id_over_all_tries(nemo: Account) -> None:
    row = promise(nemo)
    send_due()
    headers = mail.outbox[0].message()
    assert headers["Auto-Submitted"] == "auto-generated"
    assert str(row.key) in headers["Message-ID"]


def test_the_provider_gets_the_key_and_may_not_track_links(nemo: Account) -> None:
    row = promise(nemo)
    send_due()
    sent: Any = mail.outbox[0]
    assert sent.metadata == {"mail": str(row.key)}
    assert (sent.tags, sent.track_clicks, sent.track_opens) == (["password_changed"], False, False)


def test_nothing_is_sent_of_a_change_that_was_undone(nemo: Account) -> None:
    def fail() -> None:
        with transaction.atomic():
            promise(nemo)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert send_due() == Counter()


def test_a_mail_that_nobody_needs_any_more_is_dropped(nemo: Account, letters: Any) -> None:
    row = promise(nemo, "test")
    letters(None)
    assert send_due() == Counter(void=1)
    row.refresh_from_db()
    assert row.state == State.VOID


def test_the_row_holds_no_text_and_no_link(penny: Account, unit: Unit) -> None:
    fields = {field.name for field in OutgoingMail._meta.get_fields()}
    assert not fields & {"subject", "body", "text", "html", "link", "token"}


# ---- What goes wrong


def test_a_failure_is_tried_again_later_and_shown(nemo: Account, provider: Any) -> None:
    row = promise(nemo, "test")
    provider(ConnectionRefusedError("nobody there"))
    assert send_due() == Counter(later=1)
    row.refresh_from_db()
    assert (row.state, row.attempts) == (State.WAITING, 1)
    assert "nobody there" in row.error
    assert row.next_try_at > timezone.now()
    assert send_due() == Counter()


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPRecipientsRefused({"a@example.org": (550, b"no such mailbox")}),
        smtplib.SMTPDataError(554, b"refused"),
        AnymailRecipientsRefused("refused"),
        api_error(422),
    ],
    ids=["recipient", "data", "anymail recipient", "anymail 422"],
)
def test_a_permanent_refusal_is_not_tried_again(nemo: Account, provider: Any, error: Exception) -> None:
    row = promise(nemo, "test")
    provider(error)
    assert send_due() == Counter(failed=1)
    row.refresh_from_db()
    assert (row.state, row.attempts) == (State.FAILED, 1)


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPRecipientsRefused({"a@example.org": (450, b"try later")}),
        smtplib.SMTPAuthenticationError(535, b"wrong key"),
        api_error(429),
        api_error(401),
        api_error(503),
        TimeoutError(),
    ],
    ids=["greylisted", "smtp key", "too many", "key", "unavailable", "timeout"],
)
def test_a_passing_trouble_is_tried_again(nemo: Account, provider: Any, error: Exception) -> None:
    promise(nemo, "test")
    provider(error)
    assert send_due() == Counter(later=1)


def test_one_mail_that_cannot_be_written_does_not_stop_the_others(nemo: Account, letters: Any) -> None:
    promise(nemo, "test")
    promise(nemo)
    letters(RuntimeError("broken template"))
    assert send_due() == Counter(later=1, sent=1)


def test_the_waits_double_up_to_a_quarter_of_an_hour() -> None:
    seconds = [wait_after(attempts).total_seconds() for attempts in range(1, 13)]
    expected = [10, 20, 40, 80, 160, 320, 640, 900, 900, 900, 900, 900]
    assert all(0.8 * most <= given <= most for given, most in zip(seconds, expected, strict=True))


def test_what_went_wrong_is_told_without_links() -> None:
    assert describe(OSError("see http://127.0.0.1:8000/invitation/1-secret/ \n now")) == "OSError: see … now"
    assert "secret" not in describe(api_error(422))


# ---- Leases


def test_a_mail_that_one_worker_holds_is_not_taken_by_another(nemo: Account) -> None:
    promise(nemo)
    assert claim() is not None
    assert claim() is None


def test_a_lease_that_ran_out_is_taken_over(nemo: Account, settings: Settings) -> None:
    settings.MAIL_LEASE_SECONDS = 0
    promise(nemo)
    first, second = claim(), claim()
    assert first is not None
    assert second is not None
    assert first.lease != second.lease


def test_a_slow_worker_does_not_undo_what_its_heir_did(nemo: Account, settings: Settings) -> None:
    settings.MAIL_LEASE_SECONDS = 0
    row = promise(nemo)
    slow, heir = claim(), claim()
    assert slow is not None
    assert heir is not None
    assert outbox._deliver(heir) == "sent"
    assert outbox._failed(slow, OSError("late")) == "overtaken"
    row.refresh_from_db()
    assert (row.state, row.error) == (State.SENT, "")


def test_a_slow_worker_does_not_take_the_lease_of_its_heir_away(nemo: Account, settings: Settings) -> None:
    settings.MAIL_LEASE_SECONDS = 0
    promise(nemo)
    slow, heir = claim(), claim()
    assert slow is not None
    assert heir is not None
    assert outbox._failed(slow, OSError("late")) == "overtaken"
    assert outbox._deliver(heir) == "sent"


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_send_each_mail_once(nemo: Account, letters: Any) -> None:
    for _ in range(24):
        promise(nemo, "test")
    start = threading.Barrier(4)

    def work() -> None:
        try:
            start.wait()
            send_due()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    keys = Counter(sent.extra_headers["Message-ID"] for sent in mail.outbox)
    assert (len(keys), max(keys.values())) == (24, 1)


# ---- Sending again


@pytest.fixture
def given_up(nemo: Account, provider: Any) -> OutgoingMail:
    row = promise(nemo, "password_changed")
    OutgoingMail.objects.filter(pk=row.pk).update(state=State.FAILED, attempts=1, error="refused")
    row.refresh_from_db()
    return row


def test_an_administrator_lets_a_given_up_mail_be_sent_again(
    given_up: OutgoingMail, ada: Account, unit: Unit
) -> None:
    send_again(given_up, actor=ada, unit=unit)
    assert (given_up.state, given_up.attempts, given_up.error) == (State.WAITING, 0, "")
    assert send_due() == Counter(sent=1)
    assert JournalEntry.objects.filter(event=Event.MAIL_SENT_AGAIN, actor=ada).count() == 1


def test_only_whoever_may_manage_accounts_sends_again(
    given_up: OutgoingMail, helen: Account, unit: Unit
) -> None:
    with pytest.raises(NotAllowed):
        send_again(given_up, actor=helen, unit=unit)
    given_up.refresh_from_db()
    assert given_up.state == State.FAILED


def test_a_mail_that_was_sent_is_not_sent_again(nemo: Account, ada: Account, unit: Unit) -> None:
    row = promise(nemo)
    send_due()
    with pytest.raises(WrongStatus):
        send_again(row, actor=ada, unit=unit)
    assert send_due() == Counter()


# ---- The command


def test_the_command_sends_what_is_due_and_says_so(nemo: Account, capsys: pytest.CaptureFixture[str]) -> None:
    promise(nemo)
    call_command("send_mail", once=True)
    said = capsys.readouterr()
    assert (said.out, said.err.strip()) == ("", "1 sent")


def test_the_command_ends_with_1_when_a_mail_was_given_up(nemo: Account, provider: Any) -> None:
    promise(nemo, "test")
    provider(AnymailRecipientsRefused("refused"))
    with pytest.raises(CommandError) as ended:
        call_command("send_mail", once=True, verbosity=0)
    assert ended.value.returncode == 1


def test_the_command_does_nothing_when_nothing_waits(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("send_mail", once=True)
    assert capsys.readouterr().err == ""


def test_the_local_mailbox_keeps_text_and_mark_up(nemo: Account, settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND, settings.MAILBOX_DIR = "adminrights.mailbox.EmailBackend", tmp_path
    promise(nemo)
    send_due()
    [letter] = mailbox.letters(to=nemo.email)
    assert "password" in letter.subject
    assert letter.html.lstrip().startswith("<!doctype html>")
