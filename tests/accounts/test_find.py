"""Find: one field that leads to anybody and anything that the reader may open."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from adminrights.models import Unit
from groups.models import Group
from roles.models import Role
from tests.factories import AccountFactory, GroupFactory, UnitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_ada(client: Client, ada: Account) -> Client:
    client.force_login(ada)
    return client


def found(client: Client, text: str = "") -> dict[str, list[str]]:
    """Return the labels by shelf."""
    answer = client.get(reverse("accounts:find"), {"q": text})
    assert answer.status_code == 200
    return {shelf.label: [each.label for each in shelf.found] for shelf in answer.context["shelves"]}


def test_a_name_or_an_address_leads_to_the_account(as_ada: Client, gwen: Account) -> None:
    assert found(as_ada, gwen.last_name.lower())["Accounts"] == [gwen.name]
    answer = as_ada.get(reverse("accounts:find"), {"q": gwen.email})
    assert f'href="{gwen.get_absolute_url()}"' in answer.text


def test_groups_roles_and_permissions_are_found_by_their_names(
    as_ada: Client, campaign_team: Group, campaigns_admin: Role
) -> None:
    shelves = found(as_ada, "campaign")
    assert str(campaign_team) in shelves["Groups"]
    assert str(campaigns_admin) in shelves["Roles"]
    assert any("ampaign" in label for label in shelves["Permissions"])


def test_a_permission_called_so_comes_before_one_that_only_speaks_of_it(as_ada: Client) -> None:
    labels = found(as_ada, "campaign")["Permissions"]
    assert "campaign" in labels[0].lower()


def test_pages_and_steps_are_offered_before_anything_is_typed(as_ada: Client) -> None:
    assert {"Add Account", "Create Role", "All Groups", "My access"} <= set(found(as_ada)["Go to"])
    assert found(as_ada, "my prof")["Go to"] == ["My profile"]


def test_more_than_a_few_lead_to_the_list(as_ada: Client, unit: Unit) -> None:
    for number in range(8):
        AccountFactory(unit=unit, last_name=f"Zuberi{number}")

    answer = as_ada.get(reverse("accounts:find"), {"q": "zuberi"})

    assert len(found(as_ada, "zuberi")["Accounts"]) == 6
    assert 'href="/accounts/?q=zuberi"' in answer.text


def test_who_may_open_nothing_finds_only_their_own_pages(client: Client, unit: Unit, gwen: Account) -> None:
    nobody = AccountFactory(unit=unit)
    client.force_login(nobody)

    assert found(client, gwen.last_name) == {}
    own = {"My access", "My profile", "Ask for access", "Change password", "Sign-in and security"}
    assert set(found(client)["Go to"]) == own


@pytest.mark.parametrize("right", ["accounts:list", "accounts:get"])
def test_one_half_of_the_right_finds_nobody(right: str, client: Client, unit: Unit, gwen: Account) -> None:
    half = AccountFactory(unit=unit, permissions=[right])
    client.force_login(half)

    assert "Accounts" not in found(client, gwen.last_name)


def test_what_lies_in_another_organisation_is_not_found(as_ada: Client) -> None:
    other = UnitFactory()
    AccountFactory(unit=other, last_name="Elsewhere")
    GroupFactory(unit=other, display_name="Elsewhere")

    assert found(as_ada, "elsewhere") == {}


def test_nothing_found_says_what_to_do(as_ada: Client) -> None:
    assert "Try fewer letters" in as_ada.get(reverse("accounts:find"), {"q": "xyzzy"}).text


@pytest.mark.parametrize("text", ["%", "\\", "a" * 5_000, "zz'--"])
def test_anything_can_be_looked_for(text: str, as_ada: Client) -> None:
    assert found(as_ada, text) == {}
