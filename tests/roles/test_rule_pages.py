"""The rule editor."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from groups.models import Group
from roles.models import Role
from roles.services import permissions_of
from tests.accounts.pages import text_of
from tests.editing import send
from tests.factories import RoleFactory

IN_DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}


@pytest.fixture
def as_ada(client: Client, ada: Account) -> Client:
    client.force_login(ada)
    return client


def offered(client: Client, role: Role, target: str) -> list[str]:
    response = client.get(reverse("roles:rule_add", args=[role.pk]), {"target": target})
    return [action.key for action in response.context["form"].offered]


# S1-57: two fields, Resource and Actions
def test_add_rule_begins_with_the_resource(as_ada: Client, campaigns_admin: Role) -> None:
    page = as_ada.get(reverse("roles:rule_add", args=[campaigns_admin.pk])).content.decode()

    assert 'name="target"' in page
    assert 'name="actions"' not in page


# S1-57: before there is something to save, nothing offers to save it
@pytest.mark.parametrize("headers", [{}, IN_DIALOG])
def test_saving_is_offered_once_a_resource_is_chosen(
    as_ada: Client, campaigns_admin: Role, headers: dict[str, str]
) -> None:
    url = reverse("roles:rule_add", args=[campaigns_admin.pk])

    before = as_ada.get(url, headers=headers).content.decode()
    chosen = as_ada.get(url, {"target": "ad_campaigns"}, headers=headers).content.decode()

    assert ("Save rule" in before, 'name="preview"' in before, "Cancel" in before) == (False, False, True)
    assert ("Save rule" in chosen, 'name="preview"' in chosen) == (True, True)


# S1-58: why nothing happens to anybody
def test_a_look_ahead_says_that_no_group_carries_the_role(
    as_ada: Client, campaigns_admin: Role, campaign_team: Group
) -> None:
    reader = RoleFactory(unit=campaigns_admin.unit)
    sent = {"target": "offers", "actions": ["list"], "preview": "1"}

    idle, held = (
        text_of(send(as_ada, reverse("roles:rule_add", args=[role.pk]), sent))
        for role in (reader, campaigns_admin)
    )

    said = "No group carries this role, so nobody has it yet."
    assert f"Nobody gains or loses anything by this. {said}" in idle
    assert said not in held


# S1-59
def test_the_resources_include_whole_modules(as_ada: Client, campaigns_admin: Role) -> None:
    page = as_ada.get(reverse("roles:rule_add", args=[campaigns_admin.pk])).content.decode()

    assert '<option value="campaigns.*">Everything in Campaigns</option>' in page
    assert '<optgroup label="SM Sync">' in page


# S1-57, S1-58, scenario 8
def test_only_the_actions_of_the_chosen_resource_are_offered(as_ada: Client, campaigns_admin: Role) -> None:
    assert offered(as_ada, campaigns_admin, "group_members") == ["list", "get", "create", "update", "delete"]
    assert set(offered(as_ada, campaigns_admin, "ad_campaigns")) == {
        *("list", "get", "create", "update", "delete"),
        *("approve", "start", "suspend"),
    }


# S1-58
def test_in_the_dialog_choosing_a_resource_loads_its_actions(as_ada: Client, campaigns_admin: Role) -> None:
    url = reverse("roles:rule_add", args=[campaigns_admin.pk])

    dialog = as_ada.get(url, {"target": "ad_campaigns"}, headers=IN_DIALOG).content.decode()

    assert f'hx-get="{url}"' in dialog
    assert 'value="suspend"' in dialog
    assert "<html" not in dialog


# S1-57, S1-60
def test_a_saved_rule_counts_at_once(as_ada: Client, campaigns_admin: Role, gwen: Account) -> None:
    sent = {"target": "user_profiles", "actions": ["list", "get"]}

    response = send(as_ada, reverse("roles:rule_add", args=[campaigns_admin.pk]), sent, follow=True)

    assert "The rule about" in response.content.decode()
    assert gwen.has_perm("user_profiles:get", campaigns_admin.unit)


def test_a_resource_with_a_rule_comes_with_its_actions_ticked(as_ada: Client, campaigns_admin: Role) -> None:
    page = as_ada.get(
        reverse("roles:rule_add", args=[campaigns_admin.pk]), {"target": "custom_profile_attributes"}
    )

    assert set(page.context["form"].chosen) == {"get", "list", "create"}


def test_editing_a_rule_replaces_its_actions(as_ada: Client, campaigns_admin: Role) -> None:
    url = reverse("roles:rule_edit", args=[campaigns_admin.pk, "ad_campaigns"])

    send(as_ada, url, {"actions": ["list"]})

    kept = [key for key in permissions_of(campaigns_admin) if key.startswith("ad_campaigns:")]
    assert kept == ["ad_campaigns:list"]


# S1-58: a posted action that the resource doesn't have
@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"target": "group_members", "actions": ["approve"]}, "offered for this resource"),
        ({"target": "group_members"}, "Choose at least one action."),
        ({"target": "nothing", "actions": ["list"]}, "Choose a resource from the list."),
        ({"actions": ["list"]}, "Choose a resource from the list."),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    as_ada: Client, campaigns_admin: Role, sent: dict[str, object], said: str
) -> None:
    before = permissions_of(campaigns_admin)

    response = as_ada.post(reverse("roles:rule_add", args=[campaigns_admin.pk]), sent)

    assert response.status_code == 422
    assert said in response.content.decode()
    assert permissions_of(campaigns_admin) == before


def test_removing_a_rule_asks_and_says_who_loses_what(
    as_ada: Client, campaigns_admin: Role, gwen: Account
) -> None:
    url = reverse("roles:rule_remove", args=[campaigns_admin.pk, "ad_campaigns"])

    asked = as_ada.get(url).content.decode()
    as_ada.post(url)

    assert "Gwen Group loses: Ad campaigns (List, View, Create, Update, Delete)" in asked
    assert not gwen.has_perm("ad_campaigns:list", campaigns_admin.unit)


def test_a_rule_about_nothing_is_not_found(as_ada: Client, campaigns_admin: Role) -> None:
    assert as_ada.get(reverse("roles:rule_edit", args=[campaigns_admin.pk, "nothing"])).status_code == 404
