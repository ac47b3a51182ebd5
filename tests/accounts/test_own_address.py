"""One's own address: it changes when mail was read at the new one, and the old one is told."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from accounts.links import address_link, read_invitation, read_reset
from accounts.models import Account
from accounts.services.lifecycle import disable_account
from accounts.services.own_address import ask_address
from adminrights.models import JournalEntry, Unit
from tests.accounts.pages import signed_in, text_of
from tests.accounts.test_proof import stale
from tests.factories import PASSWORD
from tests.post import deliver, link_in

PAGE, CONFIRM = "/me/address/", "/address/confirm/"
NEW = "nemo.new@example.org"


def opened(link: str) -> Client:
    client = Client()
    client.get(link)
    return client


def now(account: Account) -> str:
    return Account.objects.get(pk=account.pk).email


# A11
def test_the_address_changes_when_its_mail_is_read_and_both_addresses_are_told(nemo: Account) -> None:
    old, client = nemo.email, signed_in(nemo)
    assert client.post(PAGE, {"email": NEW})["Location"] == "/me/profile/"
    confirm, asked = sorted(deliver(), key=lambda mail: mail.to != [NEW])
    assert (confirm.to, asked.to) == ([NEW], [old])
    assert now(nemo) == old
    assert NEW in text_of(client.get("/me/profile/"))

    browser = opened(link_in(confirm))
    assert now(nemo) == old, "looking changes nothing"
    assert NEW in text_of(browser.get(CONFIRM))
    assert browser.post(CONFIRM)["Location"] == "/sign-in/"
    assert now(nemo) == NEW
    assert [mail.to for mail in deliver()] == [[old]]
    # S3: every session ended, and the new address signs in.
    assert client.get("/me/").status_code == 302
    assert Client().post("/sign-in/", {"email": NEW, "password": PASSWORD}).status_code == 302
    assert Client().post("/sign-in/", {"email": old, "password": PASSWORD}).status_code == 422


# S5
def test_it_needs_a_fresh_proof(nemo: Account) -> None:
    assert stale(nemo).post(PAGE, {"email": NEW})["Location"].startswith("/me/confirm/")
    assert Account.objects.get(pk=nemo.pk).new_email == ""


# A9
def test_an_address_that_somebody_has_is_answered_the_same_and_gets_no_mail(
    nemo: Account, grant: Account
) -> None:
    answers = []
    for email in (NEW, grant.email):
        client = signed_in(nemo)
        answer = client.post(PAGE, {"email": email}, follow=True)
        answers.append((answer.status_code, text_of(answer).replace(email, "…")))
    assert answers[0] == answers[1]
    assert [mail.to for mail in deliver() if mail.to == [grant.email]] == []


# A9, I2: taken meanwhile
def test_who_comes_second_gets_nothing(nemo: Account, grant: Account) -> None:
    ask_address(nemo, NEW)
    ask_address(grant, NEW)
    for account in (nemo, grant):
        opened(address_link(Account.objects.get(pk=account.pk)).removeprefix("http://127.0.0.1:8000")).post(
            CONFIRM
        )
    assert (now(nemo), now(grant)) == (NEW, grant.email)


def dead_by_time(nemo: Account, ada: Account, unit: Unit) -> Any:
    return time_machine.travel(timedelta(minutes=61))


def dead_by_disabling(nemo: Account, ada: Account, unit: Unit) -> None:
    disable_account(nemo, actor=ada, unit=unit)


def dead_by_another_wish(nemo: Account, ada: Account, unit: Unit) -> None:
    ask_address(nemo, "another@example.org")


# I2, I5
@pytest.mark.parametrize("end", [dead_by_time, dead_by_disabling, dead_by_another_wish])
def test_what_ends_the_link_ends_it_also_when_it_is_open(
    nemo: Account, ada: Account, unit: Unit, end: Any
) -> None:
    ask_address(nemo, NEW)
    link = link_in(next(mail for mail in deliver() if mail.to == [NEW]))
    browser, ending = opened(link), end(nemo, ada, unit)
    if ending is not None:
        ending.start()
    try:
        answers = [browser.post(CONFIRM).status_code, Client().get(link).status_code]
    finally:
        if ending is not None:
            ending.stop()
    assert answers == [410, 410]
    assert now(nemo) != NEW


# I2
def test_the_link_works_once(nemo: Account) -> None:
    ask_address(nemo, NEW)
    link = link_in(next(mail for mail in deliver() if mail.to == [NEW]))
    assert opened(link).post(CONFIRM).status_code == 302
    assert Client().get(link).status_code == 410


# I3
def test_the_link_is_good_for_nothing_else(nemo: Account) -> None:
    ask_address(nemo, NEW)
    token = address_link(nemo).rstrip("/").rpartition("/")[2]
    assert read_reset(token) is None
    assert read_invitation(token) is None
    assert Client().get(f"/password/{token}/").status_code == 410


# I1, N1
def test_the_link_stands_nowhere_in_the_journal(nemo: Account, settings: Settings) -> None:
    ask_address(nemo, f"  {NEW.upper()} ")
    token = address_link(nemo).rstrip("/").rpartition("/")[2]
    assert token not in str(list(JournalEntry.objects.values_list("data", flat=True)))


@pytest.mark.parametrize("email", ["", "no address", "nemo.nobody@EXAMPLE.org", "x" * 300 + "@example.org"])
def test_what_can_be_no_new_address_is_refused(nemo: Account, email: str) -> None:
    assert signed_in(nemo).post(PAGE, {"email": email}).status_code == 422


def test_a_strange_browser_confirms_nothing(db: None) -> None:
    assert Client().get(CONFIRM).status_code == 410
    assert Client().post(CONFIRM).status_code == 410
