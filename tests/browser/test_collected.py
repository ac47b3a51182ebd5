"""Two edits are looked at, collected, looked at together and applied as one."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.access import may
from accounts.models import Account
from adminrights.models import Unit
from groups.models import Group
from roles.models import Role
from tests.browser.acts import follow, press, see_message, see_title
from tests.factories import RoleFactory

SignIn = Callable[[Page, Account], None]


@pytest.mark.parametrize("scripts", [True, False])
def test_edits_are_collected_and_applied_as_one(
    scripts: bool,
    page: Page,
    page_without_scripts: Page,
    sign_in: SignIn,
    ada: Account,
    gwen: Account,
    campaign_team: Group,
    unit: Unit,
) -> None:
    page = page if scripts else page_without_scripts
    role: Role = RoleFactory(unit=unit, display_name="Editors", rules=["contacts:get"])
    sign_in(page, ada)
    page.goto(f"/groups/{campaign_team.pk}/roles/")
    page.get_by_label("Editors").check()
    press(page, "Preview")
    expect(page.get_by_text("Gwen Group gains: Contacts (View)")).to_be_visible()
    press(page, "Collect")
    see_message(page, "Collected, not saved yet")
    assert not may(gwen, "contacts:get", unit)

    page.goto(f"/accounts/{gwen.pk}/edit/")
    page.get_by_label("First name").fill("Gwendolyn")
    press(page, "Preview")
    press(page, "Collect")
    see_message(page, "Collected, not saved yet")

    follow(page, "2 collected edits")
    see_title(page, "Collected edits")
    expect(page.get_by_role("listitem").filter(has_text="Roles of Campaign team")).to_be_visible()
    press(page, "Apply all")
    see_message(page, "2 edits are applied.")
    expect(page.get_by_text("Nothing is collected")).to_be_visible()
    expect(page.get_by_role("link", name="collected edit")).to_have_count(0)
    gwen.refresh_from_db()
    assert gwen.first_name == "Gwendolyn"
    assert may(gwen, "contacts:get", unit)
    assert role.group_facts.live().exists()


def test_one_is_discarded_by_keyboard(
    page: Page, sign_in: SignIn, ada: Account, gwen: Account, campaign_team: Group
) -> None:
    sign_in(page, ada)
    page.goto(f"/accounts/{gwen.pk}/disable/")
    press(page, "Collect")
    page.goto("/collected/")
    page.get_by_role("button", name="Discard Disable Gwen Group").focus()
    page.keyboard.press("Enter")
    see_message(page, "Discarded: Disable Gwen Group.")
    assert not ada.collected_edits.exists()
