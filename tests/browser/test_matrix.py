"""The matrix with the keyboard, and by whole rows and columns."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import Account
from adminrights.models import Unit
from groups.models import Group
from groups.services import set_levels
from tests.browser.acts import press, see_matrix, see_message, sideways
from tests.factories import AccountFactory, GroupFactory

pytestmark = pytest.mark.looks

SignIn = Callable[[Page, Account], None]


@pytest.fixture
def readers(unit: Unit) -> Group:
    """A group whose members read offers."""
    group: Group = GroupFactory(unit=unit, display_name="Readers")
    set_levels(group, {"offers": 1}, actor=AccountFactory(unit=unit, levels={"admin_rights": 2, "offers": 2}))
    return group


@pytest.fixture
def rita(unit: Unit, readers: Group) -> Account:
    """Rita reads offers through the group."""
    account: Account = AccountFactory(unit=unit, first_name="Rita", groups=[readers])
    return account


@pytest.fixture
def form(page: Page, sign_in: SignIn, ada: Account, rita: Account) -> Page:
    """Ada opens Rita's form."""
    sign_in(page, ada)
    page.goto(f"{rita.get_absolute_url()}edit/")
    see_matrix(page)
    return page


def tick(page: Page, label: str) -> Locator:
    return page.get_by_label(label, exact=True)


def test_the_matrix_is_one_stop_of_the_tab_key(form: Page) -> None:
    stops = form.locator("[data-matrix] table :is(input, button, [tabindex])")
    assert stops.evaluate_all("found => found.filter((each) => each.tabIndex === 0).length") == 1

    tick(form, "Customers: Read").focus()
    form.keyboard.press("End")
    expect(tick(form, "Customers: Read & Write")).to_be_focused()
    form.keyboard.press("Tab")
    form.keyboard.press("Shift+Tab")
    expect(tick(form, "Customers: Read & Write")).to_be_focused()
    form.keyboard.press("Home")
    expect(tick(form, "Customers: Read")).to_be_focused()
    form.keyboard.press("Control+End")
    assert form.evaluate("document.activeElement.closest('tr').matches('tbody:last-child tr:last-child')")


def test_what_comes_through_a_group_is_reached_names_it_and_stays(form: Page) -> None:
    given = form.get_by_label("Offers: Read through Readers", exact=True)
    given.focus()
    expect(given).to_be_focused()
    expect(given).to_be_disabled()

    form.keyboard.press("Space")

    expect(given).to_be_checked()
    expect(form.locator("[data-matrix-said]")).to_have_text("")


def test_a_column_and_a_row_are_ticked_and_cleared_at_once(form: Page, rita: Account) -> None:
    column = form.get_by_role("button", name="Read for all modules", exact=True)
    column.click()
    expect(column).to_have_attribute("aria-pressed", "true")
    expect(tick(form, "Customers: Read")).to_be_checked()
    expect(tick(form, "Customers: Read & Write")).not_to_be_checked()
    column.click()
    expect(form.locator("[data-matrix] input[name=levels]:checked")).to_have_count(0)

    row = form.get_by_role("button", name="All levels of Campaigns", exact=True)
    tick(form, "Campaigns: Read").focus()
    form.keyboard.press("ArrowLeft")
    expect(row).to_be_focused()
    form.keyboard.press("Space")
    expect(tick(form, "Campaigns: Approve & Publish")).to_be_checked()
    press(form, "Save")

    see_message(form, "Saved.")
    assert {(fact.module_id, fact.level) for fact in rita.grants.live()} == {("campaigns", 3)}


def test_every_module_is_reached_on_a_phone_under_its_level(
    phone: Page, sign_in: SignIn, ada: Account, readers: Group
) -> None:
    sign_in(phone, ada)
    phone.goto(f"{readers.get_absolute_url()}levels/")
    see_matrix(phone)
    phone.locator(".matrix-row").last.scroll_into_view_if_needed()

    heads = phone.locator(".table-matrix thead th:not(:first-child)")
    for head in heads.all():
        expect(head).to_be_in_viewport()
    assert sideways(phone) == 0
