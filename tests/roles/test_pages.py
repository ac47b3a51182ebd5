"""All Roles, New Role, the page of a role, copy and delete."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account
from adminrights.models import Unit
from groups.models import Group
from roles.models import Role
from roles.services import permissions_of, set_rule
from tests.editing import send
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory


@pytest.fixture
def as_ada(client: Client, ada: Account) -> Client:
    client.force_login(ada)
    return client


def text(client: Client, name: str, *args: object, **query: str) -> str:
    response = client.get(reverse(f"roles:{name}", args=args), query)
    assert response.status_code == 200, response.content
    return response.content.decode()


# S1-40, S1-41: ID and name, and the quick actions at the far right
def test_all_roles_shows_id_name_rules_and_who_uses_it(
    as_ada: Client, campaigns_admin: Role, campaign_team: Group
) -> None:
    page = text(as_ada, "role_list")

    row = page[page.index("<tbody") :]
    assert f">{campaigns_admin.pk}</td>" in row
    assert "Campaigns admin" in row
    assert ">2</td>" in row
    assert "1 group" in row


# S1-41
def test_the_quick_actions_stand_at_the_far_right(as_ada: Client, campaigns_admin: Role) -> None:
    page = text(as_ada, "role_list")

    last_cell = page[page.rindex("<td") :]
    for step in ("detail", "copy", "delete"):
        assert reverse(f"roles:role_{step}", args=[campaigns_admin.pk]) in last_cell


def test_built_in_roles_show_when_asked_for(as_ada: Client, campaigns_admin: Role) -> None:
    assert "Customers: Read" not in text(as_ada, "role_list")

    built_in = text(as_ada, "role_list", kind="built_in")
    assert "Customers: Read" in built_in
    assert "Campaigns admin" not in built_in


def test_searching_finds_by_name(as_ada: Client, campaigns_admin: Role) -> None:
    RoleFactory(unit=campaigns_admin.unit, display_name="Support desk")

    page = text(as_ada, "role_list", q="SUPP")

    assert "Support desk" in page
    assert "Campaigns admin" not in page


def test_a_search_as_one_types_gets_only_the_results(as_ada: Client, campaigns_admin: Role) -> None:
    response = as_ada.get(reverse("roles:role_list"), {"q": "camp"}, headers={"HX-Request": "true"})

    page = response.content.decode()
    assert 'id="results"' in page
    assert "<html" not in page


@pytest.mark.parametrize("sort", ["id", "-name", "rules", "-used_by"])
def test_every_column_sorts(as_ada: Client, campaigns_admin: Role, sort: str) -> None:
    assert "Campaigns admin" in text(as_ada, "role_list", sort=sort)


def test_an_empty_list_says_what_a_role_is(as_ada: Client) -> None:
    assert "No roles of your own yet" in text(as_ada, "role_list")


def test_the_list_costs_the_same_for_many_roles(as_ada: Client, campaigns_admin: Role) -> None:
    def cost() -> int:
        # The day's first use of a right is written down.
        text(as_ada, "role_list")
        with CaptureQueriesContext(connection) as queries:
            text(as_ada, "role_list")
        return len(queries)

    few = cost()
    for _number in range(12):
        role = RoleFactory(unit=campaigns_admin.unit, rules=["ad_campaigns:list"])
        GroupFactory(unit=campaigns_admin.unit, roles=[role])

    assert cost() == few


# S1-42, S1-56: the short form opens in a dialog and works as a page
def test_the_new_role_form_is_a_page_and_a_dialog(as_ada: Client) -> None:
    page = text(as_ada, "role_create")
    dialog = as_ada.get(
        reverse("roles:role_create"), headers={"HX-Request": "true", "HX-Target": "dialog"}
    ).content.decode()

    for form in (page, dialog):
        assert 'name="display_name"' in form
        assert 'name="name"' in form
    assert "<html" not in dialog


# S1-56
def test_saving_a_new_role_shows_it(as_ada: Client) -> None:
    response = as_ada.post(
        reverse("roles:role_create"), {"name": "builders", "display_name": "Builders"}, follow=True
    )

    role = Role.objects.get(name="builders")
    assert response.redirect_chain == [(role.get_absolute_url(), 302)]
    assert "Add its rules now" in response.content.decode()


def test_a_dialog_that_went_through_loads_the_new_page(as_ada: Client) -> None:
    response = as_ada.post(
        reverse("roles:role_create"),
        {"name": "builders", "display_name": "Builders"},
        headers={"HX-Request": "true", "HX-Target": "dialog"},
    )

    assert response["HX-Redirect"] == Role.objects.get(name="builders").get_absolute_url()


def test_a_refused_form_keeps_what_was_typed(as_ada: Client, campaigns_admin: Role) -> None:
    typed = {"name": "campaigns_admin", "display_name": "Typed once"}

    response = as_ada.post(reverse("roles:role_create"), typed)

    assert response.status_code == 422
    page = response.content.decode()
    assert "already a role with the name" in page
    assert "Typed once" in page


@pytest.mark.parametrize("typed", ["", "x" * 151, "turned \u202e round"])
def test_a_bad_name_is_told_at_its_field(as_ada: Client, typed: str) -> None:
    response = as_ada.post(reverse("roles:role_create"), {"name": "", "display_name": typed})

    assert response.status_code == 422
    assert response.context["form"].errors["display_name"]


# S1-43
def test_the_page_of_a_role_shows_its_rules(as_ada: Client, campaigns_admin: Role) -> None:
    page = text(as_ada, "role_detail", campaigns_admin.pk)

    assert page.index("Ad campaigns") < page.index("Custom profile attributes")
    assert page.count('class="tag"') == 8


# S1-35, S1-47: who has it, through which group
def test_the_page_of_a_role_names_the_groups_and_people_that_have_it(
    as_ada: Client, campaigns_admin: Role, campaign_team: Group, gwen: Account, grant: Account
) -> None:
    page = text(as_ada, "role_detail", campaigns_admin.pk)

    used = page[page.index('id="used-by"') :]
    assert campaign_team.get_absolute_url() in used
    assert "1 member" in used
    assert "Gwen Group" in used
    assert "Grant Own" not in used


def test_a_built_in_role_offers_only_a_copy(as_ada: Client) -> None:
    role = Role.objects.get(name="customers_read")

    page = text(as_ada, "role_detail", role.pk)

    assert reverse("roles:role_copy", args=[role.pk]) in page
    for name in ("role_edit", "role_delete", "rule_add"):
        assert reverse(f"roles:{name}", args=[role.pk]) not in page


# scenario 23
def test_editing_or_deleting_a_built_in_role_is_refused_when_posted(as_ada: Client) -> None:
    role = Role.objects.get(name="customers_read")
    details = {"name": "x", "display_name": "X"}

    edited = send(as_ada, reverse("roles:role_edit", args=[role.pk]), details)
    deleted = as_ada.post(reverse("roles:role_delete", args=[role.pk]), follow=True)

    assert "This role is built in" in edited.content.decode()
    assert "This role is built in" in deleted.content.decode()
    role.refresh_from_db()
    assert (role.name, role.deleted_at) == ("customers_read", None)


# S0-58
def test_who_may_only_look_is_offered_nothing_else(client: Client, unit: Unit, campaigns_admin: Role) -> None:
    client.force_login(AccountFactory(unit=unit, permissions=["roles:list", "roles:get"]))

    pages = text(client, "role_list") + text(client, "role_detail", campaigns_admin.pk)

    for name in ("role_create", "role_edit", "role_copy", "role_delete", "rule_add"):
        args = [] if name == "role_create" else [campaigns_admin.pk]
        assert f'"{reverse(f"roles:{name}", args=args)}"' not in pages


def test_a_role_of_another_organisation_is_not_found(as_ada: Client) -> None:
    foreign = RoleFactory(unit=UnitFactory(name="Elsewhere"))

    assert as_ada.get(foreign.get_absolute_url()).status_code == 404


def test_the_details_can_be_edited(as_ada: Client, campaigns_admin: Role) -> None:
    details = {"name": "builders", "display_name": "Builders", "description": "Build"}

    send(as_ada, reverse("roles:role_edit", args=[campaigns_admin.pk]), details)

    campaigns_admin.refresh_from_db()
    assert (campaigns_admin.name, campaigns_admin.description) == ("builders", "Build")


# C-18
def test_copying_leads_to_the_copy(as_ada: Client, campaigns_admin: Role) -> None:
    names = {"name": "copy", "display_name": "Copy"}

    response = as_ada.post(reverse("roles:role_copy", args=[campaigns_admin.pk]), names)

    copy = Role.objects.get(name="copy")
    assert response["Location"] == copy.get_absolute_url()
    assert set(permissions_of(copy)) == set(permissions_of(campaigns_admin))


# C-18, scenario 9: the confirmation lists both groups and what each person loses
def test_deleting_asks_and_lists_groups_and_people(
    as_ada: Client, unit: Unit, campaigns_admin: Role, campaign_team: Group, gwen: Account
) -> None:
    GroupFactory(unit=unit, display_name="Second team", roles=[campaigns_admin])

    page = text(as_ada, "role_delete", campaigns_admin.pk)

    assert "Group Campaign team (1 member)" in page
    assert "Group Second team (0 members)" in page
    assert "Gwen Group loses: Ad campaigns (List, View, Create, Update, Delete), Custom profile" in page
    assert Role.objects.present().filter(pk=campaigns_admin.pk).exists()


# S1-41, C-18
def test_deleting_takes_the_rights_at_once(
    as_ada: Client, unit: Unit, campaigns_admin: Role, gwen: Account
) -> None:
    response = as_ada.post(reverse("roles:role_delete", args=[campaigns_admin.pk]), follow=True)

    assert "The role Campaigns admin is deleted." in response.content.decode()
    assert not gwen.has_perm("ad_campaigns:list", unit)


def test_a_confirmation_says_when_a_guard_would_refuse(client: Client, unit: Unit) -> None:
    role = RoleFactory(
        unit=unit, rules=["accounts:update", "access:delegate", "roles:delete", "roles:list", "roles:get"]
    )
    boss = AccountFactory(unit=unit, groups=[GroupFactory(unit=unit, roles=[role])])
    client.force_login(boss)

    page = text(client, "role_delete", role.pk)

    assert "Nobody could administer" in page
    assert "Delete role</button>" not in page


def test_who_has_it_counts_those_who_can_not_sign_in_apart(
    as_ada: Client, campaigns_admin: Role, campaign_team: Group, gwen: Account, unit: Unit
) -> None:
    """Who can names those alone who can do it now."""
    AccountFactory(unit=unit, groups=[campaign_team], status="disabled")

    page = text(as_ada, "role_detail", campaigns_admin.pk)

    assert "2 people, 1 of them can't sign in" in page.replace("&#x27;", "'")


def test_the_history_is_told_in_words(as_ada: Client, ada: Account, campaigns_admin: Role) -> None:
    set_rule(campaigns_admin, "ad_campaigns", ["list", "start"], actor=ada, unit=campaigns_admin.unit)

    page = text(as_ada, "role_detail", campaigns_admin.pk)

    assert "Rules changed" in page
    assert "Start ad campaigns" in page


# The record of who did what is for those who may read it (S3-T14)
def test_the_history_is_for_readers_of_the_access_log(
    client: Client, unit: Unit, campaigns_admin: Role
) -> None:
    client.force_login(AccountFactory(unit=unit, permissions=["roles:get"]))

    assert 'id="history"' not in text(client, "role_detail", campaigns_admin.pk)
