"""Single keys lead through the product, and stay out of the way of whoever types."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Account
from tests.browser.acts import dialog, path_of, see_title

pytestmark = pytest.mark.looks

SignIn = Callable[[Page, Account], None]


@pytest.fixture
def at_groups(page: Page, sign_in: SignIn, ada: Account) -> Page:
    """Ada looks at All Groups."""
    sign_in(page, ada)
    page.goto("/groups/")
    return page


def test_the_question_mark_tells_which_keys_there_are_and_g_goes_there(at_groups: Page) -> None:
    page = at_groups
    page.keyboard.press("?")
    expect(dialog(page)).to_contain_text("All Accounts")
    page.keyboard.type("ga")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")

    page.keyboard.type("ga")

    see_title(page, "All Accounts")


def test_the_slash_leads_to_the_search_field_where_keys_are_letters_again(at_groups: Page) -> None:
    page = at_groups
    page.keyboard.press("/")
    field = page.get_by_role("main").get_by_role("searchbox")
    expect(field).to_be_focused()

    page.keyboard.type("ga/?")

    expect(field).to_have_value("ga/?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert path_of(page) == "/groups/"


def test_whoever_switches_single_keys_off_is_left_alone_on_the_next_page_too(at_groups: Page) -> None:
    page = at_groups
    page.keyboard.press("?")
    dialog(page).get_by_role("checkbox").uncheck()
    page.goto("/roles/")

    page.keyboard.type("?")
    page.keyboard.type("ga")

    expect(page.get_by_role("dialog")).to_be_hidden()
    assert path_of(page) == "/roles/"
    page.get_by_label("Signed in as").click()
    page.get_by_role("link", name="Keyboard shortcuts").click()
    expect(dialog(page).get_by_role("checkbox")).not_to_be_checked()


def test_keys_with_a_modifier_are_the_browsers(at_groups: Page) -> None:
    at_groups.keyboard.press("g")
    at_groups.keyboard.press("Control+a")

    assert path_of(at_groups) == "/groups/"
    expect(at_groups.get_by_role("main").get_by_role("searchbox")).not_to_be_focused()
