"""Sessions: they end by themselves, are listed, and are ended by oneself or by an administrator."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from accounts.models import Account
from accounts.running import device_of, running_sessions
from accounts.services.lifecycle import disable_account
from adminrights.events import Event
from adminrights.models import JournalEntry, Unit
from tests.accounts.pages import messages_of, signed_in, text_of
from tests.accounts.test_proof import stale
from tests.factories import PASSWORD, AccountFactory, UnitFactory
from tests.terminal import run

PAGE, SECURITY = "/sign-in/", "/me/security/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)


def window(account: Account, agent: str = FIREFOX) -> Client:
    """Return a browser in which the person has signed in by the form."""
    client = Client(headers={"User-Agent": agent})
    client.post(PAGE, {"email": account.email, "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


def replayed(client: Client) -> Client:
    """Return another browser with the cookie of this one."""
    thief = Client()
    thief.cookies["session"] = client.cookies["session"].value
    return thief


# ---- Limits


# S2 of the security bar
@pytest.mark.parametrize(("who", "minutes"), [("nemo", 60), ("ada", 30)])
def test_a_session_in_which_nothing_is_done_ends_on_the_server(
    request: pytest.FixtureRequest, who: str, minutes: int
) -> None:
    client = signed_in(request.getfixturevalue(who))
    cookie = replayed(client)
    with time_machine.travel(timedelta(minutes=minutes - 1)):
        assert is_in(client)
    with time_machine.travel(timedelta(minutes=2 * minutes)):
        answer = client.get("/me/profile/")
        assert answer["Location"] == "/sign-in/?next=/me/profile/"
        assert not is_in(cookie)
    assert not is_in(cookie)


# S2 of the security bar
def test_a_session_ends_after_half_a_day_whatever_is_done_in_it(nemo: Account) -> None:
    client = signed_in(nemo)
    for half in range(1, 24):
        with time_machine.travel(timedelta(minutes=30 * half)):
            assert is_in(client), half
    with time_machine.travel(timedelta(hours=12, minutes=1)):
        assert not is_in(client)


# ---- One's own


# S4 of the security bar
def test_one_sees_where_one_is_signed_in_and_ends_one_of_them(nemo: Account) -> None:
    here, elsewhere = window(nemo), window(nemo, CHROME)
    page = here.get(SECURITY)
    assert [(each.device, each.current) for each in page.context["sessions"]] == [
        ("Chrome on Linux", False),
        ("Firefox on Windows", True),
    ]
    other = page.context["sessions"][0]
    assert here.post(f"{SECURITY}sessions/{other.pk}/end/")["Location"] == SECURITY
    assert (is_in(here), is_in(elsewhere)) == (True, False)
    assert JournalEntry.objects.latest("sequence").event == Event.SESSION_ENDED


# S4 of the security bar
def test_one_signs_out_everywhere_else(nemo: Account) -> None:
    here, elsewhere = window(nemo), window(nemo, CHROME)
    before = here.cookies["session"].value
    here.post(f"{SECURITY}sessions/end/")
    assert (is_in(here), is_in(elsewhere)) == (True, False)
    assert here.cookies["session"].value != before
    assert [each.current for each in here.get(SECURITY).context["sessions"]] == [True]


# Z4
def test_nobody_ends_the_session_of_somebody_else(nemo: Account, grant: Account) -> None:
    theirs = window(nemo)
    [session] = running_sessions(nemo)
    window(grant).post(f"{SECURITY}sessions/{session.pk}/end/")
    assert is_in(theirs)


def test_a_session_that_is_over_is_not_listed(nemo: Account, ada: Account, unit: Unit) -> None:
    window(nemo)
    assert len(running_sessions(nemo)) == 1
    with time_machine.travel(timedelta(minutes=61)):
        assert running_sessions(nemo) == []
    disable_account(nemo, actor=ada, unit=unit)
    assert running_sessions(nemo) == []


def test_it_is_written_down_once_a_minute_that_somebody_is_there(nemo: Account) -> None:
    client = window(nemo)
    [before] = running_sessions(nemo)
    with time_machine.travel(timedelta(seconds=30)):
        client.get("/me/")
        assert running_sessions(nemo)[0].seen == before.seen
    with time_machine.travel(timedelta(seconds=90)):
        client.get("/me/")
        assert running_sessions(nemo)[0].seen > before.seen


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (CHROME, "Chrome on Linux"),
        ("curl/8", "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_a_browser_is_named_in_words(agent: str, words: str) -> None:
    assert device_of(agent) == words


# ---- Somebody's


# S4 of the security bar
def test_an_administrator_sees_and_ends_somebodys_sessions(nemo: Account, ada: Account) -> None:
    theirs, client = window(nemo), signed_in(ada)
    assert "Firefox on Windows" in text_of(client.get(nemo.get_absolute_url()))
    client.post(f"/accounts/{nemo.pk}/sessions/")
    assert not is_in(theirs)
    assert JournalEntry.objects.about(nemo)[0].event == Event.SESSIONS_ENDED
    assert "No device" in text_of(client.get(nemo.get_absolute_url()))


# S7 of the security bar
@pytest.mark.parametrize(
    "path", [f"{SECURITY}sessions/end/", f"{SECURITY}sessions/1/end/", "/accounts/1/sessions/"]
)
def test_looking_ends_no_session(ada: Account, path: str) -> None:
    client = window(ada)
    assert client.get(path).status_code == 405
    assert is_in(client)


# S4 of the security bar
def test_a_command_signs_somebody_out_everywhere(nemo: Account) -> None:
    theirs = window(nemo)
    call_command("end_sessions", nemo.email, verbosity=0)
    assert not is_in(theirs)


# ---- Everybody's


def everybodys(unit: Unit) -> str:
    return f"/units/{unit.pk}/sessions/end/"


# S4 of the security bar
def test_an_administrator_signs_everybody_out_and_stays(
    unit: Unit, ada: Account, nemo: Account, grant: Account
) -> None:
    here, own_other, theirs = window(ada), window(ada, CHROME), [window(nemo), window(grant)]
    elsewhere = window(AccountFactory(unit=UnitFactory(name="Elsewhere")))
    assert "You stay signed in here" in text_of(here.get(everybodys(unit)))
    assert all(map(is_in, theirs)), "looking ends nothing"
    answer = here.post(everybodys(unit))
    assert "3 people are signed out" in messages_of(here.get(answer["Location"]))[0]
    assert [is_in(each) for each in (here, own_other, *theirs, elsewhere)] == [
        True,
        False,
        False,
        False,
        True,
    ]
    entry = JournalEntry.objects.filter(event=Event.SESSIONS_ENDED).latest("sequence")
    assert (entry.actor, entry.target_id, entry.unit) == (ada, unit.pk, unit)


# S4, S5 of the security bar
def test_it_waits_for_the_proof_and_goes_on(unit: Unit, ada: Account, nemo: Account) -> None:
    here, theirs = stale(ada), window(nemo)
    assert here.post(everybodys(unit))["Location"].startswith("/me/confirm/")
    assert is_in(theirs)
    page = here.post("/me/confirm/", {"current": PASSWORD})
    here.post(page.context["kept"]["path"])
    assert (is_in(here), is_in(theirs)) == (True, False)


# Z4
def test_a_unit_below_signs_nobody_out(unit: Unit, ada: Account, nemo: Account) -> None:
    theirs = window(nemo)
    assert window(ada).post(everybodys(UnitFactory(parent=unit))).status_code == 404
    assert is_in(theirs)


# S4 of the security bar
def test_the_command_signs_everybody_out(unit: Unit, ada: Account, nemo: Account) -> None:
    theirs = window(nemo)
    assert run("end_sessions").code == 1
    assert run("end_sessions", nemo.email, "--all").code == 1
    assert run("end_sessions", "--all", "--actor", nemo.email).code == 4
    assert is_in(theirs)
    assert run("end_sessions", "--all").out.strip() == "2 people are signed out everywhere."
    assert not is_in(theirs)
