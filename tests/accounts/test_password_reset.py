"""A forgotten password: a stranger learns nothing, the person gets a link that works once."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import Account
from accounts.services.lifecycle import disable_account
from accounts.services.passwords import ask_password_reset, change_own_password, reset_password
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.exceptions import ResetDead
from adminrights.models import JournalEntry, OutgoingMail, Unit
from tests.factories import PASSWORD
from tests.post import deliver, link_in

ASK, SENT, SET = "/password/reset/", "/password/reset/sent/", "/password/set/"
NEW = "purple elephants sing quietly"
CHOSEN = {"password": NEW, "again": NEW}


@pytest.fixture
def link(nemo: Account) -> str:
    """The link in the mail that Nemo asked for."""
    ask_password_reset(nemo.email)
    [message] = deliver()
    return link_in(message)


@pytest.fixture
def opened(client: Client, link: str) -> Client:
    client.get(link)
    return client


def may_sign_in(account: Account, password: str) -> bool:
    answer = Client().post("/sign-in/", {"email": account.email, "password": password})
    return answer.status_code == 302


def test_a_forgotten_password_is_replaced_by_the_link(opened: Client, nemo: Account) -> None:
    assert nemo.email.encode() in opened.get(SET).content
    assert opened.post(SET, CHOSEN)["Location"] == "/sign-in/"
    assert (may_sign_in(nemo, NEW), may_sign_in(nemo, PASSWORD)) == (True, False)


# A9
def test_a_stranger_sees_the_same_whoever_he_asks_for(nemo: Account, penny: Account, dora: Account) -> None:
    answers = set()
    for email in ("nobody@example.org", nemo.email, penny.email, dora.email):
        client = Client()
        answer = client.post(ASK, {"email": email})
        page = re.sub(rb'nonce="[^"]+"', b"", client.get(answer["Location"]).content)
        answers.add((answer.status_code, answer["Location"], answer.content, page, len(client.cookies)))
    assert len(answers) == 1


# I5, A12
def test_only_active_accounts_get_the_mail_and_at_their_own_address(
    nemo: Account, penny: Account, dora: Account
) -> None:
    for email in ("nobody@example.org", "NEMO.NOBODY@example.org", penny.email, dora.email):
        Client().post(ASK, {"email": email})
    assert [message.to for message in deliver()] == [[nemo.email]]


# A12
def test_of_several_addresses_one_counts(nemo: Account, ada: Account) -> None:
    Client().post(ASK, {"email": [ada.email, nemo.email]})
    assert [message.recipients() for message in deliver()] == [[nemo.email]]


def test_asking_again_and_again_sends_one_mail(nemo: Account) -> None:
    for _ in range(5):
        ask_password_reset(nemo.email)
    assert OutgoingMail.objects.filter(account=nemo).count() == 1
    with time_machine.travel(timedelta(minutes=5)):
        ask_password_reset(nemo.email)
    assert OutgoingMail.objects.filter(account=nemo).count() == 2


def test_a_mail_that_waited_until_the_account_was_disabled_is_not_sent(nemo: Account, unit: Unit) -> None:
    ask_password_reset(nemo.email)
    disable_account(nemo, actor=SYSTEM, unit=unit)
    assert [message.subject for message in deliver()] == ["Your account at Northwind has been disabled"]


# I7
@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_the_link_a_hundred_times_uses_nothing_up(client: Client, link: str, method: str) -> None:
    for _ in range(100):
        assert getattr(client, method)(link).status_code == 302
    assert client.post(SET, CHOSEN).status_code == 302


# I7
def test_the_secret_leaves_the_address_at_once_and_goes_to_nobody(client: Client, link: str) -> None:
    answer = client.get(link)
    assert (answer["Location"], answer["Referrer-Policy"]) == (SET, "no-referrer")


# I2
def test_a_link_works_once(opened: Client, link: str) -> None:
    opened.post(SET, CHOSEN)
    answer = Client().get(link)
    assert answer.status_code == 410
    assert ASK.encode() in answer.content


# I2
def test_two_windows_with_the_form_open_set_one_password(link: str, nemo: Account) -> None:
    windows = [Client(), Client()]
    for window in windows:
        window.get(link)
    answers = [
        window.post(SET, {"password": text, "again": text}).status_code
        for window, text in zip(windows, (NEW, "another good long password"), strict=True)
    ]
    assert answers == [302, 410]
    assert may_sign_in(nemo, NEW)


# I2: the check and the use are one step
def test_of_two_uses_at_the_same_moment_the_second_is_refused(opened: Client, nemo: Account) -> None:
    stamp = opened.session["opened_reset"][1]
    reset_password(Account.objects.get(pk=nemo.pk), stamp=stamp, password=NEW)
    with pytest.raises(ResetDead):
        reset_password(nemo, stamp=stamp, password="another good long password")
    assert may_sign_in(nemo, NEW)


# I2: the form was open when the state changed
def test_a_form_that_is_open_dies_with_its_link(opened: Client, nemo: Account, unit: Unit) -> None:
    assert opened.get(SET).status_code == 200
    disable_account(nemo, actor=SYSTEM, unit=unit)
    assert opened.post(SET, CHOSEN).status_code == 410


def test_a_form_that_is_open_runs_out(opened: Client) -> None:
    with time_machine.travel(timedelta(minutes=59)):
        assert opened.get(SET).status_code == 200
    with time_machine.travel(timedelta(minutes=61)):
        assert opened.post(SET, CHOSEN).status_code == 410


# I3
def test_what_the_session_keeps_is_no_link(opened: Client, nemo: Account) -> None:
    pk, stamp = opened.session["opened_reset"]
    assert Client().get(f"/password/{pk}-{stamp}/").status_code == 410


# S3
def test_a_new_password_ends_all_sessions(opened: Client, nemo: Account) -> None:
    elsewhere = Client()
    elsewhere.post("/sign-in/", {"email": nemo.email, "password": PASSWORD})
    ask_password_reset(nemo.email)
    assert elsewhere.get("/me/profile/").status_code != 302
    change_own_password(Account.objects.get(pk=nemo.pk), password=NEW)
    assert elsewhere.get("/me/profile/").status_code == 302


# A11
def test_a_new_password_is_told_to_the_person(opened: Client, nemo: Account) -> None:
    opened.post(SET, CHOSEN)
    [message] = deliver()
    assert (message.to, message.subject) == ([nemo.email], "Your password at Northwind was changed")
    assert NEW not in str(message.body)


# T10, A10: nobody shuts somebody else out for good
def test_a_new_password_ends_a_lock(nemo: Account, client: Client) -> None:
    with change(Event.ACCOUNT_LOCKED, actor=SYSTEM) as c:
        c.update(nemo, locked_at=c.at, failed_sign_ins=10)
    ask_password_reset(nemo.email)
    client.get(link_in(deliver()[0]))
    client.post(SET, CHOSEN)
    assert may_sign_in(nemo, NEW)


# L4
def test_the_journal_tells_of_the_change_without_the_password(opened: Client, nemo: Account) -> None:
    opened.post(SET, CHOSEN)
    entry = JournalEntry.objects.get(event=Event.PASSWORD_CHANGED)
    stored = Account.objects.get(pk=nemo.pk).password
    assert entry.actor == nemo
    assert stored not in str(entry.data)
    assert NEW not in str(entry.data)


def test_a_weak_password_is_refused_and_the_link_stays_good(opened: Client) -> None:
    answer = opened.post(SET, {"password": "nemo", "again": "nemo"})
    assert answer.status_code == 422
    assert opened.post(SET, CHOSEN).status_code == 302


def test_the_form_cannot_be_reached_without_a_link(client: Client, nemo: Account) -> None:
    assert client.get(SET).status_code == 410
    assert client.post(SET, CHOSEN).status_code == 410
    assert client.get(SENT).status_code == 200
