"""The whole story: an administrator invites, the invited begin to work, the account is switched off again."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect
from pytest_django import Settings

from accounts.models import Account
from adminrights.outbox import send_due
from adminrights.views.mailbox import BACKEND
from groups.models import Group
from tests.browser.acts import (
    NEW_PASSWORD,
    choose_password,
    click,
    dialog,
    follow,
    page_buttons,
    path_of,
    press,
    see_message,
    see_state,
    see_title,
    sign_in_with_form,
)
from tests.browser.conftest import Trouble
from tests.post import deliver, link_in

IVY = {"First name": "Ivy", "Last name": "Invited", "E-mail address": "ivy@example.org"}


def add_ivy(page: Page) -> None:
    """Add an account in the group Campaign team, with a level of its own, and invite it."""
    follow(page, "Add Account")
    for label, value in IVY.items():
        page.get_by_label(label).fill(value)
    page.get_by_label("Campaign team").check()
    page.get_by_label("Offers: Read", exact=True).check()
    press(page, "Add Account")


def finish_account(ivy: Page, link: str) -> None:
    """Follow the invitation's link, choose a password and sign in with it."""
    ivy.goto(link)
    expect(ivy.get_by_text("Welcome to Northwind, Ivy Invited.")).to_be_visible()
    choose_password(ivy, "Finish my account")
    see_message(ivy, "Your password is set.")
    expect(ivy.get_by_label("E-mail address")).to_have_value("ivy@example.org")
    sign_in_with_form(ivy, "ivy@example.org", NEW_PASSWORD)


# S0-01, S0-22, S0-28, S0-30, S0-39, S0-40, S1-13, S1-14, S1-16, S1-22, S1-23, S1-25, S1-53, T1, T6, T7
def test_a_colleague_is_invited_begins_to_work_and_is_disabled(
    page: Page,
    new_context: Callable[..., BrowserContext],
    ada: Account,
    campaign_team: Group,
    trouble: Trouble,
) -> None:
    sign_in_with_form(page, ada.email)
    see_title(page, "All Accounts")

    add_ivy(page)
    see_message(page, "The invitation to ivy@example.org is on its way.")
    see_state(page, "Pending")
    assert page_buttons(page) == ["Resend Invite", "Cancel Invite", "Edit"]

    [mail] = deliver()
    ivy = new_context().new_page()
    finish_account(ivy, link_in(mail))

    see_title(ivy, "My access")
    offers = ivy.locator("details", has_text="See the list of offers")
    expect(offers).to_contain_text("Ada Admin")
    campaigns = ivy.locator("details", has_text="Add ad campaigns")
    expect(campaigns).to_contain_text("Campaign team")

    page.reload()
    assert page_buttons(page) == ["Disable", "Edit"]
    follow(page, "Disable")
    press(dialog(page), "Disable")
    see_message(page, "Ivy Invited is disabled.")
    assert page_buttons(page) == ["Reactivate", "Edit"]

    follow(ivy.get_by_role("navigation", name="Main menu"), "My profile")
    assert path_of(ivy) == "/sign-in/"
    trouble.expect("422")
    sign_in_with_form(ivy, "ivy@example.org", NEW_PASSWORD)
    expect(ivy.get_by_role("alert")).to_contain_text("No account that may sign in")


# S0-22, S0-39, S1-22, S1-23, T1, T6: the same without any script, the mail read in the local mailbox
def test_the_same_story_without_scripts(
    page_without_scripts: Page, ada: Account, campaign_team: Group, settings: Settings, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND, settings.DEMO, settings.MAILBOX_DIR = BACKEND, True, tmp_path
    page = page_without_scripts
    sign_in_with_form(page, ada.email)
    add_ivy(page)
    see_state(page, "Pending")
    send_due()
    click(page.locator(".person-menu summary"))
    press(page, "Sign out")

    follow(page, "mailbox of this demo")
    click(page.locator("tr", has_text="ivy@example.org").get_by_role("link"))
    click(page.locator(".letter").get_by_role("link", name="/invitation/"))
    choose_password(page, "Finish my account")
    sign_in_with_form(page, "ivy@example.org", NEW_PASSWORD)

    see_title(page, "My access")
    expect(page.get_by_text("Add ad campaigns")).to_be_visible()
    expect(page.get_by_text("Campaign team").filter(visible=True).first).to_be_visible()
