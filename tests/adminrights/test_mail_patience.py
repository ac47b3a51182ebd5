"""A provider that is down for hours loses no mail, shortens no link, and brings nothing dead to life."""

import itertools
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as product
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from pytest_django import Settings

from accounts.links import read_invitation
from accounts.models import Account, Invitation
from accounts.services.invitations import cancel_invitation, resend_invitation
from accounts.services.passwords import ask_password_reset, change_own_password
from accounts.services.sessions import record_sign_in
from adminrights import outbox
from adminrights.change import SYSTEM
from adminrights.events import Event
from adminrights.exceptions import WrongStatus
from adminrights.models import JournalEntry, OutgoingMail, Unit
from adminrights.outbox import claim, send_again, send_due
from tests.post import api_error, deliver, link_in, promise, wait_over

State = OutgoingMail.State


def outage(row: OutgoingMail, hours: float) -> list[float]:
    """Let the worker try through an outage of the provider; return the hours after which it tried."""
    begin, tries = row.created_at, []
    while row.state == State.WAITING and row.next_try_at < begin + timedelta(hours=hours):
        with time_machine.travel(row.next_try_at, tick=False):
            send_due()
        tries.append((row.next_try_at - begin) / timedelta(hours=1))
        row.refresh_from_db()
    return tries


def test_an_outage_of_a_day_loses_no_mail(nemo: Account, provider: Any) -> None:
    row = promise(nemo, "test")
    provider(api_error(503))
    tries = outage(row, hours=24)
    assert row.state == State.WAITING
    gaps = [later - earlier for earlier, later in itertools.pairwise(tries)]
    assert max(gaps) <= 0.25 + 0.001


def test_after_more_than_a_day_a_mail_is_given_up_and_the_history_says_so(
    nemo: Account, provider: Any
) -> None:
    row = promise(nemo, "test")
    provider(ConnectionRefusedError("nobody there"))
    tries = outage(row, hours=48)
    assert row.state == State.GIVEN_UP
    assert 24 <= tries[-1] <= 24.3
    entry = JournalEntry.objects.about(nemo).get(event=Event.MAIL_NOT_DELIVERED)
    assert entry.data["changes"][0]["outcome"] == "given_up"


def test_who_starts_the_workers_late_loses_no_mail(nemo: Account, provider: Any, letters: Any) -> None:
    row = promise(nemo, "test")
    provider(ConnectionRefusedError("nobody there"))
    with time_machine.travel(row.created_at + timedelta(days=3), tick=False):
        assert send_due() == Counter(later=1)


def test_a_mail_that_kills_every_worker_is_given_up_and_lets_the_others_go_first(
    nemo: Account, letters: Any, settings: Settings
) -> None:
    settings.MAIL_LEASE_SECONDS = 0
    deadly = promise(nemo, "test")
    for _ in range(outbox.FEW_ATTEMPTS + 1):
        assert claim() is not None
    other = promise(nemo, "test")
    assert send_due() == Counter(sent=1)
    other.refresh_from_db()
    assert other.state == State.SENT
    OutgoingMail.objects.filter(pk=deadly.pk).update(attempts=outbox.MOST_ATTEMPTS, leased_until=None)
    wait_over(deadly)
    assert send_due() == Counter(failed=1)


@pytest.mark.parametrize(("asked", "at_least"), [("300", 300), ("999999", 900), ("soon", 8), ("-5", 8)])
def test_a_provider_that_asks_for_patience_gets_it_within_bounds(
    nemo: Account, provider: Any, asked: str, at_least: int
) -> None:
    row = promise(nemo, "test")
    error = api_error(429)
    error.response.headers["Retry-After"] = asked
    provider(error)
    send_due()
    row.refresh_from_db()
    wait = (row.next_try_at - timezone.now()).total_seconds()
    assert at_least - 1 <= wait <= max(at_least, 10)


def test_without_a_provider_no_mail_is_ever_given_up(nemo: Account, provider: Any) -> None:
    row = promise(nemo, "test")
    provider(ImproperlyConfigured("No mail provider is set."))
    assert len(outage(row, hours=30)) > 100
    assert row.state == State.WAITING


# ---- Links


@pytest.fixture
def invited(penny: Account, unit: Unit) -> Invitation:
    return resend_invitation(penny, actor=SYSTEM, unit=unit)


def refuse(mail: OutgoingMail) -> OutgoingMail:
    """Let the provider have refused the mail for good."""
    OutgoingMail.objects.filter(pk=mail.pk).update(state=State.FAILED, attempts=1, error="refused")
    mail.refresh_from_db()
    return mail


# I5
def test_a_link_lives_from_its_sending_however_late_that_was(invited: Invitation) -> None:
    late = invited.created_at + timedelta(days=2, hours=20)
    with time_machine.travel(late, tick=False):
        [letter] = deliver()
    invited.refresh_from_db()
    assert invited.expires_at == late + timedelta(days=product.INVITATION_DAYS)
    assert f"{invited.expires_at:%H:%M}" in str(letter.body)
    assert JournalEntry.objects.about(invited.account).filter(event=Event.INVITATION_LATE).count() == 1


def test_a_link_sent_in_time_keeps_its_time_and_leaves_no_second_entry(invited: Invitation) -> None:
    before, entries = invited.expires_at, JournalEntry.objects.count()
    deliver()
    invited.refresh_from_db()
    assert (invited.expires_at, JournalEntry.objects.count()) == (before, entries)


# I6
@pytest.mark.parametrize("dead", ["replaced", "cancelled", "run out"])
def test_sending_a_mail_again_brings_no_dead_link_to_life(
    invited: Invitation, penny: Account, ada: Account, unit: Unit, dead: str
) -> None:
    letter = refuse(penny.mails.get())
    later = timedelta(days=30 if dead == "run out" else 0)
    with time_machine.travel(timezone.now() + later):
        if dead == "cancelled":
            cancel_invitation(penny, actor=ada, unit=unit)
        if dead == "replaced":
            resend_invitation(penny, actor=ada, unit=unit)
        with pytest.raises(WrongStatus):
            send_again(letter, actor=ada, unit=unit)
    letter.refresh_from_db()
    invited.refresh_from_db()
    assert (letter.state, invited.is_open and not later) == (State.FAILED, False)


def test_an_invitation_sent_again_has_the_link_of_its_generation(
    invited: Invitation, penny: Account, ada: Account, unit: Unit
) -> None:
    [first] = deliver()
    send_again(refuse(penny.mails.get()), actor=ada, unit=unit)
    [second] = deliver()
    assert link_in(first) == link_in(second)
    assert read_invitation(link_in(second).split("/")[2]) == invited


@pytest.mark.parametrize("since", ["signed in", "changed", "a day"])
def test_a_reset_that_nobody_waits_for_any_more_is_not_sent(nemo: Account, since: str) -> None:
    ask_password_reset(nemo.email)
    days = timedelta(days=1, minutes=1) if since == "a day" else timedelta()
    with time_machine.travel(timezone.now() + timedelta(seconds=1) + days):
        if since == "signed in":
            record_sign_in(nemo)
        if since == "changed":
            change_own_password(nemo, password="a new one that is long")
        send_due()
    assert nemo.mails.get(message="password_reset").state == State.VOID
