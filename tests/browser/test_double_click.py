"""Whoever clicks twice does what one click does: nothing is saved unseen, and no dialog closes at once."""

from collections.abc import Callable

from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from accounts.models import Account
from adminrights.models import Unit
from roles.models import Role, Rule
from tests.browser.acts import dialog
from tests.factories import RoleFactory

SignIn = Callable[[Page, Account], None]
# Between the two clicks the answer to the first one arrives.
PAUSE = 350


def click_twice(button: Locator) -> None:
    """Click as a hand does that is used to double clicks."""
    box = button.bounding_box()
    assert box
    mouse = button.page.mouse
    mouse.click(box["x"] + 10, box["y"] + 10)
    button.page.wait_for_timeout(PAUSE)
    mouse.down(click_count=2)
    mouse.up(click_count=2)


def rules_of(role: Role) -> int:
    return Rule.objects.filter(role=role).count()


def test_preview_clicked_twice_only_looks(page: Page, sign_in: SignIn, ada: Account, unit: Unit) -> None:
    role: Role = RoleFactory(unit=unit, rules=["offers:list"])
    sign_in(page, ada)
    page.goto(role.get_absolute_url())
    page.get_by_role("link", name="Add Rule").click()
    dialog(page).get_by_label("Resource").select_option(label="Ad campaigns")
    dialog(page).get_by_role("checkbox", name="List").check()

    click_twice(dialog(page).get_by_role("button", name="Preview"))

    expect(dialog(page)).to_contain_text("Nothing is saved yet.")
    page.wait_for_timeout(PAUSE)
    assert rules_of(role) == 1
    dialog(page).get_by_role("button", name="Save rule").click()
    expect(page.locator("#messages")).to_contain_text("The rule about Ad campaigns is saved.")
    assert rules_of(role) == 2


def test_a_dialog_opened_by_two_clicks_stays_open(page: Page, sign_in: SignIn, ada: Account) -> None:
    sign_in(page, ada)
    page.goto(reverse("roles:role_list"))

    click_twice(page.get_by_role("link", name="Create Role").first)

    page.wait_for_timeout(PAUSE)
    expect(dialog(page)).to_be_visible()
