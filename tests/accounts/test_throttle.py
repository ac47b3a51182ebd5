"""Trying too often: counted by account, browser and source, and never a way to shut somebody else out."""

from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from accounts.models import Account
from accounts.services.lifecycle import disable_account, reactivate_account
from accounts.sign_in.throttle import source
from adminrights.events import Event
from adminrights.models import JournalEntry, Unit
from tests.factories import PASSWORD

PAGE, RESET = "/sign-in/", "/password/reset/"
PER_SOURCE, PER_BROWSER, PER_RESET = 30, 10, 20
FARAWAY = "203.0.113.9"


def attempt(client: Client, email: str, password: str = PASSWORD, address: str = "192.0.2.1") -> Any:
    return client.post(PAGE, {"email": email, "password": password}, REMOTE_ADDR=address)


def attack(email: str, times: int, address: str = FARAWAY) -> list[int]:
    """Try wrong passwords from browsers that nobody knows, and return the answers."""
    return [attempt(Client(), email, "wrong", address).status_code for _ in range(times)]


@pytest.fixture
def own_browser(nemo: Account) -> Client:
    """A browser in which Nemo has signed in before."""
    client = Client()
    attempt(client, nemo.email)
    client.post("/sign-out/")
    return client


# ---- The victim of an attack


# A10
def test_who_is_attacked_from_outside_still_signs_in_where_he_did_before(
    own_browser: Client, nemo: Account, settings: Settings
) -> None:
    attack(nemo.email, settings.LOCK_AFTER_FAILURES)
    assert Account.objects.get(pk=nemo.pk).is_locked
    assert attempt(Client(), nemo.email).status_code == 422
    assert attempt(own_browser, nemo.email).status_code == 302


# A10, T10
def test_a_known_browser_has_few_tries_of_its_own(
    own_browser: Client, nemo: Account, settings: Settings
) -> None:
    answers = [attempt(own_browser, nemo.email, "wrong").status_code for _ in range(PER_BROWSER)]
    assert set(answers) == {422}
    assert Account.objects.get(pk=nemo.pk).is_locked
    assert attempt(own_browser, nemo.email).status_code == 422
    with time_machine.travel(timedelta(minutes=settings.LOCK_MINUTES, seconds=5)):
        assert attempt(own_browser, nemo.email).status_code == 302


# A10
def test_a_browser_is_known_for_the_person_who_signed_in_there(
    own_browser: Client, nemo: Account, grant: Account, settings: Settings
) -> None:
    attack(grant.email, settings.LOCK_AFTER_FAILURES)
    assert attempt(own_browser, grant.email).status_code == 422


# A10: one desk
def test_a_browser_is_known_for_everybody_who_shares_it(
    own_browser: Client, nemo: Account, grant: Account, settings: Settings
) -> None:
    attempt(own_browser, grant.email)
    own_browser.post("/sign-out/")
    attack(nemo.email, settings.LOCK_AFTER_FAILURES)
    assert attempt(own_browser, nemo.email).status_code == 302


# S3 of the security bar
def test_disabling_makes_every_browser_a_stranger(
    own_browser: Client, nemo: Account, ada: Account, unit: Unit, settings: Settings
) -> None:
    disable_account(nemo, actor=ada, unit=unit)
    reactivate_account(nemo, actor=ada, unit=unit)
    attack(nemo.email, settings.LOCK_AFTER_FAILURES)
    assert attempt(own_browser, nemo.email).status_code == 422


@pytest.mark.parametrize("cookie", ["nonsense", "WzFd:1uXyZ0:c2ln", ""])
def test_a_made_up_mark_is_no_mark(nemo: Account, settings: Settings, cookie: str) -> None:
    client = Client()
    client.cookies["known"] = cookie
    attack(nemo.email, settings.LOCK_AFTER_FAILURES)
    assert attempt(client, nemo.email).status_code == 422


# W3: the mark is no secret of the page's scripts
def test_the_mark_of_a_browser_is_kept_from_scripts(own_browser: Client) -> None:
    morsel = own_browser.cookies["known"]
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "Lax", "/")


# ---- The source


# A10
def test_too_many_tries_from_one_place_are_refused_whoever_they_are_about(nemo: Account, ada: Account):
    answers = attack("nobody@example.org", PER_SOURCE)
    assert set(answers) == {422}
    refused = [
        attempt(Client(), email, address=FARAWAY) for email in (nemo.email, ada.email, "x@example.org")
    ]
    assert {answer.status_code for answer in refused} == {429}
    assert "Wait 15 minutes" in refused[0].content.decode()
    assert attempt(Client(), nemo.email).status_code == 302


# A10
def test_the_limit_of_a_place_ends_by_itself(nemo: Account) -> None:
    attack("nobody@example.org", PER_SOURCE)
    with time_machine.travel(timedelta(minutes=15, seconds=5)):
        assert attempt(Client(), nemo.email, address=FARAWAY).status_code == 302


# A10: an office behind one address
def test_a_known_browser_signs_in_from_a_place_that_is_shut(own_browser: Client, nemo: Account) -> None:
    attack("nobody@example.org", PER_SOURCE)
    assert attempt(own_browser, nemo.email, address=FARAWAY).status_code == 302


# A10
def test_signing_in_gives_the_try_back(nemo: Account) -> None:
    for _ in range(PER_SOURCE + 1):
        assert attempt(Client(), nemo.email, address=FARAWAY).status_code == 302


# A10, L1
def test_the_limit_is_told_in_the_journal_once(nemo: Account) -> None:
    attack("nobody@example.org", PER_SOURCE + 5)
    told = JournalEntry.objects.filter(event=Event.SIGN_INS_LIMITED)
    assert [(entry.address, entry.data["code"]) for entry in told] == [(FARAWAY, "too_many_tries")]


# A10
def test_the_limit_is_lifted_by_command(nemo: Account) -> None:
    attack("nobody@example.org", PER_SOURCE)
    call_command("lift_sign_in_limit", FARAWAY, verbosity=0)
    assert attempt(Client(), nemo.email, address=FARAWAY).status_code == 302
    assert JournalEntry.objects.filter(event=Event.SIGN_IN_LIMIT_LIFTED).count() == 1


# A10
def test_requests_for_new_passwords_are_limited_by_place(nemo: Account) -> None:
    ask = [Client().post(RESET, {"email": "x@example.org"}).status_code for _ in range(PER_RESET + 1)]
    assert ask == [302] * PER_RESET + [429]
    assert Client().post(RESET, {"email": nemo.email}, REMOTE_ADDR=FARAWAY).status_code == 302


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_a_place_is_an_address_or_a_network_of_one_customer(address: str, place: str) -> None:
    assert source(address) == place


# A10: behind a proxy
@pytest.mark.parametrize(
    ("proxies", "header", "kept"),
    [
        (0, "198.51.100.7", "192.0.2.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "made-up, 198.51.100.7", "198.51.100.7"),
        (2, "198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (2, "10.0.0.2", "192.0.2.1"),
        (1, "no address", "192.0.2.1"),
        (1, "", "192.0.2.1"),
    ],
)
def test_only_ones_own_proxies_are_believed(
    nemo: Account, settings: Settings, proxies: int, header: str, kept: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    Client().post(
        PAGE,
        {"email": nemo.email, "password": "wrong"},
        REMOTE_ADDR="192.0.2.1",
        headers={"X-Forwarded-For": header},
    )
    assert JournalEntry.objects.latest("sequence").address == kept


# ---- Time


# A9
@pytest.mark.parametrize("who", ["unknown", "penny", "dora", "nemo"])
def test_every_refusal_takes_its_time(
    request: pytest.FixtureRequest, unit: Unit, settings: Settings, who: str
) -> None:
    settings.STEADY_SECONDS = 0.3
    email = "x@example.org" if who == "unknown" else request.getfixturevalue(who).email
    for page, words in ((PAGE, {"email": email, "password": "wrong"}), (RESET, {"email": email})):
        begun = monotonic()
        Client().post(page, words)
        assert monotonic() - begun >= settings.STEADY_SECONDS


# ---- What stays shut


# S1: sign-up is closed, and only our pages are there
@pytest.mark.parametrize(
    "path", ["signup/", "login/", "logout/", "email/", "password_change/", "2fa/", "sessions/", "inactive/"]
)
def test_the_library_adds_no_page_of_its_own(db: None, path: str) -> None:
    for start in ("/", "/accounts/", "/account/"):
        answer = Client().get(start + path)
        assert answer.status_code in {302, 404}
        assert answer.get("Location", "/sign-in/").startswith("/sign-in/")


# N1: one truth about addresses
def test_signing_in_keeps_no_second_address_but_the_session(nemo: Account) -> None:
    client = Client()
    attempt(client, nemo.email)
    assert not EmailAddress.objects.exists()
    session = UserSession.objects.get(user=nemo)
    assert (session.session_key, session.ip) == (client.session.session_key, "192.0.2.1")
