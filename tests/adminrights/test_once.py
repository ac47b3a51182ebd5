"""The same form sent twice: one effect, one mail, one entry, and the same answer."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account
from adminrights.models import JournalEntry, OutgoingMail, Receipt, Unit
from groups.models import Group
from roles.models import Role
from tests.accounts.pages import messages_of
from tests.factories import AccountFactory, UnitFactory

NEW = {"email": "bo@example.org", "first_name": "Bo", "last_name": "Li", "invite": "on"}
NAMED = {"display_name": "Night shift", "name": "night_shift"}


class Browser:
    """Somebody's browser, which sends the token of the page that it shows."""

    def __init__(self, account: Account) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.client.force_login(account)

    def form(self, page: str) -> dict[str, str]:
        """Open a page and return the token of its forms."""
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.client.get(page).content.decode())
        assert found, page
        return {"csrfmiddlewaretoken": found[1]}

    def send(self, path: str, form: dict[str, Any]) -> Any:
        return self.client.post(path, form)


def told(browser: Browser, answer: HttpResponse) -> list[str]:
    return messages_of(browser.client.get(answer["Location"]))


def counted() -> tuple[int, int]:
    return JournalEntry.objects.count(), OutgoingMail.objects.count()


def of(name: str, *arguments: object) -> str:
    return reverse(name, args=arguments)


CASES: dict[str, Callable[[Account, Account, Group], tuple[str, str, dict[str, str]]]] = {
    "a new account": lambda penny, nemo, group: (of("accounts:account_create"), "", NEW),
    "an invitation sent again": lambda penny, nemo, group: (
        of("accounts:invitation_resend", penny.pk),
        penny.get_absolute_url(),
        {},
    ),
    "an invitation cancelled": lambda penny, nemo, group: (
        of("accounts:invitation_cancel", penny.pk),
        "",
        {},
    ),
    "an account disabled": lambda penny, nemo, group: (
        of("accounts:account_disable", nemo.pk),
        "",
        {"reason": "left"},
    ),
    "an account removed": lambda penny, nemo, group: (
        of("accounts:account_remove", nemo.pk),
        "",
        {"reason": "left"},
    ),
    "a new group": lambda penny, nemo, group: (of("groups:group_create"), "", NAMED),
    "a new role": lambda penny, nemo, group: (of("roles:role_create"), "", NAMED),
    "a group deleted": lambda penny, nemo, group: (of("groups:group_delete", group.pk), "", {}),
}


@pytest.mark.parametrize("case", CASES)
def test_a_form_sent_twice_does_its_work_once_and_answers_the_same(
    case: str, ada: Account, otto: Account, penny: Account, nemo: Account, campaign_team: Group
) -> None:
    path, page, typed = CASES[case](penny, nemo, campaign_team)
    browser = Browser(ada)
    form = browser.form(page or path) | typed
    before = counted()

    first = browser.send(path, form)
    words, after = told(browser, first), counted()
    second = browser.send(path, form)

    assert (first.status_code, second.status_code) == (302, 302)
    assert after > before
    assert (second["Location"], told(browser, second), counted()) == (first["Location"], words, after)


def test_the_same_step_from_a_page_opened_anew_is_a_new_step(ada: Account, penny: Account) -> None:
    browser, path = Browser(ada), of("accounts:invitation_resend", penny.pk)
    for _ in range(2):
        browser.send(path, browser.form(penny.get_absolute_url()))
    assert OutgoingMail.objects.filter(account=penny).count() == 2


def test_after_a_while_a_form_is_a_new_one(ada: Account, penny: Account) -> None:
    browser, path = Browser(ada), of("accounts:invitation_resend", penny.pk)
    form = browser.form(penny.get_absolute_url())
    browser.send(path, form)
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        browser.send(path, form)
    assert OutgoingMail.objects.filter(account=penny).count() == 2
    assert Receipt.objects.count() == 1


def test_a_refused_form_is_judged_again(ada: Account, penny: Account, unit: Unit) -> None:
    browser, path = Browser(ada), of("accounts:account_create")
    form = browser.form(path) | NEW | {"email": penny.email}
    assert [browser.send(path, form).status_code for _ in range(2)] == [422, 422]
    assert Receipt.objects.count() == 0


def test_a_refusal_by_a_guard_stays_in_the_journal(ada: Account, unit: Unit) -> None:
    browser, path = Browser(ada), of("accounts:account_disable", ada.pk)
    form = browser.form(path.replace("disable", "edit"))
    before = JournalEntry.objects.filter(outcome="refused").count()
    browser.send(path, form)
    assert JournalEntry.objects.filter(outcome="refused").count() == before + 1


def test_nobody_gets_the_answer_to_the_form_of_somebody_else(
    ada: Account, otto: Account, penny: Account
) -> None:
    browser, other = Browser(ada), Browser(otto)
    path = of("accounts:invitation_resend", penny.pk)
    browser.send(path, browser.form(penny.get_absolute_url()))
    other.send(path, other.form(penny.get_absolute_url()))
    assert OutgoingMail.objects.filter(account=penny).count() == 2


def test_what_is_kept_of_a_form_tells_nothing_that_was_typed(ada: Account, unit: Unit) -> None:
    browser, path = Browser(ada), of("roles:role_create")
    browser.send(path, browser.form(path) | NAMED)
    receipt = Receipt.objects.get()
    assert re.fullmatch(r"[0-9a-f]{64}", receipt.key)
    assert Role.objects.filter(name="night_shift").count() == 1


@pytest.mark.django_db(transaction=True)
def test_twins_at_the_same_moment_do_their_work_once(transactional_db: None, catalogue_rows: None) -> None:
    unit = UnitFactory(name="Busy")
    ada = AccountFactory(unit=unit, levels={"admin_rights": 2})
    path = of("accounts:account_create")
    for number in range(3):
        browser = Browser(ada)
        form = browser.form(path) | NEW | {"email": f"bo{number}@example.org"}
        barrier, before = Barrier(4), counted()

        def send(browser: Browser = browser, form: dict[str, str] = form, barrier: Barrier = barrier) -> Any:
            barrier.wait()
            try:
                return browser.send(path, form)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(4) as pool:
            answers = [future.result() for future in [pool.submit(send) for _ in range(4)]]

        assert {(answer.status_code, answer["Location"]) for answer in answers} == {
            (302, answers[0]["Location"])
        }
        assert counted() == (before[0] + 1, before[1] + 1)
