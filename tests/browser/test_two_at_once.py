"""Two people at one account in a real browser: the second sees what happened and decides field by field."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Account
from accounts.services.grants import set_levels
from accounts.services.lifecycle import update_account
from adminrights.models import Unit
from groups.models import Group
from groups.services import update_group
from tests.browser.acts import click, dialog, press, quick, see_matrix, see_message, sideways
from tests.browser.conftest import Trouble

SignIn = Callable[[Page, Account], None]
Check = Callable[[Page], None]


def change_meanwhile(gwen: Account, otto: Account, unit: Unit) -> None:
    """Do as Otto what clashes in two fields, and what doesn't in two others."""
    update_account(gwen, actor=otto, unit=unit, phone="555", last_name="Garden")
    set_levels(gwen, {"customers": 1, "offers": 1}, actor=otto, unit=unit)


@pytest.fixture
def at_work(page: Page, sign_in: SignIn, trouble: Trouble, ada: Account, gwen: Account) -> Page:
    """Ada's page, with changes that she is about to save."""
    trouble.expect("409")
    sign_in(page, ada)
    page.goto(f"/accounts/{gwen.pk}/edit/")
    see_matrix(page)
    page.get_by_label("Telephone").fill("777")
    page.get_by_label("First name").fill("Gwendolyn")
    page.get_by_role("checkbox", name="Customers: Read & Write").check()
    return page


def test_the_second_decides_field_by_field(
    at_work: Page, scheme: str, axe: Check, otto: Account, gwen: Account, unit: Unit
) -> None:
    page = at_work
    change_meanwhile(gwen, otto, unit)
    press(page, "Save")

    told = page.get_by_role("alert")
    expect(told).to_be_focused()
    expect(told).to_contain_text("Otto Other")
    expect(page.get_by_text("Changed by you alone, and kept: First name.")).to_be_visible()
    axe(page)
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        assert sideways(page) == 0
    expect(page.get_by_label("Last name")).to_have_value("Garden")

    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    phone = page.get_by_role("group", name="Telephone")
    expect(phone.get_by_role("radio", name="Keep yours: 777")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(phone.get_by_role("radio", name="Take theirs: 555")).to_be_checked()
    press(page, "Save")

    see_message(page, "Saved.")
    gwen.refresh_from_db()
    assert (gwen.name, gwen.phone) == ("Gwendolyn Garden", "555")
    held = gwen.grants.live().values_list("module_id", "level")
    assert dict(held) == {"customers": 2, "offers": 1}


def test_it_works_in_a_dialog_and_reloading_shows_their_state(
    page: Page,
    axe: Check,
    sign_in: SignIn,
    trouble: Trouble,
    ada: Account,
    otto: Account,
    campaign_team: Group,
) -> None:
    trouble.expect("409")
    sign_in(page, ada)
    page.goto("/groups/")
    quick(page, "Campaign team", "Edit")
    dialog(page).get_by_label("Display name").fill("Mine")
    update_group(campaign_team, actor=otto, display_name="His")
    press(dialog(page), "Save")

    expect(dialog(page).get_by_role("alert")).to_be_focused()
    axe(page)
    click(dialog(page).get_by_role("link", name="reload and drop it"))

    expect(dialog(page).get_by_label("Display name")).to_have_value("His")
    expect(dialog(page).get_by_role("alert")).to_have_count(0)


def test_it_works_without_scripts(
    page_without_scripts: Page,
    sign_in: SignIn,
    trouble: Trouble,
    ada: Account,
    otto: Account,
    gwen: Account,
    unit: Unit,
) -> None:
    trouble.expect("409")
    page = page_without_scripts
    sign_in(page, ada)
    page.goto(f"/accounts/{gwen.pk}/edit/")
    page.get_by_label("Telephone").fill("777")
    change_meanwhile(gwen, otto, unit)
    press(page, "Save")
    page.get_by_role("radio", name="Take theirs: 555").check()
    press(page, "Save")

    see_message(page, "Saved.")
    gwen.refresh_from_db()
    assert (gwen.last_name, gwen.phone) == ("Garden", "555")
