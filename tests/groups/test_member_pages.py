"""Membership: finding accounts by name or address, adding and removing them."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account
from accounts.services.rules import Wanted, start_rule
from adminrights.change import SYSTEM
from adminrights.models import Unit
from groups.models import Group
from groups.services import add_members, set_levels
from tests.factories import AccountFactory, UnitFactory


@pytest.fixture
def as_ada(client: Client, ada: Account) -> Client:
    client.force_login(ada)
    return client


def found(client: Client, group: Group, typed: str) -> str:
    response = client.get(reverse("groups:member_search", args=[group.pk]), {"find": typed})
    assert response.status_code == 200
    return response.content.decode()


# S1-33: existing accounts, shown by name and e-mail
@pytest.mark.parametrize("typed", ["nemo", "NOBODY", "nemo.nobody@", "nob nem"])
def test_accounts_are_found_by_name_or_address_as_one_types(
    as_ada: Client, campaign_team: Group, nemo: Account, typed: str
) -> None:
    page = found(as_ada, campaign_team, typed)

    assert "Nemo Nobody" in page
    assert nemo.email in page
    assert f'value="{nemo.pk}"' in page


def test_a_member_is_shown_as_one_and_not_offered(
    as_ada: Client, campaign_team: Group, gwen: Account
) -> None:
    page = found(as_ada, campaign_team, "gwen")

    assert "already a member" in page
    assert f'value="{gwen.pk}"' not in page


def test_at_most_twenty_are_shown_and_it_costs_the_same(as_ada: Client, campaign_team: Group) -> None:
    for number in range(25):
        AccountFactory(unit=campaign_team.unit, first_name="Many", last_name=f"Person{number}")
    found(as_ada, campaign_team, "person24")  # what is read once only after a change
    with CaptureQueriesContext(connection) as one:
        found(as_ada, campaign_team, "person24")
    with CaptureQueriesContext(connection) as many:
        page = found(as_ada, campaign_team, "many")

    assert page.count('name="account"') == 20
    assert len(one) == len(many)


@pytest.mark.parametrize("typed", ["", "   ", "%", "zzzz"])
def test_nothing_is_found_by_nothing(as_ada: Client, campaign_team: Group, gwen: Account, typed: str) -> None:
    assert 'name="account"' not in found(as_ada, campaign_team, typed)


def test_somebody_elses_people_are_not_found(as_ada: Client, campaign_team: Group) -> None:
    AccountFactory(unit=UnitFactory(name="Elsewhere"), first_name="Foreign")

    assert "Foreign" not in found(as_ada, campaign_team, "foreign")


def test_without_scripts_the_page_itself_searches(
    as_ada: Client, campaign_team: Group, nemo: Account
) -> None:
    page = as_ada.get(campaign_team.get_absolute_url(), {"find": "nemo"}).content.decode()

    assert nemo.email in page
    assert reverse("groups:member_add", args=[campaign_team.pk]) in page


# S0-55, S1-53, S1-55
def test_adding_and_removing_a_member(
    as_ada: Client, unit: Unit, campaign_team: Group, nemo: Account
) -> None:
    sent = {"account": nemo.pk}

    added = as_ada.post(reverse("groups:member_add", args=[campaign_team.pk]), sent, follow=True)
    assert "Nemo Nobody is in Campaign team now" in added.content.decode()
    assert nemo.has_perm("ad_campaigns:list", unit)

    removed = as_ada.post(reverse("groups:member_remove", args=[campaign_team.pk]), sent, follow=True)
    assert "Nemo Nobody is no longer in Campaign team" in removed.content.decode()
    assert not nemo.has_perm("ad_campaigns:list", unit)


def test_whoever_was_taken_out_can_be_put_back_at_once(
    as_ada: Client, campaign_team: Group, gwen: Account
) -> None:
    sent = {"account": gwen.pk}

    removed = as_ada.post(reverse("groups:member_remove", args=[campaign_team.pk]), sent, follow=True)
    back = as_ada.post(reverse("groups:member_add", args=[campaign_team.pk]), sent, follow=True)

    assert "Put Gwen Group back" in removed.content.decode()
    assert "Put Gwen Group back" not in back.content.decode()


def test_after_adding_the_search_waits_for_the_next_one(
    as_ada: Client, campaign_team: Group, nemo: Account
) -> None:
    sent = {"account": nemo.pk}

    added = as_ada.post(reverse("groups:member_add", args=[campaign_team.pk]), sent, follow=True)

    assert "autofocus" in added.content.decode()


@pytest.mark.parametrize("typed", ["0", "x", "9" * 30, "٣", ""])
def test_nobody_is_put_back_whom_nobody_took_out(as_ada: Client, campaign_team: Group, typed: str) -> None:
    page = as_ada.get(campaign_team.get_absolute_url(), {"removed": typed})

    assert "mistake" not in page.content.decode()


@pytest.mark.parametrize(
    "sent", [{}, {"account": "0"}, {"account": "x"}, {"account": "9" * 30}, {"account": "٣"}]
)
@pytest.mark.parametrize("name", ["member_add", "member_remove"])
def test_an_unknown_account_is_not_found(
    as_ada: Client, campaign_team: Group, name: str, sent: dict[str, str]
) -> None:
    assert as_ada.post(reverse(f"groups:{name}", args=[campaign_team.pk]), sent).status_code == 404


def test_a_refusal_is_told_on_the_page(
    client: Client, helen: Account, nemo: Account, campaign_team: Group
) -> None:
    client.force_login(helen)

    response = client.post(
        reverse("groups:member_add", args=[campaign_team.pk]), {"account": nemo.pk}, follow=True
    )

    assert "You may not give Nemo Nobody" in response.content.decode()
    assert not campaign_team.memberships.live().exists()


def test_ones_own_row_keeps_the_room_of_the_button_that_it_lacks(
    as_ada: Client, ada: Account, nemo: Account, campaign_team: Group
) -> None:
    add_members(campaign_team, [ada, nemo], actor=SYSTEM)

    page = as_ada.get(campaign_team.get_absolute_url()).content.decode()

    assert (page.count("Set dates of Nemo"), page.count("Set dates of Ada")) == (1, 0)
    assert page.count("icon-room") == 1


def test_what_is_refused_is_not_announced_as_well(
    as_ada: Client, unit: Unit, nemo: Account, campaign_team: Group
) -> None:
    add_members(campaign_team, [nemo], actor=SYSTEM)
    set_levels(campaign_team, {"admin_rights": 2}, actor=SYSTEM)
    start_rule(Wanted("least", "accounts:update", least=2), unit=unit, actor=SYSTEM)

    page = as_ada.get(reverse("groups:group_delete", args=[campaign_team.pk])).content.decode()

    assert "This would break the rule" in page
    assert "is deleted for good" not in page


def test_the_members_of_a_large_group_come_in_pages(
    as_ada: Client, ada: Account, campaign_team: Group
) -> None:
    people = [AccountFactory(unit=campaign_team.unit, last_name=f"Person{n:02}") for n in range(15)]
    add_members(campaign_team, people, actor=ada)

    first = as_ada.get(campaign_team.get_absolute_url()).content.decode()
    second = as_ada.get(campaign_team.get_absolute_url(), {"page": "2"}).content.decode()

    assert "Person11" in first
    assert "Person12" not in first
    assert "Person12" in second


def test_the_page_of_a_group_costs_the_same_for_many_members(
    as_ada: Client, ada: Account, campaign_team: Group, gwen: Account
) -> None:
    def cost() -> int:
        as_ada.get(campaign_team.get_absolute_url())  # what is read once only after a change
        with CaptureQueriesContext(connection) as queries:
            as_ada.get(campaign_team.get_absolute_url())
        return len(queries)

    few = cost()
    add_members(campaign_team, [AccountFactory(unit=campaign_team.unit) for _number in range(9)], actor=ada)

    assert cost() == few


def test_the_rights_of_who_is_not_active_yet_are_said_to_wait(
    as_ada: Client, campaign_team: Group, penny: Account, nemo: Account
) -> None:
    add = reverse("groups:member_add", args=[campaign_team.pk])

    pending = as_ada.post(add, {"account": penny.pk}, follow=True)
    active = as_ada.post(add, {"account": nemo.pk}, follow=True)

    later = "is in Campaign team now, and has its rights as soon as the account is active."
    assert later in pending.content.decode()
    assert later not in active.content.decode()
    assert "is in Campaign team now and has its rights." in active.content.decode()
