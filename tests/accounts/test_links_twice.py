"""The form behind a link sent twice, as by a double click: the second answer is the first one."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from accounts.models import Account
from accounts.services.lifecycle import create_account
from accounts.services.own_address import ask_address
from accounts.services.passwords import ask_password_reset
from adminrights.change import SYSTEM
from adminrights.models import JournalEntry, OutgoingMail, Unit
from tests.accounts.pages import messages_of
from tests.factories import PASSWORD, AccountFactory, UnitFactory
from tests.post import deliver, link_in

CHOSEN = {"password": PASSWORD, "again": PASSWORD}
OTHER = {"password": f"{PASSWORD} too", "again": f"{PASSWORD} too"}


def invited(unit: Unit) -> None:
    names = {"first_name": "Ivy", "last_name": "Invited"}
    create_account(email="ivy@example.org", unit=unit, actor=SYSTEM, **names)


def forgetful(unit: Unit) -> None:
    account: Account = AccountFactory(unit=unit)
    ask_password_reset(account.email)


def moving(unit: Unit) -> None:
    ask_address(AccountFactory(unit=unit), "moved@example.org")


FORMS: dict[str, tuple[Callable[[Unit], None], str, dict[str, str]]] = {
    "an invitation": (invited, "/invitation/accept/", CHOSEN),
    "a new password": (forgetful, "/password/set/", CHOSEN),
    "a new address": (moving, "/address/confirm/", {}),
}


def held(case: str, unit: Unit) -> tuple[Client, str, dict[str, str]]:
    """Return a browser that shows the form behind the link, its path, and what it will send."""
    prepare, path, typed = FORMS[case]
    prepare(unit)
    link = next(link_in(message) for message in deliver() if "http" in str(message.body))
    browser = Client(enforce_csrf_checks=True)
    page = browser.get(link, follow=True).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    return browser, path, {"csrfmiddlewaretoken": token[1], **typed}


def as_it_is(browser: Client) -> Client:
    """Return the browser with the cookies of this moment: what it sends before it has an answer."""
    twin = Client(enforce_csrf_checks=True)
    twin.cookies = deepcopy(browser.cookies)
    return twin


def counted() -> tuple[int, int]:
    return JournalEntry.objects.count(), OutgoingMail.objects.count()


def told(browser: Client, answer: Any) -> tuple[int, str, list[str]]:
    return answer.status_code, answer["Location"], messages_of(browser.get(answer["Location"]))


# I2, R2.2
@pytest.mark.parametrize("answered", [False, True], ids=["before the first answer", "after it"])
@pytest.mark.parametrize("case", FORMS)
def test_the_second_answer_is_the_first(case: str, answered: bool, unit: Unit) -> None:
    browser, path, form = held(case, unit)
    twin = as_it_is(browser)
    first = told(browser, browser.post(path, form))
    after, second = counted(), browser if answered else twin
    assert first[:2] == (302, "/sign-in/")
    assert told(second, second.post(path, form)) == first
    assert counted() == after


# I2
@pytest.mark.parametrize("case", ["an invitation", "a new password"])
def test_another_password_or_another_browser_finds_the_link_used(case: str, unit: Unit) -> None:
    browser, path, form = held(case, unit)
    twin, stranger = as_it_is(browser), as_it_is(browser)
    stranger.handler.enforce_csrf_checks = False
    stranger.cookies["csrf"] = "a" * 32
    assert browser.post(path, form).status_code == 302
    assert twin.post(path, form | OTHER).status_code == 410
    assert stranger.post(path, form).status_code == 410


# I2: the first finger is still down
@pytest.mark.django_db(transaction=True)
def test_clicks_at_the_same_moment_are_answered_alike(transactional_db: None, catalogue_rows: None) -> None:
    browser, path, form = held("an invitation", UnitFactory())
    twins, barrier = [as_it_is(browser) for _ in range(3)], Barrier(3)

    def send(twin: Client) -> tuple[int, str]:
        barrier.wait()
        try:
            answer = twin.post(path, form)
            return answer.status_code, answer.get("Location", "")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(send, twins))
    assert set(answers) == {(302, "/sign-in/")}
    assert JournalEntry.objects.filter(event="invitation.accepted", outcome="done").count() == 1
