"""Adding and editing an account: what is typed stays, what comes from groups is shown and not sent."""

from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.group_ticks import MOST_LISTED
from accounts.models import Account
from accounts.services.lifecycle import update_account
from adminrights.models import Unit
from groups.models import Group
from groups.services import set_levels
from tests.browser.acts import click, press, section, see_matrix, see_message, see_title
from tests.browser.conftest import Trouble
from tests.factories import AccountFactory, GroupFactory
from tests.post import deliver

SignIn = Callable[[Page, Account], None]


@pytest.fixture
def readers(unit: Unit, ada: Account) -> Group:
    """A group whose members read offers."""
    group: Group = GroupFactory(unit=unit, display_name="Readers")
    set_levels(group, {"offers": 1}, actor=AccountFactory(unit=unit, levels={"admin_rights": 2, "offers": 2}))
    return group


@pytest.fixture
def edit(page: Page, sign_in: SignIn, ada: Account) -> Callable[[Account], Page]:
    """Return a function by which Ada opens the form of an account."""
    sign_in(page, ada)

    def open_form(account: Account) -> Page:
        page.goto(f"{account.get_absolute_url()}edit/")
        see_matrix(page)
        return page

    return open_form


Edit = Callable[[Account], Page]


# S0-29: an error names the field and leads to it; nothing that was typed or ticked is lost
def test_what_was_typed_stays_when_something_is_wrong(
    page: Page, sign_in: SignIn, ada: Account, readers: Group, trouble: Trouble
) -> None:
    trouble.expect("422")
    sign_in(page, ada)
    page.goto("/accounts/add/")
    page.get_by_label("First name").fill("Ivy")
    page.get_by_label("E-mail address").fill("not an address")
    page.get_by_label("Readers", exact=True).check()
    page.get_by_label("Customers: Read & Write").check()
    page.get_by_label("Send the invitation now").uncheck()
    press(page, "Add Account")

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Last name")
    assert page.title().startswith("Error:")
    click(summary.get_by_role("link", name="E-mail address"))
    expect(page.get_by_label("E-mail address")).to_be_focused()
    expect(page.get_by_label("First name")).to_have_value("Ivy")
    expect(page.get_by_label("E-mail address")).to_have_value("not an address")
    expect(page.get_by_label("Readers", exact=True)).to_be_checked()
    expect(page.get_by_label("Customers: Read & Write")).to_be_checked()
    expect(page.get_by_label("Send the invitation now")).not_to_be_checked()
    assert deliver() == []


# S0-31, S0-32, S0-33, S1-19
def test_what_comes_through_a_group_is_greyed_and_names_the_group(
    nemo: Account, readers: Group, edit: Edit
) -> None:
    page = edit(nemo)
    cell = page.locator("#own-levels [data-module=offers] input").first
    expect(cell).to_be_enabled()
    expect(cell).not_to_be_checked()

    page.get_by_label("Readers", exact=True).check()
    expect(cell).to_be_disabled()
    expect(cell).to_be_checked()
    expect(page.locator("[data-module=offers] td").first).to_contain_text("Readers")
    press(page, "Save")
    see_message(page, "Saved.")
    expect(section(page, "Access Rights").locator(".tag")).to_have_text(["Readers"])
    assert not nemo.grants.live().exists()


def test_a_tick_set_while_the_matrix_is_drawn_anew_stays(nemo: Account, readers: Group, edit: Edit) -> None:
    page = edit(nemo)
    held: list[Route] = []
    page.route("**/edit/matrix/", partial(list.append, held))
    with page.expect_request("**/edit/matrix/"):
        page.get_by_label("Readers", exact=True).check()
    page.get_by_label("Customers: Read", exact=True).check()
    held.pop().continue_()

    expect(page.locator("[data-module=offers] input").first).to_be_disabled()
    expect(page.get_by_label("Customers: Read", exact=True)).to_be_checked()


# S0-02, S0-03, S0-42, S1-07, S1-15, S1-20, S1-24
def test_every_field_and_every_level_can_be_edited(grant: Account, edit: Edit) -> None:
    page = edit(grant)
    page.get_by_label("First name").fill("Grantley")
    page.get_by_label("Telephone").fill("+44 20 7946 0000")
    page.get_by_label("E-mail notifications from campaigns").check()
    page.get_by_label("Customers: Read", exact=True).uncheck()
    page.get_by_label("Campaigns 2.0: Approve & Publish").check()
    expect(page.get_by_label("Campaigns 2.0: Read", exact=True)).to_be_checked()
    press(page, "Save")

    see_title(page, "Grantley Own")
    basic = section(page, "Basic Information")
    expect(basic).to_contain_text("+44 20 7946 0000")
    expect(basic).to_contain_text("Yes, by e-mail")
    held = {(fact.module_id, fact.level) for fact in grant.grants.live()}
    assert held == {("campaigns_2", 3)}


def test_somebody_elses_change_is_shown_and_not_overwritten(
    nemo: Account, otto: Account, unit: Unit, edit: Edit, trouble: Trouble
) -> None:
    trouble.expect("409")
    page = edit(nemo)
    update_account(nemo, actor=otto, unit=unit, last_name="Renamed")
    page.get_by_label("Telephone").fill("12345")
    press(page, "Save")

    expect(page.get_by_role("alert")).to_contain_text("Otto Other")
    expect(page.get_by_label("Last name")).to_have_value("Renamed")
    expect(page.get_by_label("Telephone")).to_have_value("12345")
    nemo.refresh_from_db()
    assert (nemo.last_name, nemo.phone) == ("Renamed", "")


# S0-30: arrows move among the ticks, the space bar ticks, and a higher level takes the lower ones along
def test_the_matrix_is_filled_in_with_the_keyboard(nemo: Account, edit: Edit) -> None:
    page = edit(nemo)
    page.get_by_label("Campaigns: Read", exact=True).focus()
    for key in ("ArrowRight", "ArrowRight", "Space"):
        page.keyboard.press(key)
    for level in ("Read", "Read & Write", "Approve & Publish"):
        expect(page.get_by_label(f"Campaigns: {level}", exact=True)).to_be_checked()
    expect(page.locator("[data-matrix-said]")).to_have_text("1 changed")

    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Campaigns 2.0: Approve & Publish")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    expect(page.get_by_label("Campaigns: Approve & Publish")).not_to_be_checked()


# S0-36: only what can publish offers the third level
def test_a_module_without_content_to_publish_has_no_third_tick(nemo: Account, edit: Edit) -> None:
    page = edit(nemo)
    ticks = {
        module: page.locator(f"[data-module={module}] input").count() for module in ("campaigns", "customers")
    }
    assert ticks == {"campaigns": 3, "customers": 2}


def test_the_matrix_can_show_only_what_is_given(grant: Account, edit: Edit) -> None:
    page = edit(grant)
    page.get_by_label("Only what is given").check()
    shown = page.locator(".matrix-row:visible")
    expect(shown).to_have_count(1)
    expect(shown).to_have_attribute("data-module", "customers")


def test_groups_are_found_among_many_while_one_types(nemo: Account, unit: Unit, edit: Edit) -> None:
    for number in range(12):
        GroupFactory(unit=unit, display_name=f"Team {number:02}")
    page = edit(nemo)
    field = page.get_by_label("Find a group")
    field.fill("team 07")
    expect(page.locator("#group-ticks li:visible")).to_have_count(1)
    field.press("Enter")
    see_title(page, "Edit Nemo Nobody")


def test_groups_are_found_by_the_server_where_there_are_very_many(
    nemo: Account, unit: Unit, readers: Group, edit: Edit
) -> None:
    for number in range(MOST_LISTED):
        GroupFactory(unit=unit, display_name=f"Team {number:03}")
    page = edit(nemo)
    boxes = page.locator("#group-ticks li")
    expect(boxes).to_have_count(0)
    field = page.get_by_label("Find a group")
    field.press_sequentially("read")
    page.get_by_role("checkbox", name="Readers").check()
    expect(page.locator("#level-offers-1")).to_be_disabled()
    field.fill("team 042")
    expect(boxes).to_have_count(2)
    expect(field).to_be_focused()
    field.press("Enter")
    see_title(page, "Edit Nemo Nobody")
    page.get_by_role("checkbox", name="Team 042").check()
    click(page.get_by_role("button", name="Save"))
    see_message(page, "Saved.")
    assert {each.group.display_name for each in nemo.memberships.live()} == {"Readers", "Team 042"}
