"""Strangers can't fill the journal, and what it leaves out it says."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Account
from accounts.services.passwords import ask_password_reset
from accounts.services.sessions import record_failed_sign_in
from adminrights.events import Event
from adminrights.floods import FROM_ONE_ADDRESS, IN_ALL
from adminrights.journal import verify
from adminrights.models import JournalEntry
from adminrights.origin import originating
from tests.accounts.pages import signed_in, text_of

NOON = datetime(2040, 3, 3, 12, 0, tzinfo=UTC)


Step = Callable[[str], None]


def knock(email: str, address: str = "192.0.2.1", times: int = 1, step: Step = record_failed_sign_in) -> None:
    """Do what pages do that anybody can reach: a sign-in that fails, or a password said to be forgotten."""
    for _time in range(times):
        with originating("web", address=address):
            step(email)


def entries(event: Event = Event.SIGN_IN_FAILED) -> list[JournalEntry]:
    return list(JournalEntry.objects.filter(event=event).order_by("sequence"))


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    """A minute after everything that was set up, which the test moves on itself."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


# L1
def test_many_tries_from_one_address_leave_few_entries_and_the_last_says_so(ada: Account, noon) -> None:
    knock("nobody@example.org", times=FROM_ONE_ADDRESS + 5)

    found = entries()
    assert len(found) == FROM_ONE_ADDRESS
    assert ["more" in entry.data for entry in found] == [False] * (FROM_ONE_ADDRESS - 1) + [True]
    page = signed_in(ada).get(reverse("accounts:log_list"))
    assert text_of(page).count("More of the same within this minute is only counted.") == 1


def test_another_address_has_room_of_its_own(unit: object, noon) -> None:
    knock("nobody@example.org", times=FROM_ONE_ADDRESS + 1)
    knock("nobody@example.org", address="192.0.2.2")

    assert [entry.address for entry in entries()][-1] == "192.0.2.2"


def test_many_addresses_together_are_limited_too(unit: object, noon) -> None:
    for number in range(IN_ALL // 5 + 2):
        knock("nobody@example.org", address=f"192.0.2.{number}", times=5)

    assert len(entries()) == IN_ALL


def test_the_next_minute_is_told_again(unit: object, noon) -> None:
    knock("nobody@example.org", times=FROM_ONE_ADDRESS + 1)
    noon.shift(timedelta(seconds=61))
    knock("nobody@example.org")

    assert len([entry for entry in entries() if "left_out" not in entry.data]) == FROM_ONE_ADDRESS + 1


# L1
def test_what_was_only_counted_stands_before_the_next_entry_of_any_kind(ada: Account, noon) -> None:
    knock("nobody@example.org", times=FROM_ONE_ADDRESS + 37)
    noon.shift(timedelta(minutes=15))

    browser = signed_in(ada)

    told, last = list(JournalEntry.objects.order_by("sequence"))[-2:]
    assert (told.event, told.outcome, told.address) == (Event.SIGN_IN_FAILED, "refused", "192.0.2.1")
    assert told.data["left_out"]["number"] == 37
    assert last.event == Event.SIGNED_IN
    page = browser.get(reverse("accounts:log_list"))
    assert text_of(page).count("37 more of the same until 12:00, only counted.") == 1


def test_the_number_is_told_once(unit: object, noon) -> None:
    knock("nobody@example.org", times=FROM_ONE_ADDRESS + 3)
    for _time in range(3):
        noon.shift(timedelta(minutes=2))
        knock("nobody@example.org")

    assert [entry.data["left_out"]["number"] for entry in entries() if "left_out" in entry.data] == [3]


def test_a_flood_that_goes_on_is_told_minute_by_minute_and_nothing_gets_lost(unit: object, noon) -> None:
    tries = 0
    for _step in range(40):
        knock("nobody@example.org", times=5)
        tries += 5
        noon.shift(timedelta(seconds=10))
    noon.shift(timedelta(minutes=2))
    knock("nobody@example.org", address="192.0.2.2")

    numbers = [entry.data["left_out"]["number"] for entry in entries() if "left_out" in entry.data]
    alone = len(entries()) - len(numbers)
    assert sum(numbers) + alone == tries + 1
    assert len(entries()) < tries / 2
    assert not list(verify())


def test_many_addresses_are_counted_together(unit: object, noon) -> None:
    for number in range(IN_ALL // 5 + 4):
        knock("nobody@example.org", address=f"192.0.2.{number}", times=5)
    noon.shift(timedelta(minutes=2))
    knock("nobody@example.org")

    told = [entry for entry in entries() if "left_out" in entry.data]
    assert [(entry.address, entry.data["left_out"]["number"]) for entry in told] == [("", 20)]


def test_tries_against_a_locked_account_are_limited_and_those_that_lock_it_are_not(
    nemo: Account, noon, settings: Settings
) -> None:
    settings.LOCK_AFTER_FAILURES = FROM_ONE_ADDRESS + 3
    knock(nemo.email, times=FROM_ONE_ADDRESS + 3)
    nemo.refresh_from_db()
    assert nemo.is_locked
    assert len(entries()) == FROM_ONE_ADDRESS + 2

    knock(nemo.email, times=5)

    assert len(entries()) == FROM_ONE_ADDRESS + 2


@pytest.mark.parametrize("known", [True, False])
def test_asking_for_new_passwords_is_limited(known: bool, nemo: Account, noon) -> None:
    knock(nemo.email if known else "x@example.org", times=FROM_ONE_ADDRESS + 5, step=ask_password_reset)

    assert len(entries(Event.PASSWORD_RESET_ASKED)) == FROM_ONE_ADDRESS


def test_who_is_known_is_written_down_every_time(nemo: Account, noon) -> None:
    browser = signed_in(nemo)
    for _time in range(FROM_ONE_ADDRESS + 5):
        assert browser.get(reverse("accounts:account_list")).status_code == 403

    assert len(entries(Event.ACCESS_REFUSED)) == FROM_ONE_ADDRESS + 5


# ---- Where it comes from


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "", "192.0.2.1"),
        (0, "198.51.100.7", "192.0.2.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        (2, "203.0.113.9, 198.51.100.7, 10.0.0.1", "198.51.100.7"),
        (2, "198.51.100.7", "192.0.2.1"),
        (1, "somewhere", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "2001:DB8::1", "2001:db8::1"),
    ],
)
def test_the_address_is_the_one_that_our_own_proxies_saw(
    proxies: int, forwarded: str, address: str, nemo: Account, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}

    browser = signed_in(nemo)
    browser.get(reverse("accounts:account_list"), REMOTE_ADDR="192.0.2.1", headers=headers)

    assert entries(Event.ACCESS_REFUSED)[-1].address == address
