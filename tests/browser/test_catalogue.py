"""The catalogue and the access log in a browser; the hint of the role editor."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from accounts.models import Account
from accounts.services.lifecycle import disable_account
from adminrights.models import Unit
from roles.models import Role
from tests.browser.acts import click, follow, rows, see_title
from tests.factories import AccountFactory

SignIn = Callable[[Page, Account], None]


# S3-05: found while one types, explained on its own page
def test_a_permission_is_found_while_one_types(
    page: Page, sign_in: SignIn, ada: Account, gwen: Account
) -> None:
    sign_in(page, ada)
    page.goto("/permissions/")
    page.get_by_role("searchbox").press_sequentially("change ad camp")

    follow(page.locator("#results"), "Change ad campaigns")

    see_title(page, "Change ad campaigns")
    expect(page.get_by_text("1 person: 1 through 1 group")).to_be_visible()
    follow(page.locator("main"), "Gwen Group")
    see_title(page, "Gwen Group")


# S1-47: who can, narrowed while one types, as a file, and why
def test_who_can_is_narrowed_downloaded_and_explained(
    page: Page, sign_in: SignIn, ada: Account, gwen: Account, unit: Unit
) -> None:
    AccountFactory(unit=unit, first_name="Dirk", last_name="Direct", permissions=["ad_campaigns:update"])
    sign_in(page, ada)
    page.goto("/permissions/ad_campaigns:update/")
    follow(page.locator("main"), "Filters and CSV")

    see_title(page, "Who can: Change ad campaigns")
    expect(page.get_by_text("2 people: 1 directly, 1 through 1 group")).to_be_visible()
    page.get_by_label("How").select_option("Through a group")
    expect(rows(page)).to_have_count(1)
    page.get_by_role("searchbox").press_sequentially("gwen")
    expect(page).to_have_url(re.compile("q=gwen"))
    with page.expect_download() as download:
        click(page.get_by_role("link", name="CSV"))
    assert [line.split(",")[0] for line in download.value.path().read_text().splitlines()] == [
        "name",
        "Gwen Group",
    ]
    follow(page.locator("main"), "Why Gwen Group may do it")
    see_title(page, "Change ad campaigns")


# S3-94: a rule that lets nobody see the page says so while it is made
def test_the_editor_hints_while_actions_are_chosen(
    page: Page, sign_in: SignIn, ada: Account, campaigns_admin: Role
) -> None:
    sign_in(page, ada)
    page.goto(f"/roles/{campaigns_admin.pk}/rules/add/?target=user_profiles")
    hint = page.get_by_text("People with this rule alone won't see the page: add View.")
    expect(hint).to_be_hidden()

    page.get_by_label("Update").check()
    expect(hint).to_be_visible()
    page.get_by_label("View", exact=False).first.check()
    expect(hint).to_be_hidden()


# S3-T14, S3-116
def test_an_entry_of_the_log_opens_and_tells(
    page: Page, sign_in: SignIn, ada: Account, grant: Account, unit: Unit
) -> None:
    disable_account(grant, actor=ada, unit=unit, reason="Left the company")
    sign_in(page, ada)
    page.goto("/log/")
    page.get_by_role("searchbox").press_sequentially("grant own")
    reason = page.get_by_text("Left the company")
    expect(reason).to_be_hidden()

    click(page.locator("details.log-entry summary").first)

    expect(reason).to_be_visible()
    with page.expect_download() as download:
        click(page.get_by_role("link", name="CSV"))
    assert "account.disabled" in download.value.path().read_text()
