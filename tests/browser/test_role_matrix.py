"""The role matrix in a real browser: with the keyboard alone, and without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.access import may
from accounts.models import Account
from adminrights.models import Unit
from tests.browser.acts import press, see_message
from tests.factories import AccountFactory, UnitFactory

pytestmark = pytest.mark.looks

SignIn = Callable[[Page, Account], None]
Check = Callable[[Page], None]


@pytest.fixture
def units(unit: Unit) -> tuple[Unit, Unit]:
    """Two Business Units."""
    return UnitFactory(name="North", parent=unit), UnitFactory(name="South", parent=unit)


@pytest.fixture
def chief(unit: Unit, units: tuple[Unit, Unit]) -> Account:
    access = {"includes_subunits": True}
    return AccountFactory(last_name="Chief", unit=unit, levels={"admin_rights": 2}, access=access)


@pytest.fixture
def nora(units: tuple[Unit, Unit]) -> Account:
    return AccountFactory(first_name="Nora", last_name="North", unit=units[0])


# S4-11, S4-12: one stop of the Tab key, arrow keys inside
def test_a_level_is_given_with_the_keyboard_alone(
    page: Page, sign_in: SignIn, chief: Account, nora: Account, units: tuple[Unit, Unit]
) -> None:
    sign_in(page, chief)
    page.goto("/matrix/?q=nora")
    page.get_by_role("button", name="Search").focus()

    page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox", name="Nora North: Team member in Northwind")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("End")
    expect(page.get_by_role("checkbox", name="Nora North: Team member in South")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Preview")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_text("Nora North gains")).to_be_visible()
    assert not may(nora, "events:create", units[1])
    press(page, "Yes, save")
    see_message(page, "1 cell changed.")
    assert may(nora, "events:create", units[1])


# S4-11
def test_on_a_phone_the_levels_of_a_person_stand_below_each_other(
    phone: Page, sign_in: SignIn, chief: Account, nora: Account, units: tuple[Unit, Unit]
) -> None:
    sign_in(phone, chief)
    phone.goto(f"/accounts/{nora.pk}/levels/")

    for name in ("no level", "Viewer", "Business Unit administrator"):
        choice = phone.get_by_role("radio", name=f"Nora North: {name} in South", exact=True)
        box = choice.bounding_box()
        assert box is not None
        assert 0 < box["x"] < 60
    expect(phone.get_by_text("Business Unit administrator", exact=True).last).to_be_visible()
    table = phone.locator(".grid-scroll")
    assert table.evaluate("frame => frame.scrollWidth - frame.clientWidth") == 0


# S4-13
def test_levels_of_one_person_are_saved_without_scripts(
    page_without_scripts: Page, sign_in: SignIn, chief: Account, nora: Account, units: tuple[Unit, Unit]
) -> None:
    page = page_without_scripts
    sign_in(page, chief)
    page.goto(f"/accounts/{nora.pk}/levels/")

    page.get_by_role("radio", name="Nora North: Business Unit administrator in North", exact=True).check()
    page.get_by_role("radio", name="Nora North: Viewer in South").check()
    press(page, "Save")
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()
    assert not may(nora, "accounts:create", units[0])
    press(page, "Yes, save")

    see_message(page, "2 cells changed.")
    assert may(nora, "accounts:create", units[0])


# S4-12: what takes away is asked about, and the question has the focus
def test_the_question_is_answered_with_the_keyboard(
    page: Page,
    sign_in: SignIn,
    chief: Account,
    nora: Account,
    units: tuple[Unit, Unit],
    axe: Callable[[Page], None],
) -> None:
    tick = "Nora North: Team member in North"
    sign_in(page, chief)
    page.goto("/matrix/?q=nora")
    page.get_by_role("checkbox", name=tick, exact=True).check()
    press(page, "Save")
    see_message(page, "1 cell changed. Nora North gains in North:")

    page.get_by_role("checkbox", name=tick, exact=True).uncheck()
    press(page, "Save")
    question = page.get_by_role("alert")
    expect(question).to_be_focused()
    expect(question).to_contain_text("Nora North loses in North:")
    axe(page)
    page.keyboard.press("Tab")
    expect(question.get_by_text("All of it:")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Yes, save")).to_be_focused()
    page.keyboard.press("Enter")

    see_message(page, "1 cell changed. Nora North loses in North:")
    assert not may(nora, "events:create", units[0])


# 24 pixels and more, also on a phone
def test_every_tick_is_large_enough_to_hit(
    phone: Page, sign_in: SignIn, chief: Account, nora: Account
) -> None:
    sign_in(phone, chief)
    phone.goto("/matrix/")

    box = phone.locator(".grid-hit").first.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 24
