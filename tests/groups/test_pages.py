"""All Groups, New Group, the page of a group, its roles, its levels, its deletion."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account
from adminrights.models import Unit
from groups.models import Group
from groups.services import add_members, set_levels
from roles.models import Role
from tests.editing import send
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory


@pytest.fixture
def as_ada(client: Client, ada: Account) -> Client:
    client.force_login(ada)
    return client


def text(client: Client, name: str, *args: object, **query: str) -> str:
    response = client.get(reverse(f"groups:{name}", args=args), query)
    assert response.status_code == 200, response.content
    return response.content.decode().replace("<wbr>", "")


def roles(group: Group) -> set[str]:
    return {fact.role.name for fact in group.role_facts.live().select_related("role")}


# S0-23, S0-24, S0-25, S1-29, C-04: ID and name, which leads to the group; its members
def test_all_groups_shows_id_name_members_and_roles(
    as_ada: Client, campaign_team: Group, gwen: Account
) -> None:
    page = text(as_ada, "group_list")

    row = page[page.index("<tbody") :]
    assert f">{campaign_team.pk}</td>" in row
    assert f'href="{campaign_team.get_absolute_url()}">Campaign team</a>' in row
    assert "Gwen Group" in row
    assert "Campaigns admin" in row


# S0-25
def test_a_large_group_shows_the_first_members_and_how_many_more(
    as_ada: Client, ada: Account, campaign_team: Group
) -> None:
    people = [AccountFactory(unit=campaign_team.unit, last_name=f"Person{n}") for n in range(5)]
    add_members(campaign_team, people, actor=ada)

    assert "and 2 more" in text(as_ada, "group_list")


# S1-30
def test_the_quick_actions_stand_at_the_far_right(as_ada: Client, campaign_team: Group) -> None:
    page = text(as_ada, "group_list")

    last_cell = page[page.rindex("<td") :]
    assert reverse("groups:group_delete", args=[campaign_team.pk]) in last_cell


def test_searching_finds_by_name(as_ada: Client, unit: Unit, campaign_team: Group) -> None:
    GroupFactory(unit=unit, display_name="Support")

    page = text(as_ada, "group_list", q="supp")

    assert "Support" in page
    assert "Campaign team" not in page


@pytest.mark.parametrize("sort", ["id", "-name", "members", "-roles"])
def test_every_column_sorts(as_ada: Client, campaign_team: Group, sort: str) -> None:
    assert "Campaign team" in text(as_ada, "group_list", sort=sort)


def test_the_list_costs_the_same_for_many_groups(
    as_ada: Client, unit: Unit, campaigns_admin: Role, gwen: Account
) -> None:
    def cost() -> int:
        # The day's first use of a right is written down.
        text(as_ada, "group_list")
        with CaptureQueriesContext(connection) as queries:
            text(as_ada, "group_list")
        return len(queries)

    few = cost()
    for _number in range(12):
        GroupFactory(unit=unit, roles=[campaigns_admin], members=[gwen])

    assert cost() == few


def test_a_group_elsewhere_is_neither_listed_nor_found(as_ada: Client) -> None:
    foreign = GroupFactory(unit=UnitFactory(name="Elsewhere"), display_name="Strangers")

    assert "Strangers" not in text(as_ada, "group_list")
    assert as_ada.get(foreign.get_absolute_url()).status_code == 404


def test_the_history_says_what_became_of_the_group_when_something_else_happened(
    as_ada: Client, campaign_team: Group
) -> None:
    AccountFactory(unit=campaign_team.unit, first_name="Nora", last_name="New", groups=[campaign_team])

    page = text(as_ada, "group_detail", campaign_team.pk)

    assert "Members changed: Account created" in page
    assert reverse("accounts:compare", query={"left": f"group:{campaign_team.pk}"}) in page


# S0-51, S1-31, S1-52
def test_create_group_opens_the_short_form(as_ada: Client) -> None:
    url = reverse("groups:group_create")
    assert f'hx-get="{url}"' in text(as_ada, "group_list")

    dialog = as_ada.get(url, headers={"HX-Request": "true", "HX-Target": "dialog"}).content.decode()
    assert 'name="name"' in dialog
    assert 'name="display_name"' in dialog
    assert "<html" not in dialog


# S0-26, S1-52
def test_saving_a_new_group_shows_it(as_ada: Client) -> None:
    response = as_ada.post(reverse("groups:group_create"), {"name": "", "display_name": "Builders"})

    assert response["Location"] == Group.objects.get(name="builders").get_absolute_url()


def test_a_refused_form_keeps_what_was_typed(as_ada: Client, campaign_team: Group) -> None:
    typed = {"name": campaign_team.name, "display_name": "Typed once"}

    response = as_ada.post(reverse("groups:group_create"), typed)

    assert response.status_code == 422
    assert "Typed once" in response.content.decode()


# S1-28, S1-32
def test_the_page_of_a_group_shows_members_and_roles(
    as_ada: Client, campaign_team: Group, campaigns_admin: Role, gwen: Account
) -> None:
    page = text(as_ada, "group_detail", campaign_team.pk)

    assert gwen.email in page
    assert campaigns_admin.get_absolute_url() in page


# S0-54: the Edit button stands at the upper right
def test_the_page_of_a_group_has_an_edit_button_at_the_top(as_ada: Client, campaign_team: Group) -> None:
    page = text(as_ada, "group_detail", campaign_team.pk)

    assert reverse("groups:group_edit", args=[campaign_team.pk]) in page[: page.index('id="members"')]


# S0-54
def test_the_details_can_be_edited(as_ada: Client, campaign_team: Group) -> None:
    details = {"name": "builders", "display_name": "Builders", "description": "Build"}

    send(as_ada, reverse("groups:group_edit", args=[campaign_team.pk]), details)

    campaign_team.refresh_from_db()
    assert (campaign_team.name, campaign_team.description) == ("builders", "Build")


# S0-58
def test_who_may_only_look_is_offered_nothing_else(
    client: Client, unit: Unit, campaign_team: Group, gwen: Account
) -> None:
    client.force_login(AccountFactory(unit=unit, permissions=["groups:list", "groups:get"]))

    pages = text(client, "group_list") + text(client, "group_detail", campaign_team.pk)

    for name in ("group_edit", "group_delete", "group_roles", "group_levels", "member_add", "member_remove"):
        assert reverse(f"groups:{name}", args=[campaign_team.pk]) not in pages
    assert reverse("groups:group_create") not in pages


def test_who_may_not_see_members_sees_only_how_many(
    client: Client, unit: Unit, campaign_team: Group, gwen: Account
) -> None:
    client.force_login(AccountFactory(unit=unit, permissions=["groups:list", "groups:get"]))

    pages = text(client, "group_list") + text(client, "group_detail", campaign_team.pk)

    assert "Gwen" not in pages
    assert "1 member" in pages


# S1-34, S1-53, S1-55
def test_assignment_offers_the_roles_and_saves_the_picked_ones(
    as_ada: Client, unit: Unit, campaign_team: Group, campaigns_admin: Role
) -> None:
    other = RoleFactory(unit=unit, name="starters", display_name="Starters")
    RoleFactory(unit=UnitFactory(name="Elsewhere"), display_name="Foreign role")
    page = text(as_ada, "group_roles", campaign_team.pk)
    assert "Starters" in page
    assert "Foreign role" not in page

    send(as_ada, reverse("groups:group_roles", args=[campaign_team.pk]), {"roles": [other.pk]})

    assert roles(campaign_team) == {"starters"}


@pytest.mark.parametrize("sent", ["999999", "x", "-1"])
def test_an_unknown_role_is_refused(as_ada: Client, campaign_team: Group, sent: str) -> None:
    response = as_ada.post(reverse("groups:group_roles", args=[campaign_team.pk]), {"roles": [sent]})

    assert response.status_code == 422
    assert roles(campaign_team) == {"campaigns_admin"}


# S0-52, C-02: ticks are the built-in level roles that the group carries
def test_the_matrix_ticks_the_levels_of_the_group(as_ada: Client, ada: Account, campaign_team: Group) -> None:
    set_levels(campaign_team, {"customers": 2}, actor=ada)

    page = text(as_ada, "group_levels", campaign_team.pk)

    for value, ticked in (("customers:1", True), ("customers:2", True), ("contacts:1", False)):
        tick = page[page.index(f'value="{value}"') :]
        assert ("checked" in tick[: tick.index(">")]) == ticked


# S0-36
def test_the_matrix_does_not_offer_what_a_module_lacks(as_ada: Client, campaign_team: Group) -> None:
    page = text(as_ada, "group_levels", campaign_team.pk)

    assert 'value="campaigns:3"' in page
    assert 'value="customers:3"' not in page


# S0-52, S0-53, S0-55
def test_saved_levels_are_the_highest_tick_of_each_module(
    as_ada: Client, campaign_team: Group, gwen: Account
) -> None:
    ticks = ["customers:1", "customers:2", "campaigns:1"]

    send(as_ada, reverse("groups:group_levels", args=[campaign_team.pk]), {"levels": ticks})

    assert roles(campaign_team) == {"campaigns_admin", "customers_write", "campaigns_read"}
    assert gwen.has_perm("user_profiles:update", campaign_team.unit)


# S0-36
@pytest.mark.parametrize("sent", ["customers:3", "nothing:1", "customers", "customers:1:2"])
def test_a_level_that_is_not_offered_is_refused(as_ada: Client, campaign_team: Group, sent: str) -> None:
    response = as_ada.post(reverse("groups:group_levels", args=[campaign_team.pk]), {"levels": [sent]})

    assert response.status_code == 422
    assert "is not a level that a module offers" in response.content.decode()
    assert roles(campaign_team) == {"campaigns_admin"}


# S1-30
def test_deleting_asks_and_says_who_loses_what(as_ada: Client, campaign_team: Group, gwen: Account) -> None:
    asked = text(as_ada, "group_delete", campaign_team.pk)
    response = as_ada.post(reverse("groups:group_delete", args=[campaign_team.pk]))

    assert "Gwen Group loses: Ad campaigns (" in asked
    assert response["Location"] == reverse("groups:group_list")
    assert not gwen.has_perm("ad_campaigns:list", campaign_team.unit)


# S1-53: a group may be made before it has members; its page says what is missing
def test_an_empty_group_says_so(as_ada: Client, unit: Unit) -> None:
    page = text(as_ada, "group_detail", GroupFactory(unit=unit).pk)

    assert "Nobody is in this group yet." in page
    assert "No roles yet. Without roles and levels" in page


# S0-52: levels give rights too, so "no roles" is not "no rights"
def test_a_group_with_levels_alone_points_to_them(as_ada: Client, ada: Account, unit: Unit) -> None:
    group = GroupFactory(unit=unit)
    set_levels(group, {"customers": 1}, actor=ada)

    assert "No roles. Members have the module levels below." in text(as_ada, "group_detail", group.pk)


def test_deleting_an_empty_group_speaks_of_no_members(as_ada: Client, unit: Unit) -> None:
    assert "Nobody is in it." in text(as_ada, "group_delete", GroupFactory(unit=unit).pk)
