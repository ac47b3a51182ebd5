"""Units in the browser: the first one is opened, another is worked in, the owner changes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import Account
from adminrights.change import SYSTEM
from adminrights.models import Unit
from adminrights.services import set_owner
from tests.browser.acts import (
    click,
    dialog,
    follow,
    head,
    path_of,
    press,
    quick,
    rows,
    section,
    see_message,
    see_title,
    sideways,
)
from tests.factories import PASSWORD, AccountFactory, GroupFactory, RoleFactory, UnitFactory

SignIn = Callable[[Page, Account], None]


@pytest.fixture
def boss(unit: Unit) -> Account:
    return AccountFactory(
        first_name="Bea",
        last_name="Boss",
        unit=unit,
        levels={"admin_rights": 2},
        access={"includes_subunits": True},
    )


def switcher(page: Page) -> Locator:
    return page.locator(".sidebar .unit-switcher")


# S4-39, S4-16: units show only once there are several
def test_the_first_unit_brings_the_switcher(page: Page, sign_in: SignIn, boss: Account, unit: Unit) -> None:
    sign_in(page, boss)
    page.goto("/accounts/")
    expect(page.get_by_text("Northwind")).to_have_count(0)
    click(page.get_by_label("Signed in as Bea Boss"))
    follow(page.locator(".person-menu"), "Organisation")
    see_title(page, "Organisation")
    follow(head(page), "Add a unit below")
    dialog(page).get_by_label("Name").fill("North")
    press(dialog(page), "Add unit")
    see_message(page, "North is there. Choose now who may enter it.")

    page.goto("/accounts/")
    click(switcher(page).locator("summary"))
    press(switcher(page), "North")

    expect(switcher(page).locator("summary")).to_contain_text("North")
    assert path_of(page) == "/accounts/"
    expect(rows(page)).to_have_count(0)


# S4-48
@pytest.mark.parametrize("width", [1280, 320])
def test_my_access_leads_to_each_unit(
    width: int, page: Page, sign_in: SignIn, unit: Unit, axe: Callable[[Page], None]
) -> None:
    north = UnitFactory(name="North and all the islands", parent=unit)
    team = GroupFactory(unit=north, roles=[RoleFactory(unit=unit, rules=["contacts:list"])])
    tess = AccountFactory(unit=unit, groups=[team], access={"includes_subunits": True})
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, tess)

    page.goto("/")
    see_title(page, "My access")
    expect(section(page, "Where you work")).to_contain_text("Customers")
    assert sideways(page) == 0
    axe(page)
    press(section(page, "Where you work"), "Work here · North and all the islands")

    expect(page.get_by_text("This is about North and all the islands.")).to_be_visible()
    expect(page.locator("details.my-module")).to_contain_text("Contacts")


def test_a_unit_is_moved_and_closed_after_a_question(
    page: Page, sign_in: SignIn, boss: Account, unit: Unit
) -> None:
    north, south = (UnitFactory(name=name, parent=unit) for name in ("North", "South"))
    AccountFactory(
        first_name="Mona",
        last_name="Moved",
        unit=south,
        levels={"campaigns": 1},
        access={"includes_subunits": True},
    )
    sign_in(page, boss)
    page.goto("/units/")
    quick(page, "North", "Move")
    page.get_by_label("Below").select_option(label="Northwind › South")
    press(page, "Continue")
    expect(page.get_by_text("Mona Moved gains")).to_be_visible()
    press(page, "Move it there")
    see_message(page, "North lies below South now.")
    follow(head(page), "Close")
    press(dialog(page), "Close unit")
    see_message(page, "North is closed.")

    assert Unit.objects.get(pk=north.pk).closed_at


# S3-91
def test_a_feature_is_switched_on_in_a_dialog(page: Page, sign_in: SignIn, boss: Account, unit: Unit) -> None:
    sign_in(page, boss)
    page.goto(unit.get_absolute_url())
    follow(page, "Switch on Text messaging")
    expect(dialog(page)).to_contain_text("Nobody gains or loses anything by this.")
    press(dialog(page), "Switch on")
    see_message(page, "Text messaging is on.")

    expect(page.get_by_role("link", name="Switch off Text messaging")).to_be_visible()


# S2-28, S4-06
def test_the_owner_hands_over_with_the_password(
    page: Page, sign_in: SignIn, boss: Account, nemo: Account, unit: Unit
) -> None:
    set_owner(unit, boss, actor=SYSTEM)
    sign_in(page, boss)
    page.goto(unit.get_absolute_url())
    follow(page, "Change owner")
    page.get_by_label("New owner: name or e-mail address").press_sequentially("nemo")
    follow(page, "Choose Nemo Nobody")
    page.get_by_label("Your password").fill(PASSWORD)
    press(page, "Transfer ownership now")
    see_message(page, "Nemo Nobody is the owner of Northwind now.")

    assert Unit.objects.get(pk=unit.pk).owner == nemo


def test_seats_are_limited_and_the_button_says_so(
    page: Page, sign_in: SignIn, boss: Account, unit: Unit
) -> None:
    sign_in(page, boss)
    page.goto(unit.get_absolute_url())
    follow(page, "Change limits")
    dialog(page).get_by_label("Seats").fill("10")
    press(dialog(page), "Save")
    see_message(page, "The limits are saved.")
    page.goto("/accounts/")

    expect(head(page).get_by_role("link", name="Add account (1 of 10)")).to_be_visible()


def test_units_fit_on_a_phone(phone: Page, sign_in: SignIn, boss: Account, unit: Unit) -> None:
    deep = unit
    for number in range(4):
        deep = UnitFactory(name=f"The far away department of number {number}", parent=deep)
    sign_in(phone, boss)
    for path in (
        "/units/",
        deep.get_absolute_url(),
        f"/units/{deep.pk}/move/",
        f"/units/{unit.pk}/owner/?find=e",
    ):
        phone.goto(path)
        assert not sideways(phone), path
