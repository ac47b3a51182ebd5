"""Single permissions and units of one account in a real browser, with and without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import Account, Grant, UnitAccess
from adminrights.models import Unit
from tests.browser.acts import click, follow, press, see_message, see_title
from tests.factories import AccountFactory, UnitFactory

SignIn = Callable[[Page, Account], None]


@pytest.fixture
def boss(unit: Unit, otto: Account) -> Account:
    """Administers the root and the north below it."""
    UnitFactory(parent=unit, name="North")
    return AccountFactory(
        unit=unit,
        first_name="Bea",
        last_name="Boss",
        levels={"admin_rights": 2},
        access={"includes_subunits": True},
    )


def own(account: Account) -> set[str]:
    grants = Grant.objects.live().filter(account=account, permission__isnull=False)
    return set(grants.values_list("permission_id", flat=True))


# S2-11, S2-12, S2-15
def test_allow_all_fills_in_at_once_and_save_keeps_it(
    page: Page, sign_in: SignIn, ada: Account, nemo: Account
) -> None:
    sign_in(page, ada)
    page.goto(nemo.get_absolute_url())
    follow(page, "Permissions")
    press(page, "Allow all")
    expect(page.get_by_label("All permissions", exact=True)).to_be_checked()
    expect(page.get_by_text("changed, not saved yet")).to_be_visible()
    assert own(nemo) == set()
    press(page, "Allow none")
    expect(page.get_by_text("changed, not saved yet")).to_have_count(0)


# S2-09, S2-10, S2-12: the search inside, by keyboard
def test_a_permission_is_found_and_given_by_keyboard(
    page: Page, sign_in: SignIn, ada: Account, nemo: Account
) -> None:
    sign_in(page, ada)
    page.goto(f"{nemo.get_absolute_url()}permissions/")
    page.get_by_label("Find a permission").fill("list of offers")
    row = page.get_by_role("group", name="See the list of offers", exact=True)
    expect(row.get_by_text("Also", exact=False).or_(row.locator("p").first)).to_be_visible()
    row.get_by_role("radio", name="No", exact=True).focus()
    page.keyboard.press("ArrowLeft")
    expect(row.get_by_role("radio", name="Yes", exact=True)).to_be_checked()
    press(page, "Save")
    see_message(page, "Nemo Nobody gains: Offers (List)")
    assert own(nemo) == {"offers:list"}


# S2-18: scenario 10
def test_what_is_missing_is_added_with_one_click(
    page: Page, sign_in: SignIn, ada: Account, unit: Unit
) -> None:
    account = AccountFactory(unit=unit, permissions=["personal.send_without_approval"])
    sign_in(page, ada)
    page.goto(f"{account.get_absolute_url()}permissions/")
    click(page.get_by_role("button", name="Add ").first)
    see_message(page, "Saved.")
    assert own(account) == {"personal.send_without_approval", "personal.sender"}


# S2-05, S2-07, S2-11: everything works without scripts too
def test_it_works_without_scripts(
    new_context: Callable[..., BrowserContext], sign_in: SignIn, boss: Account, nemo: Account
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    sign_in(page, boss)
    page.goto(f"{nemo.get_absolute_url()}permissions/")
    press(page, "Allow all")
    expect(page.get_by_text("Look at it, then save.")).to_be_visible()
    follow(page.get_by_role("navigation", name="Parts of this page"), "Units")
    north = page.get_by_role("group", name="North", exact=True)
    north.get_by_role("radio").first.check()
    press(page, "Preview")
    expect(page.get_by_text("Nothing is saved yet.")).to_be_visible()
    press(page, "Save")
    see_message(page, "Saved.")
    assert UnitAccess.objects.live().filter(account=nemo).count() == 2


# S4-07, S4-09, S4-32, S4-33
def test_adding_begins_with_the_address_and_details_open_in_a_dialog(
    page: Page, sign_in: SignIn, boss: Account, nemo: Account
) -> None:
    sign_in(page, boss)
    page.goto("/accounts/add/")
    page.get_by_label("E-mail address").fill("new@example.org")
    press(page, "Continue")
    see_title(page, "Add Account")
    expect(page.get_by_label("E-mail address", exact=False).first).to_have_value("new@example.org")
    page.goto("/accounts/?q=nemo")
    click(page.get_by_role("link", name="Details of Nemo Nobody"))
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Telephone").fill("12345")
    press(dialog, "Update")
    see_message(page, "Saved.")
    nemo.refresh_from_db()
    assert nemo.phone == "12345"
