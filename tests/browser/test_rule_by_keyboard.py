"""The resource of a rule is found in its dropdown by typing, as in any other."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Account
from adminrights.models import Unit
from tests.browser.acts import dialog
from tests.factories import RoleFactory


@pytest.mark.parametrize("pause", [80, 450])
def test_a_resource_is_found_by_typing_its_name(
    page: Page, sign_in: Callable[[Page, Account], None], ada: Account, unit: Unit, pause: int
) -> None:
    sign_in(page, ada)
    page.goto(RoleFactory(unit=unit).get_absolute_url())
    page.get_by_role("link", name="Add Rule").press("Enter")
    resource = dialog(page).get_by_label("Resource")
    expect(resource).to_be_focused()

    page.keyboard.type("Offers", delay=pause)

    expect(dialog(page).get_by_text("See which offers there are.")).to_be_visible()
    expect(resource.locator("option:checked")).to_have_text("Offers")
    expect(resource).to_be_focused()
