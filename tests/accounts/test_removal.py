"""Removing somebody, what stays, and adding the same person again; the dialog of details."""

from typing import Any

import pytest

from accounts.access import effective, may
from accounts.models import Account, Grant, UnitAccess
from accounts.services.known_accounts import add_known_account
from accounts.services.lifecycle import create_account, remove_account, update_account
from adminrights.change import SYSTEM
from adminrights.exceptions import OwnAccount
from adminrights.models import JournalEntry, OutgoingMail, Unit
from groups.models import Group, Membership
from groups.services import create_group
from tests.accounts.pages import labels, messages_of, path, signed_in, text_of
from tests.editing import opened, send
from tests.factories import AccountFactory, UnitFactory


@pytest.fixture
def north(unit: Unit) -> Unit:
    return UnitFactory(parent=unit, name="North")


@pytest.fixture
def boss(unit: Unit, north: Unit, otto: Account) -> Account:
    """Administers the root and everything below."""
    return AccountFactory(
        unit=unit,
        first_name="Bea",
        last_name="Boss",
        levels={"admin_rights": 2},
        access={"includes_subunits": True},
    )


def removal(viewer: Account, account: Account) -> str:
    return text_of(signed_in(viewer).get(path("account_remove", account)))


# S4-32
def test_the_details_open_in_a_dialog_from_the_row(boss: Account, gwen: Account) -> None:
    table = signed_in(boss).get(path("account_list"))
    details = path("account_details", gwen)
    assert f'hx-get="{details}"' in table.content.decode()
    headers: Any = {"HX-Request": "true", "HX-Target": "dialog"}
    response = signed_in(boss).get(details, headers=headers)
    assert "<html" not in response.content.decode()
    assert 'value="Gwen"' in response.content.decode()


# S4-32
def test_update_saves_the_details(boss: Account, gwen: Account) -> None:
    sent = {"first_name": "Gwendolyn", "last_name": "Group", "email": gwen.email, "phone": "1"}
    response = send(signed_in(boss), path("account_details", gwen), sent, follow=True)
    gwen.refresh_from_db()
    assert (gwen.first_name, gwen.phone) == ("Gwendolyn", "1")
    assert messages_of(response) == ["Saved."]


def test_details_that_somebody_else_changed_meanwhile_are_not_overwritten(
    boss: Account, gwen: Account, unit: Unit
) -> None:
    client = signed_in(boss)
    sent = opened(client, path("account_details", gwen))
    update_account(gwen, actor=SYSTEM, unit=unit, phone="2")
    sent |= {"first_name": "Gwen", "last_name": "Group", "email": gwen.email, "phone": "1"}
    response = client.post(path("account_details", gwen), sent)
    gwen.refresh_from_db()
    assert (response.status_code, gwen.phone) == (409, "2")
    assert "this was changed while you had it open" in text_of(response)


# S4-33
def test_delete_is_in_the_same_dialog(boss: Account, gwen: Account) -> None:
    page = signed_in(boss).get(path("account_details", gwen)).content.decode()
    assert f'hx-get="{path("account_remove", gwen)}"' in page
    assert (
        path("account_remove", boss)
        not in signed_in(boss).get(path("account_details", boss)).content.decode()
    )


def test_with_a_single_unit_the_row_has_no_further_entry(ada: Account, gwen: Account) -> None:
    assert path("account_details", gwen) not in signed_in(ada).get(path("account_list")).content.decode()


# S4-34
def test_the_page_lists_what_goes_unit_by_unit(boss: Account, gwen: Account, unit: Unit, north: Unit) -> None:
    add_known_account(gwen.email, unit=north, actor=SYSTEM, levels={"offers": 1})
    words = removal(boss, gwen)
    assert "Ends in Northwind: access, the group Campaign team." in words
    assert "Ends in North: access, 1 own right." in words


# S4-34, S4-35, S4-36
def test_the_page_says_what_stays(boss: Account, gwen: Account) -> None:
    words = removal(boss, gwen)
    assert "Access to other organisations, if there is any, stays as it is." in words
    assert "What the person has made stays, and goes on bearing their name." in words


# S4-34
def test_with_a_single_unit_it_lists_the_same_without_that_word(ada: Account, gwen: Account) -> None:
    words = removal(ada, gwen)
    assert "Ends: access, the group Campaign team." in words
    assert not {"unit", "units"} & set(words.lower().split())


# S4-34: T12, scenario 20
def test_removing_ends_everything_under_the_root(
    boss: Account, gwen: Account, unit: Unit, north: Unit
) -> None:
    add_known_account(gwen.email, unit=north, actor=SYSTEM, levels={"offers": 1})
    signed_in(boss).post(path("account_remove", gwen))
    for kind in (UnitAccess, Grant, Membership):
        assert not kind.objects.live().filter(account=gwen).exists()
    assert effective(gwen, north).effective == {}


# Scenario 24
def test_nobody_removes_themselves(boss: Account, unit: Unit) -> None:
    with pytest.raises(OwnAccount):
        remove_account(boss, actor=boss, unit=unit)


# S4-36, S4-37: scenario 21
def test_the_name_stays_on_what_the_person_made(boss: Account, otto: Account, unit: Unit) -> None:
    helga = AccountFactory(unit=unit, first_name="Helga", last_name="Gone", levels={"admin_rights": 2})
    made = create_account(
        email="made@example.org",
        first_name="Maud",
        last_name="Made",
        unit=unit,
        actor=helga,
        levels={"offers": 1},
        invite=False,
    )
    team = create_group(unit=unit, name="helgas", display_name="Helga's", actor=helga)
    remove_account(helga, actor=boss, unit=unit)
    words = text_of(signed_in(boss).get(path("account_detail", made)))
    assert "by Helga Gone" in words
    assert JournalEntry.objects.about(team).filter(actor=helga, actor_label__contains="Helga Gone").exists()
    assert Grant.objects.live().get(account=made).started_by == helga
    assert may(made, "offers:list", unit) is False


# S4-36
def test_what_the_person_made_goes_on_working(boss: Account, unit: Unit, nemo: Account) -> None:
    helga = AccountFactory(unit=unit, first_name="Helga", last_name="Gone", levels={"admin_rights": 2})
    team = create_group(unit=unit, name="helgas", display_name="Helga's", actor=helga)
    add_to = Group.objects.in_unit(unit).get(pk=team.pk)
    remove_account(helga, actor=boss, unit=unit)
    assert add_to in Group.objects.in_unit(unit)
    assert labels(signed_in(boss).get(path("account_detail", nemo)).context["tabs"])[0] == "Overview"


# S4-38: scenario 21
def test_the_person_can_be_added_again_like_a_new_one(boss: Account, gwen: Account, unit: Unit) -> None:
    remove_account(gwen, actor=boss, unit=unit)
    client = signed_in(boss)
    client.post(path("account_address"), {"email": gwen.email, "add": "1"})
    send(client, path("account_permissions", gwen), {"p-offers:list": "yes"})
    gwen.refresh_from_db()
    assert may(gwen, "offers:list", unit)
    assert gwen.status == Account.Status.ACTIVE
    assert not OutgoingMail.objects.filter(account=gwen).exists()


# S4-38, S4-37
def test_the_history_tells_of_both(boss: Account, gwen: Account, unit: Unit) -> None:
    remove_account(gwen, actor=boss, unit=unit)
    add_known_account(gwen.email, unit=unit, actor=boss)
    words = text_of(signed_in(boss).get(path("account_history", gwen)))
    assert "Access removed" in words
    assert "Access given" in words
