"""All Accounts: found, narrowed, sorted and turned over, and the address keeps it all."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Account
from adminrights.models import Unit
from groups.models import Group
from tests.browser.acts import click, follow, head, menu_of, names_in, path_of, rows, see_title, sideways
from tests.browser.conftest import Trouble
from tests.factories import AccountFactory, GroupFactory

SignIn = Callable[[Page, Account], None]


@pytest.fixture
def crowd(unit: Unit) -> list[Account]:
    """Sixty people, which is more than a page holds."""
    return [AccountFactory(unit=unit, first_name="Crowd", last_name=f"Person{n:02}") for n in range(60)]


@pytest.fixture
def at_the_list(page: Page, sign_in: SignIn, ada: Account) -> Page:
    """Ada, looking at All Accounts."""
    sign_in(page, ada)
    page.goto("/accounts/")
    return page


def see_rows(page: Page, count: int) -> None:
    expect(rows(page)).to_have_count(count)


# S0-12, S0-13, S0-14, S0-18, S0-19, S0-20, S0-21, S0-41, S1-08, S1-09, S1-10, S1-11
def test_the_list_tells_of_everybody_and_the_name_leads_to_the_account(
    gwen: Account, penny: Account, dora: Account, at_the_list: Page
) -> None:
    page = at_the_list
    headings = [heading.strip() for heading in page.locator("#results thead th").all_inner_texts()]
    assert headings[:6] == ["Tick every row", "Status", "ID", "Name", "Email", "Groups"]
    told = {row.split("\t")[3].strip(): row for row in rows(page).all_inner_texts()}
    assert set(told) == {"Ada Admin", "Gwen Group", "Penny Pending", "Dora Disabled"}
    status = {name: row.split("\t")[1].strip() for name, row in told.items()}
    assert (status["Penny Pending"], status["Dora Disabled"]) == ("Pending", "Disabled")
    assert status["Gwen Group"] == "Active"
    for part in (str(gwen.pk), gwen.email, "Campaign team"):
        assert part in told["Gwen Group"]

    follow(page, "Gwen Group")
    see_title(page, "Gwen Group")
    assert path_of(page) == gwen.get_absolute_url()


@pytest.mark.parametrize("width", [1280, 360])
def test_long_names_addresses_and_groups_leave_the_menu_of_each_row_on_the_page(
    width: int, unit: Unit, late: Account, at_the_list: Page
) -> None:
    group = GroupFactory(unit=unit, display_name="Business Unit administrator · Conference Office")
    AccountFactory(
        pk=1_234_567,
        unit=unit,
        first_name="Anneliese",
        last_name="Baumgartner-Kowalczyk",
        email="anneliese.baumgartner-kowalczyk@larkspur.example",
        groups=[group],
    )
    page = at_the_list
    page.set_viewport_size({"width": width, "height": 800})
    page.reload()
    see_rows(page, 3)
    assert sideways(page) == 0


# S0-02, S0-22, S1-13
def test_add_account_stands_at_the_upper_right_and_opens_a_page(at_the_list: Page) -> None:
    page = at_the_list
    heading, button = page.get_by_role("heading", level=1).bounding_box(), head(page).bounding_box()
    assert heading
    assert button
    assert button["x"] > heading["x"] + heading["width"]
    assert button["y"] < heading["y"] + heading["height"]

    follow(head(page), "Add Account")
    see_title(page, "Add Account")
    assert path_of(page) == "/accounts/add/"


# S0-11, S1-02
def test_the_dashboards_stand_together_in_the_menu(at_the_list: Page) -> None:
    menu = at_the_list.get_by_role("navigation", name="Main menu")
    for name, address in (
        ("All Groups", "/groups/"),
        ("All Roles", "/roles/"),
        ("All Accounts", "/accounts/"),
    ):
        follow(menu, name)
        see_title(at_the_list, name)
        assert path_of(at_the_list) == address


def test_typing_narrows_the_list_and_keeps_the_focus(gwen: Account, nemo: Account, at_the_list: Page) -> None:
    page = at_the_list
    field = page.get_by_label("Name or e-mail")
    field.press_sequentially("gwen", delay=30)

    see_rows(page, 1)
    assert names_in(page) == ["Gwen Group"]
    expect(field).to_be_focused()
    expect(page.locator("#results-said")).to_have_text("1 account")
    page.keyboard.type("zz")
    expect(page.get_by_text("No account matches")).to_be_visible()
    follow(page, "Show all accounts")
    see_rows(page, 3)


# S0-14, S1-10
def test_the_address_keeps_what_was_narrowed(
    gwen: Account, penny: Account, campaign_team: Group, at_the_list: Page
) -> None:
    page = at_the_list
    page.get_by_label("Status", exact=True).select_option(label="Pending")
    see_rows(page, 1)
    assert names_in(page) == ["Penny Pending"]
    assert "status=pending" in page.url
    page.reload()
    see_rows(page, 1)
    expect(page.get_by_label("Status", exact=True)).to_have_value("pending")

    page.get_by_label("Status", exact=True).select_option(label="All")
    see_rows(page, 3)
    page.get_by_label("Group", exact=True).select_option(label="Campaign team")
    expect(page.locator("#results .row-link")).to_have_text(["Gwen Group"])
    page.go_back()
    expect(page.locator("#results .row-link")).to_have_text(["Ada Admin", "Gwen Group", "Penny Pending"])
    page.go_back()
    expect(page.locator("#results .row-link")).to_have_text(["Penny Pending"])


def test_a_role_narrows_to_who_has_it_through_a_group(
    gwen: Account, grant: Account, at_the_list: Page
) -> None:
    page = at_the_list
    page.get_by_label("Role", exact=True).select_option(label="Campaigns admin")
    expect(page.locator("#results .row-link")).to_have_text(["Gwen Group"])


def test_sorting_searching_and_turning_pages_go_together(crowd: list[Account], at_the_list: Page) -> None:
    page = at_the_list
    page.goto("/accounts/?q=person")
    see_rows(page, 50)
    follow(page, "Email")
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Email")
    follow(page, "Email")
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Email")
    assert names_in(page)[0] == "Crowd Person59"

    follow(page, "Next")
    see_rows(page, 10)
    assert names_in(page)[-1] == "Crowd Person00"
    shown = names_in(page)
    page.reload()
    assert names_in(page) == shown
    page.get_by_label("Name or e-mail").press_sequentially("0")
    expect(page.locator("#results .row-link").first).to_have_text("Crowd Person09")
    see_rows(page, 10)


# S0-43, S0-48, S0-49: the quick menu offers what the state allows
def test_every_row_ends_in_what_can_be_done_with_the_account(
    gwen: Account, penny: Account, dora: Account, at_the_list: Page
) -> None:
    page = at_the_list
    expected = {
        "Gwen Group": ["Open", "Edit", "Disable"],
        "Penny Pending": ["Open", "Edit", "Resend Invite", "Cancel Invite"],
        "Dora Disabled": ["Open", "Edit", "Reactivate"],
        # Nobody switches themselves off.
        "Ada Admin": ["Open", "Edit"],
    }
    for name, actions in expected.items():
        assert menu_of(page, name).locator(".drop-item").all_inner_texts() == actions
        page.keyboard.press("Escape")


# T9, T10: states that the three words don't tell
def test_run_out_invitations_and_locks_are_marked_and_found(
    late: Account, locked: Account, penny: Account, at_the_list: Page
) -> None:
    page = at_the_list
    for choice, name in (("Invitation expired", late.name), ("Locked", locked.name)):
        page.get_by_label("Status", exact=True).select_option(label=choice)
        expect(page.locator("#results .row-link")).to_have_text([name])


# S0-10, S1-12: staff and customers are kept apart, and so are the rights to them
def test_who_manages_customers_manages_no_staff_and_the_other_way_round(
    page: Page, sign_in: SignIn, unit: Unit, ada: Account, trouble: Trouble
) -> None:
    trouble.expect("403")
    manager = AccountFactory(unit=unit, levels={"customers": 2})
    sign_in(page, manager)
    page.goto("/accounts/")
    see_title(page, "You may not open this page")
    assert not ada.has_perm("user_profiles:list", unit)
    assert manager.has_perm("user_profiles:list", unit)


# S1-08: who looks through a filtered list comes back to it as it was
def test_the_way_back_from_an_account_leads_to_the_list_as_it_was_left(
    penny: Account, dora: Account, at_the_list: Page
) -> None:
    page = at_the_list
    page.get_by_label("Status").select_option("pending")
    see_rows(page, 1)
    follow(page, "Penny Pending")
    see_title(page, "Penny Pending")
    click(page.get_by_role("link", name="Permissions", exact=True))

    click(page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link", name="All Accounts"))

    see_title(page, "All Accounts")
    see_rows(page, 1)
    expect(page.get_by_label("Status")).to_have_value("pending")


@pytest.mark.parametrize("listed", ["/log/", "/ending/"])
def test_the_file_of_a_list_follows_what_is_typed(listed: str, at_the_list: Page) -> None:
    page = at_the_list
    page.goto(listed)
    page.get_by_role("searchbox").press_sequentially("gwen", delay=30)
    expect(page.get_by_role("link", name="CSV")).to_have_attribute("href", re.compile(r"\?.*q=gwen"))
