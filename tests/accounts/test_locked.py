"""A locked account: seen, told to those who may unlock it, and unlocked; also with several units."""

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Account, Grant, UnitAccess
from accounts.services.sessions import record_failed_sign_in
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.models import Unit
from adminrights.services import set_owner
from tests.factories import AccountFactory, UnitFactory
from tests.post import deliver, link_in

KEEPER = ["accounts:list", "accounts:get", "accounts:update"]


@pytest.fixture
def north(unit: Unit) -> Unit:
    """One unit below the organisation."""
    below: Unit = UnitFactory(name="North", parent=unit)
    return below


@pytest.fixture
def south(unit: Unit) -> Unit:
    """Another unit below the organisation."""
    below: Unit = UnitFactory(name="South", parent=unit)
    return below


def lock(account: Account, settings: Settings) -> None:
    settings.LOCK_AFTER_FAILURES = 1
    record_failed_sign_in(account.email)


def warnings() -> list[EmailMultiAlternatives]:
    return [message for message in deliver() if "locked" in message.subject]


def addresses() -> list[str]:
    return sorted(message.to[0] for message in warnings())


# S2-33: the list has a column for it, and a filter
def test_a_locked_account_shows_in_the_list(client: Client, ada: Account, locked: Account) -> None:
    client.force_login(ada)

    shown = client.get(reverse("accounts:account_list"), {"status": "locked"}).content.decode()

    assert locked.name in shown
    assert "Locked" in shown[shown.index("<tbody") :]
    assert ada.email not in shown[shown.index("<tbody") :]


# S2-33: the page has the mark and the button
def test_the_page_of_a_locked_account_unlocks_it(client: Client, ada: Account, locked: Account) -> None:
    client.force_login(ada)
    unlock = reverse("accounts:account_unlock", args=[locked.pk])

    before = client.get(locked.get_absolute_url()).content.decode()
    client.post(unlock)
    after = client.get(locked.get_absolute_url()).content.decode()

    assert unlock in before
    assert unlock not in after


# S2-34: who keeps accounts in another unit isn't told
def test_a_lock_is_told_where_the_account_is(
    unit: Unit, north: Unit, south: Unit, settings: Settings
) -> None:
    owner = AccountFactory(unit=unit)
    set_owner(unit, owner, actor=SYSTEM)
    here = AccountFactory(unit=north, permissions=KEEPER)
    above = AccountFactory(unit=unit, access={"includes_subunits": True}, permissions=KEEPER)
    AccountFactory(unit=south, permissions=KEEPER)
    AccountFactory(unit=unit, permissions=KEEPER)

    lock(AccountFactory(unit=north), settings)

    assert addresses() == sorted([owner.email, here.email, above.email])


# S2-34: the link leads to the page with the button, in the right unit
def test_the_link_leads_into_the_unit_of_the_account(
    client: Client, unit: Unit, north: Unit, south: Unit, settings: Settings
) -> None:
    keeper = AccountFactory(unit=north, permissions=KEEPER)
    add_unit(keeper, south)
    locked = AccountFactory(unit=south)
    lock(locked, settings)
    client.force_login(keeper)

    assert client.get(locked.get_absolute_url()).status_code == 404
    answer = client.get(link_in(warnings()[0]), follow=True)

    assert answer.redirect_chain == [(locked.get_absolute_url(), 302)]
    assert reverse("accounts:account_unlock", args=[locked.pk]) in answer.content.decode()


def add_unit(account: Account, unit: Unit) -> None:
    """Let the account keep accounts in one more unit."""
    with change(Event.ACCOUNT_ACCESS_CHANGED, actor=SYSTEM, unit=unit) as c:
        c.start(UnitAccess(account=account, unit=unit))
        c.start_all([Grant(account=account, unit=unit, permission_id=key) for key in KEEPER])


def test_the_way_in_tells_nobody_more_than_they_may_know(
    client: Client, north: Unit, south: Unit, unit: Unit
) -> None:
    keeper = AccountFactory(unit=north, permissions=KEEPER)
    client.force_login(keeper)
    mine, foreign = AccountFactory(unit=north), AccountFactory(unit=south)

    def status(where: Unit, pk: int) -> int:
        return client.get(reverse("accounts:account_in_unit", args=[where.pk, pk])).status_code

    assert status(north, mine.pk) == 302
    assert [status(south, foreign.pk), status(north, foreign.pk), status(north, 999_999)] == [404] * 3


def test_the_way_in_asks_for_the_permission_there(client: Client, north: Unit) -> None:
    client.force_login(AccountFactory(unit=north))
    other = AccountFactory(unit=north)

    assert client.get(reverse("accounts:account_in_unit", args=[north.pk, other.pk])).status_code == 404
