"""Help in place: by the keyboard and by touch; and the first steps, until they are closed."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from accounts.models import Account
from tests.browser.acts import sideways

SignIn = Callable[[Page, Account], None]


def test_statuses_are_explained_by_the_keyboard_and_escape_leads_back(
    page: Page, sign_in: SignIn, ada: Account
) -> None:
    sign_in(page, ada)
    page.goto("/accounts/")
    button = page.locator("summary", has_text="What the statuses mean")
    meaning = page.get_by_text("Has no password yet")
    button.press("Enter")
    expect(meaning).to_be_visible()

    page.keyboard.press("Escape")

    expect(meaning).to_be_hidden()
    expect(button).to_be_focused()


def test_levels_are_explained_by_touch_on_a_phone(phone: Page, sign_in: SignIn, ada: Account) -> None:
    sign_in(phone, ada)
    phone.goto(f"{ada.get_absolute_url()}edit/")
    phone.locator("summary", has_text="What the levels mean").tap()

    expect(phone.get_by_text("Also approve, start and stop")).to_be_in_viewport(ratio=1)
    assert sideways(phone) == 0


def test_first_steps_that_were_closed_stay_closed(
    page: Page, sign_in: SignIn, ada: Account, axe: Callable[[Page], None]
) -> None:
    sign_in(page, ada)
    page.goto("/accounts/")
    steps = page.get_by_role("region", name="First steps")
    expect(steps.get_by_role("link")).to_have_text(["Create a role", "Create a group", "Invite somebody"])
    axe(page)
    page.get_by_role("button", name="Hide the first steps").click()
    expect(steps).to_be_hidden()

    page.reload()

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(steps).to_be_hidden()
