"""Everything is reached and seen with the keyboard alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Account
from tests.browser.acts import dialog, head, see_message, see_title

pytestmark = pytest.mark.looks

SignIn = Callable[[Page, Account], None]
SHOWS_FOCUS = """() => {
  // After the last stop the focus leaves the page.
  if (document.activeElement === document.body) return true;
  const style = getComputedStyle(document.activeElement);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return outlined || style.boxShadow !== "none";
}"""
WHAT = "() => document.activeElement.outerHTML.slice(0, 120)"


@pytest.fixture
def ada_at(page: Page, sign_in: SignIn, ada: Account) -> Callable[[str], Page]:
    """Return a function by which Ada opens an address."""
    sign_in(page, ada)

    def open_page(address: str) -> Page:
        page.goto(address)
        return page

    return open_page


AdaAt = Callable[[str], Page]


def test_the_first_stop_leads_past_the_menu(ada_at: AdaAt) -> None:
    page = ada_at("/accounts/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Add Account")).to_be_focused()


@pytest.mark.parametrize("address", ["/accounts/", "/accounts/add/", "/me/profile/"])
def test_every_stop_shows_that_it_has_the_focus(address: str, ada_at: AdaAt) -> None:
    page = ada_at(address)
    unseen = []
    for _stop in range(25):
        page.keyboard.press("Tab")
        if not page.evaluate(SHOWS_FOCUS):
            unseen.append(page.evaluate(WHAT))
    assert unseen == []


@pytest.mark.parametrize("key", ["Escape", "Enter"])
def test_a_dialog_gives_the_focus_back(key: str, ada_at: AdaAt) -> None:
    page = ada_at("/groups/")
    opener = head(page).get_by_role("link", name="Create Group")
    opener.focus()
    page.keyboard.press("Enter")
    expect(dialog(page).get_by_label("Display name")).to_be_focused()
    if key == "Enter":
        dialog(page).get_by_role("button", name="Close").focus()
    page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_focus_stays_in_the_dialog(ada_at: AdaAt) -> None:
    page = ada_at("/groups/")
    head(page).get_by_role("link", name="Create Group").press("Enter")
    dialog(page)
    for _stop in range(8):
        page.keyboard.press("Tab")
        assert not page.evaluate("document.activeElement.matches('main *, .sidebar *, .topbar *')")


def test_a_group_is_made_without_a_mouse(ada_at: AdaAt) -> None:
    page = ada_at("/groups/")
    head(page).get_by_role("link", name="Create Group").press("Enter")
    expect(dialog(page).get_by_label("Display name")).to_be_focused()
    page.keyboard.type("Night shift")
    page.keyboard.press("Enter")
    see_title(page, "Night shift")
    see_message(page, "Night shift is there.")


def test_a_quick_menu_opens_moves_and_closes_with_keys(gwen: Account, ada_at: AdaAt) -> None:
    page = ada_at("/groups/")
    summary = page.get_by_label("Actions for Campaign team")
    summary.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Open", exact=True)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("link", name="Delete", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(summary).to_be_focused()
    expect(page.get_by_role("link", name="Delete", exact=True)).to_be_hidden()


def test_a_long_form_keeps_its_buttons_in_sight_and_no_focus_under_them(ada_at: AdaAt) -> None:
    page = ada_at("/accounts/add/")
    button = page.get_by_role("button", name="Add Account", exact=True)
    expect(button).to_be_in_viewport(ratio=1)
    tick = page.get_by_label("Analytics: Read", exact=True)
    tick.focus()
    box, foot = tick.bounding_box(), button.bounding_box()
    assert box
    assert foot
    assert box["y"] + box["height"] <= foot["y"]


def test_the_display_menu_is_set_with_keys(ada_at: AdaAt) -> None:
    page = ada_at("/groups/")
    page.get_by_label("Display", exact=True).press("Enter")
    for key in ("ArrowDown", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    expect(page.get_by_label("Dark", exact=True)).to_be_focused()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_sorting_keeps_the_focus_on_the_column(ada_at: AdaAt) -> None:
    page = ada_at("/accounts/")
    page.get_by_role("link", name="Email", exact=True).press("Enter")
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Email")
    expect(page.get_by_role("link", name="Email", exact=True)).to_be_focused()


def test_find_opens_from_anywhere_and_leads_on(ada_at: AdaAt, nemo: Account) -> None:
    page = ada_at("/groups/")
    page.keyboard.press("Control+k")
    field = dialog(page).get_by_role("searchbox")
    expect(field).to_be_focused()
    page.keyboard.type("nemo")
    expect(dialog(page).get_by_role("link", name=nemo.name)).to_be_visible()
    expect(page.locator("#finds")).to_have_attribute("data-for", "nemo")
    page.keyboard.press("Enter")
    see_title(page, nemo.name)


def test_the_arrow_keys_move_through_what_was_found(ada_at: AdaAt) -> None:
    page = ada_at("/me/")
    page.keyboard.press("Control+k")
    finds = dialog(page).locator("#finds a")
    expect(dialog(page).get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(finds.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(finds.nth(0)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
