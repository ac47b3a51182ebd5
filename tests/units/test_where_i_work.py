"""My access tells somebody who works in several units about each of them, and leads there."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from accounts.services.items import hand_over, register_item
from adminrights.change import SYSTEM
from adminrights.models import Unit
from groups.models import Group
from tests.accounts.pages import signed_in, text_of
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory
from tests.test_queries import cost

ME = "/me/"
TEAM = ["contacts:list", "events:list"]


@pytest.fixture
def north(unit: Unit) -> Unit:
    return UnitFactory(name="North", parent=unit)


@pytest.fixture
def south(unit: Unit) -> Unit:
    return UnitFactory(name="South", parent=unit)


@pytest.fixture
def tess(unit: Unit, north: Unit, south: Unit) -> Account:
    """Tess may enter every unit; she administers the north and works in a team of the south."""
    team = RoleFactory(unit=unit, rules=TEAM)
    chiefs = RoleFactory(unit=unit, rules=["accounts:list", "accounts:update"])
    groups = [GroupFactory(unit=north, roles=[chiefs]), GroupFactory(unit=south, roles=[team])]
    return AccountFactory(
        first_name="Tess", last_name="Team", unit=unit, groups=groups, access={"includes_subunits": True}
    )


def told(account: Account, client: Client | None = None) -> dict[str, tuple[tuple[str, ...], bool, bool]]:
    shown = (client or signed_in(account)).get(ME).context["my_units"].shown
    return {each.unit.name: (each.areas, each.administers, each.here) for each in shown}


# S4-48
def test_each_unit_says_what_one_works_on_there(tess: Account) -> None:
    assert told(tess) == {
        "Northwind": ((), False, True),
        "North": (("Management",), True, False),
        "South": (("Marketing", "Customers"), False, False),
    }
    words = text_of(signed_in(tess).get(ME))
    assert "North Administrator Management Work here" in words
    assert "South Marketing, Customers Work here" in words


# S4-48, C-01: one person, one sign-in, several units
def test_its_button_leads_to_the_unit(tess: Account, south: Unit) -> None:
    client = signed_in(tess)

    answer = client.post(reverse("unit_switch"), {"unit": south.pk, "next": ME})

    assert answer["Location"] == ME
    assert told(tess, client)["South"] == (("Marketing", "Customers"), False, True)
    assert "This is about South." in text_of(client.get(ME))


# S3-90: what rests for lack of a feature is not nothing
def test_a_unit_where_all_that_one_holds_waits_says_so(unit: Unit, north: Unit, south: Unit) -> None:
    seller = GroupFactory(unit=north, roles=[RoleFactory(unit=unit, rules=["deals:list", "deals:get"])])
    mateo = AccountFactory(unit=unit, groups=[seller], access={"includes_subunits": True})

    words = text_of(signed_in(mateo).get(ME))

    assert "North Given to you, but not working yet: Sales Work here" in words
    assert "South Nothing yet Work here" in words


# S4-31
def test_a_unit_where_one_has_single_items_only_says_so(unit: Unit, north: Unit) -> None:
    winnie = AccountFactory(unit=unit, access={"includes_subunits": True})
    hand_over(register_item("events", north, "Gala", actor=SYSTEM), winnie, actor=SYSTEM)

    assert "North Only what was handed to you Work here" in text_of(signed_in(winnie).get(ME))


def test_a_unit_that_one_may_not_enter_is_not_told(tess: Account, unit: Unit) -> None:
    UnitFactory(name="Elsewhere")
    nora = AccountFactory(unit=Unit.objects.get(name="North"))

    assert set(told(tess)) == {"Northwind", "North", "South"}
    assert signed_in(nora).get(ME).context["my_units"] is None


def test_with_many_units_the_first_are_told_and_the_cost_stays(tess: Account, unit: Unit) -> None:
    client = signed_in(tess)
    few = cost(client, ME)
    for number in range(12):
        UnitFactory(name=f"Branch {number}", parent=unit)

    assert cost(client, ME) == few
    words = text_of(client.get(ME))
    assert words.count("Work here") == 11
    assert "3 more units: choose them at the top of the page." in words


@pytest.mark.parametrize(
    ("page", "typed"),
    [
        ("accounts:account_create", {"email": "pia@example.org", "first_name": "Pia", "last_name": "Person"}),
        ("groups:group_create", {"display_name": "Builders"}),
    ],
)
def test_a_form_makes_nothing_in_another_unit_than_it_was_opened_in(
    page: str, typed: dict[str, str], unit: Unit, north: Unit, south: Unit
) -> None:
    """A link, or another window, led to another unit while the form was open."""
    chief = AccountFactory(unit=unit, levels={"admin_rights": 2}, access={"includes_subunits": True})
    client, address = signed_in(chief), reverse(page, query={"email": ""})
    client.post(reverse("unit_switch"), {"unit": north.pk})
    opened = client.get(address).content.decode()
    assert f'name="working_in" value="{north.pk}"' in opened
    client.post(reverse("unit_switch"), {"unit": south.pk})

    told = client.post(address, typed | {"working_in": str(north.pk)})

    assert told.status_code == 422
    assert "You work in South by now" in text_of(told)
    assert next(iter(typed.values())) in told.content.decode()
    assert not Account.objects.filter(first_name="Pia").exists()
    assert not Group.objects.filter(display_name="Builders").exists()
    again = client.post(address, typed | {"working_in": str(south.pk)})
    assert again.status_code == 302
