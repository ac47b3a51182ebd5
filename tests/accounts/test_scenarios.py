"""Acceptance scenarios from end to end: by the pages, the mail that goes out, and the links in it."""

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.access import effective
from accounts.models import Account, StatusPeriod, UnitAccess
from accounts.services.units import set_limits
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.models import Unit
from groups.models import Group, Membership
from tests.accounts.pages import path, signed_in, text_of
from tests.editing import send
from tests.factories import PASSWORD, AccountFactory, UnitFactory
from tests.post import deliver, link_in

NEW = {"first_name": "Ivy", "last_name": "Invited", "email": "ivy@example.org"}
CHOSEN = {"password": "a password of my own", "again": "a password of my own"}
BELOW = {"includes_subunits": True}


def add(viewer: Account, **data: Any) -> Any:
    return signed_in(viewer).post(path("account_create"), NEW | data, follow=True)


def ivy() -> Account:
    return Account.objects.get(email="ivy@example.org")


def follow(link: str) -> bool:
    """Follow a link as a stranger's browser does; whether it led to a password."""
    client = Client()
    client.get(link)
    return client.post(reverse("accounts:invitation_accept"), CHOSEN).status_code == 302


def signs_in(email: str, password: str) -> bool:
    sent = {"email": email, "password": password}
    return Client().post(reverse("accounts:sign_in"), sent).status_code == 302


def rights(account: Account, unit: Unit) -> set[str]:
    return set(effective(account, unit).effective)


# Scenario 3, S2-26, S3-112: mailed to finish the account
def test_the_link_in_the_one_mail_works_once_and_makes_the_account_active(ada: Account) -> None:
    add(ada, invite="on")
    [letter] = deliver()
    assert (letter.to, ivy().status, ivy().has_usable_password()) == (["ivy@example.org"], "pending", False)

    assert follow(link_in(letter))
    assert not follow(link_in(letter))

    assert (ivy().status, deliver()) == ("active", [])
    assert signs_in("ivy@example.org", CHOSEN["password"])


# Scenario 4, S0-45, S0-46, S0-47, T4, T5
def test_cancelled_and_reactivated_somebody_waits_in_silence_until_invited_again(ada: Account) -> None:
    add(ada, invite="on")
    [old] = deliver()
    client = signed_in(ada)

    client.post(path("invitation_cancel", ivy()))
    assert (ivy().status, deliver()) == ("disabled", [])
    client.post(path("account_reactivate", ivy()))
    assert (ivy().status, deliver()) == ("pending", [])
    assert not follow(link_in(old))

    client.post(path("invitation_resend", ivy()))
    [new] = deliver()
    assert (follow(link_in(new)), ivy().status) == (True, "active")


# Scenario 5, S2-36: disabled, somebody is kept
def test_who_is_disabled_and_reactivated_has_the_old_password_and_the_same_rights(
    unit: Unit, ada: Account, gwen: Account
) -> None:
    client, before = signed_in(ada), rights(gwen, unit)
    assert "ad_campaigns:delete" in before

    client.post(path("account_disable", gwen))
    gwen = Account.objects.get(pk=gwen.pk)
    assert (gwen.status, rights(gwen, unit)) == ("disabled", set())
    assert not signs_in(gwen.email, PASSWORD)
    client.post(path("account_reactivate", gwen))

    gwen = Account.objects.get(pk=gwen.pk)
    assert (gwen.status, rights(gwen, unit)) == ("active", before)
    assert signs_in(gwen.email, PASSWORD)


# Scenario 16, S3-T15, C-08
def test_who_manages_account_administrators_edits_people_but_not_their_roles(
    unit: Unit, nemo: Account, campaign_team: Group
) -> None:
    manager = AccountFactory(unit=unit, permissions=["settings.view", "settings.admins"])
    client = signed_in(manager)
    page = client.get(path("account_edit", nemo))
    assert "groups" not in page.context["form"].fields
    sent = {"first_name": "Captain", "last_name": "Nemo", "email": nemo.email}

    send(client, path("account_edit", nemo), sent | {"groups": [campaign_team.pk], "levels": ["customers:2"]})
    answers = [
        client.post(reverse("groups:member_add", args=[campaign_team.pk]), {"account": nemo.pk}),
        send(client, path("account_permissions", nemo), {"p-offers:list": "yes"}),
    ]

    nemo.refresh_from_db()
    assert nemo.name == "Captain Nemo"
    assert rights(nemo, unit) == set()
    assert {answer.status_code for answer in answers} == {403}


# Scenario 18, S3-103, C-17
def test_who_administers_the_root_works_in_every_unit_and_others_only_in_theirs(unit: Unit) -> None:
    north: Unit = UnitFactory(name="North", parent=unit)
    south: Unit = UnitFactory(name="South", parent=unit)
    people: dict[Unit, Account] = {place: AccountFactory(unit=place) for place in (north, south)}
    boss = AccountFactory(unit=unit, levels={"admin_rights": 2}, access=BELOW)
    keeper = AccountFactory(unit=north, levels={"admin_rights": 2})

    def sees(viewer: Account, place: Unit) -> set[int]:
        client = signed_in(viewer)
        switched = client.post(reverse("unit_switch"), {"unit": place.pk})
        opened = client.get(path("account_detail", people[place]))
        return {switched.status_code, opened.status_code}

    assert [sees(boss, place) for place in (north, south)] == [{302, 200}, {302, 200}]
    assert [sees(keeper, place) for place in (north, south)] == [{302, 200}, {404}]


# Scenario 19, S4-06, S4-42
def test_the_last_seat_is_counted_on_the_button_and_freed_by_a_removal(unit: Unit, ada: Account) -> None:
    client = signed_in(ada)
    set_limits(unit, {"seat_limit": 2}, actor=SYSTEM)

    def button() -> str:
        return str(client.get(path("account_list")).context["buttons"][0].label)

    assert button() == "Add account (1 of 2)"
    add(ada)
    assert button() == "Add account (2 of 2)"
    refused = add(ada, email="eve@example.org")
    assert (refused.status_code, Account.objects.count()) == (422, 2)

    client.post(path("account_remove", ivy()))

    assert button() == "Add account (1 of 2)"
    assert add(ada, email="eve@example.org").status_code == 200
    assert Account.objects.filter(email="eve@example.org").exists()


def crowd(unit: Unit, group: Group, count: int) -> None:
    """Add many accounts in one change, each with access and in the group."""
    with change(Event.ACCOUNT_CREATED, actor=SYSTEM) as c:
        people = [
            c.create(
                Account(
                    email=f"{number}@example.org",
                    email_key=f"{number}@example.org",
                    first_name="Some",
                    last_name=f"Body{number:03}",
                    status="active",
                    created_at=c.at,
                )
            )
            for number in range(count)
        ]
        c.start_all([StatusPeriod(account=each, status="active") for each in people])
        c.start_all([UnitAccess(account=each, unit=unit) for each in people])
        c.start_all([Membership(account=each, group=group) for each in people])


# Scenario 28
def test_all_accounts_costs_the_same_with_500(unit: Unit, ada: Account, campaign_team: Group) -> None:
    def cost() -> int:
        client = signed_in(ada)
        client.get(path("account_list"))
        with CaptureQueriesContext(connection) as caught:
            page = text_of(client.get(path("account_list")))
        assert f"{Account.objects.count()} accounts" in page
        return len(caught)

    # More than a new organisation has, which is told what to do first.
    for _number in range(3):
        AccountFactory(unit=unit, groups=[campaign_team])
    few = cost()
    crowd(unit, campaign_team, 500)

    assert cost() == few
