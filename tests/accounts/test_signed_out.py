"""Who is back at the sign-in page hears why, in the browser that had the session and in no other."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from accounts.models import Account
from accounts.services.lifecycle import disable_account
from accounts.services.sessions import end_session, end_sessions
from adminrights.change import SYSTEM
from adminrights.models import Unit
from tests.accounts.pages import messages_of, text_of
from tests.accounts.test_sessions import replayed
from tests.accounts.test_sessions import window as new_window

IDLE = "Nothing was done here for a long time, so you were signed out. Sign in to go on."
TOO_OLD = "You were signed in for as long as it lasts at most. Sign in to go on."
DISABLED = "Your account was disabled, so you were signed out. Ask whoever manages the accounts."
ENDED = "You were signed out here, as your password was changed or the session was ended. Sign in to go on."


def window(account: Account) -> Client:
    """Return a browser in which the person has signed in and seen a page."""
    client = new_window(account)
    client.get("/me/")
    return client


def told(client: Client, page: str = "/me/") -> list[str]:
    """Return what the sign-in page says to whoever opens a page in this browser."""
    answer = client.get(page, follow=True)
    assert answer.request["PATH_INFO"] == "/sign-in/"
    return messages_of(answer)


def test_who_did_nothing_for_long_is_told_so_once(nemo: Account) -> None:
    client = window(nemo)
    with time_machine.travel(timedelta(minutes=70)):
        assert told(client) == [IDLE]
        assert told(client) == []


def test_who_was_in_for_too_long_is_told_so(nemo: Account, settings: Settings) -> None:
    settings.SESSION_IDLE_SECONDS = 100_000
    client = window(nemo)
    with time_machine.travel(timedelta(seconds=settings.SESSION_COOKIE_AGE - 1)):
        settings.SESSION_COOKIE_AGE -= 60
        assert told(client) == [TOO_OLD]


def test_who_was_disabled_is_told_so(nemo: Account, unit: Unit) -> None:
    client = window(nemo)
    disable_account(nemo, actor=SYSTEM, unit=unit)
    assert told(client) == [DISABLED]


@pytest.mark.parametrize("one", [True, False])
def test_whose_session_was_ended_is_told_so(nemo: Account, unit: Unit, one: bool) -> None:
    client = window(nemo)
    if one:
        end_session(nemo, nemo.usersession_set.get().pk)
    else:
        end_sessions(nemo, actor=SYSTEM, unit=unit)
    assert told(client, "/sign-in/") == [ENDED]


def test_what_was_sent_too_late_is_said_to_be_lost(nemo: Account) -> None:
    client = window(nemo)
    with time_machine.travel(timedelta(minutes=70)):
        answer = client.post("/me/profile/", {"first_name": "Anew"}, follow=True)
    assert messages_of(answer) == [f"{IDLE} What you sent last was not saved."]


def test_strangers_hear_nothing_about_the_account(nemo: Account, unit: Unit) -> None:
    disable_account(nemo, actor=SYSTEM, unit=unit)
    assert told(Client()) == []
    guesser = Client()
    guesser.cookies["session"] = "x" * 32
    assert told(guesser) == [ENDED]
    assert "disabled" not in text_of(guesser.post("/sign-in/", {"email": nemo.email, "password": "guessed"}))


def test_who_signs_out_hears_only_that(nemo: Account) -> None:
    client = window(nemo)
    other = replayed(client)
    assert messages_of(client.post("/sign-out/", follow=True)) == ["You are signed out."]
    assert told(other) == [ENDED]


def test_a_page_that_is_open_to_everybody_says_nothing_of_it(nemo: Account) -> None:
    client = window(nemo)
    with time_machine.travel(timedelta(minutes=70)):
        assert messages_of(client.get("/password/reset/")) == []


def test_the_field_to_type_in_first_is_ready(nemo: Account) -> None:
    def ready(path: str, client: Client) -> list[str]:
        form = client.get(path).context["form"]
        return [name for name, field in form.fields.items() if field.widget.attrs.get("autofocus")]

    assert ready("/sign-in/", Client()) == ["email"]
    assert ready("/me/password/", window(nemo)) == ["current"]
