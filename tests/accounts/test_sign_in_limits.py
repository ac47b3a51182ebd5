"""Places and accounts that can't sign in right now: seen by administrators, and let in again."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import Account
from accounts.services.sessions import record_failed_sign_in
from adminrights.events import Event
from adminrights.models import JournalEntry, Unit
from tests.accounts.pages import messages_of, signed_in, text_of
from tests.accounts.test_throttle import FARAWAY, PER_RESET, PER_SOURCE, RESET, attack, attempt
from tests.factories import PASSWORD, AccountFactory, UnitFactory
from tests.terminal import run

PAGE, LIFT = "/sign-in-limits/", "/sign-in-limits/lift/"
NETWORK, IN_IT = "2001:db8:0:7::/64", ("2001:db8:0:7::1", "2001:db8:0:7:1:2:3:4")


@pytest.fixture
def shut(ada: Account) -> str:
    """A place from which nobody signs in now."""
    attack("nobody@example.org", PER_SOURCE + 1)
    return FARAWAY


@pytest.fixture
def others(unit: Unit) -> Account:
    """Administers another organisation on the same installation."""
    account: Account = AccountFactory(unit=UnitFactory(name="Elsewhere"), levels={"admin_rights": 2})
    return account


def listed(client: Client) -> list[tuple[str, str, int]]:
    limits = client.get(PAGE).context["limits"]
    return [(limit.source, limit.action, limit.tries) for limit in limits]


# A10
def test_a_place_is_listed_with_its_tries_and_its_end(shut: str, ada: Account) -> None:
    client = signed_in(ada)
    assert listed(client) == [(shut, "sign_in_source", PER_SOURCE)]
    [limit] = client.get(PAGE).context["limits"]
    assert timedelta(minutes=14) < limit.until - limit.since <= timedelta(minutes=15)
    page = text_of(client.get(PAGE))
    assert f"{PER_SOURCE} tries to sign in" in page
    assert f"until {limit.until:%H:%M:%S}" in page


# A10
def test_lifting_lets_the_place_try_again_and_is_journaled(shut: str, ada: Account, nemo: Account) -> None:
    client = signed_in(ada)
    answer = client.post(LIFT, {"source": shut})
    assert answer["Location"] == PAGE
    assert messages_of(client.get(PAGE)) == [f"Tries from {shut} are counted anew."]
    assert listed(client) == []
    entry = JournalEntry.objects.get(event=Event.SIGN_IN_LIMIT_LIFTED)
    assert (entry.actor, entry.data["changes"]) == (ada, [{"do": "note", "source": shut}])
    assert attempt(Client(), nemo.email, address=shut).status_code == 302


# A10
def test_a_limit_that_has_ended_is_not_listed_and_not_lifted(shut: str, ada: Account) -> None:
    with time_machine.travel(timedelta(minutes=15, seconds=5)):
        client = signed_in(ada)
        assert listed(client) == []
        client.post(LIFT, {"source": shut})
        assert messages_of(client.get(PAGE)) == ["This limit has ended already."]
    assert not JournalEntry.objects.filter(event=Event.SIGN_IN_LIMIT_LIFTED, outcome="done").exists()


# A10
def test_requests_for_new_passwords_are_listed_too(ada: Account) -> None:
    for _ in range(PER_RESET + 1):
        Client().post(RESET, {"email": "x@example.org"}, REMOTE_ADDR=FARAWAY)
    client = signed_in(ada)
    assert listed(client) == [(FARAWAY, "reset_source", PER_RESET)]
    assert f"{PER_RESET} requests for new passwords" in text_of(client.get(PAGE))


# Z4: a place is of no organisation, so one that shares the installation sees its own people's alone
def test_where_several_share_the_installation_each_sees_the_places_of_its_people(
    shut: str, ada: Account, nemo: Account, others: Account
) -> None:
    ours, theirs = signed_in(ada), signed_in(others)
    assert (listed(ours), listed(theirs)) == ([], [])
    for client in (ours, theirs):
        client.post(LIFT, {"source": shut})
    assert attempt(Client(), nemo.email, address=shut).status_code == 429
    assert run("lift_sign_in_limit", shut).code == 0
    attempt(Client(), nemo.email, address=shut)
    attack("nobody@example.org", PER_SOURCE + 1)
    with time_machine.travel(timedelta(minutes=1)):
        assert (len(listed(ours)), len(listed(theirs))) == (1, 0)
        ours.post(LIFT, {"source": shut})
        assert attempt(Client(), nemo.email, address=shut).status_code == 302


# A10: of IPv6 a network is a place
def test_an_office_is_known_by_its_network(ada: Account, nemo: Account, others: Account) -> None:
    attempt(Client(), nemo.email, address=IN_IT[0])
    attack("nobody@example.org", PER_SOURCE + 1, IN_IT[1])
    assert listed(signed_in(ada)) == [(NETWORK, "sign_in_source", PER_SOURCE)]
    assert listed(signed_in(others)) == []


# A10, T11
def test_locked_accounts_are_listed_and_unlocked(ada: Account, locked: Account, others: Account) -> None:
    client = signed_in(ada)
    page = text_of(client.get(PAGE))
    assert "Luke Locked" in page
    assert "1 wrong password" in page
    assert "Luke Locked" not in text_of(signed_in(others).get(PAGE))
    client.post(f"/accounts/{locked.pk}/unlock/")
    assert list(client.get(PAGE).context["locked"]) == []


def test_a_lock_that_has_ended_is_not_listed(ada: Account, locked: Account) -> None:
    with time_machine.travel(timedelta(minutes=15, seconds=5)):
        assert list(signed_in(ada).get(PAGE).context["locked"]) == []


# Z1
def test_at_the_terminal_an_actor_lifts_no_more_than_on_the_page(
    shut: str, ada: Account, nemo: Account, others: Account
) -> None:
    assert run("lift_sign_in_limit", shut, "--actor", nemo.email, "--unit", "Northwind").code == 4
    assert run("lift_sign_in_limit", shut, "--actor", others.email, "--unit", "Elsewhere").code == 1
    assert listed(signed_in(ada)) == []
    record_failed_sign_in(nemo.email)
    assert attempt(Client(), nemo.email, PASSWORD, shut).status_code == 429
