"""Pages that everybody has, and pages that say no."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django import Settings

from accounts.models import Account
from adminrights.outbox import send_due
from adminrights.views.mailbox import BACKEND
from tests.browser.acts import (
    NEW_PASSWORD,
    choose_password,
    follow,
    path_of,
    press,
    section,
    see_message,
    see_title,
    sign_in_with_form,
)
from tests.browser.conftest import Trouble
from tests.factories import PASSWORD
from tests.post import deliver, link_in

SignIn = Callable[[Page, Account], None]


# Scenario 25
def test_my_access_tells_what_and_why_and_who_can_change_it(
    page: Page, sign_in: SignIn, gwen: Account, ada: Account
) -> None:
    sign_in(page, gwen)
    page.goto("/")
    see_title(page, "My access")
    campaigns = page.locator("details.my-module", has_text="Add ad campaigns")
    expect(campaigns).to_contain_text("Campaign team")
    expect(section(page, "Who can change this")).to_contain_text("Ada Admin")


# S0-08
def test_somebody_with_nothing_reads_whom_to_ask(
    page: Page, sign_in: SignIn, nemo: Account, ada: Account
) -> None:
    sign_in(page, nemo)
    page.goto("/")
    expect(page.get_by_text("You may not do anything here yet")).to_be_visible()
    expect(page.get_by_role("link", name=ada.email)).to_be_visible()
    menu = page.get_by_role("navigation", name="Main menu").get_by_role("link").all_inner_texts()
    assert menu == ["My access", "My profile"]


def test_ones_own_password_is_changed_and_other_windows_are_signed_out(
    page: Page, new_context: Callable[..., BrowserContext], sign_in: SignIn, nemo: Account, trouble: Trouble
) -> None:
    trouble.expect("422")
    elsewhere = new_context().new_page()
    sign_in(elsewhere, nemo)
    sign_in(page, nemo)
    page.goto("/me/profile/")
    follow(page, "Change password")
    page.get_by_label("Present password").fill("wrong")
    choose_password(page, "Change password")
    expect(page.get_by_role("alert")).to_contain_text("This is not your present password.")
    page.get_by_label("Present password").fill(PASSWORD)
    choose_password(page, "Change password")

    see_message(page, "Your password is changed.")
    see_title(page, "My profile")
    elsewhere.goto("/me/")
    assert path_of(elsewhere) == "/sign-in/"
    sign_in_with_form(elsewhere, nemo.email, NEW_PASSWORD)
    see_title(elsewhere, "My access")


# S1-15
def test_notifications_from_campaigns_are_ones_own_choice(page: Page, sign_in: SignIn, nemo: Account) -> None:
    sign_in(page, nemo)
    page.goto("/me/profile/")
    page.get_by_label("Send me e-mail notifications from campaigns").check()
    press(page, "Save")
    see_message(page, "Saved.")
    nemo.refresh_from_db()
    assert nemo.campaign_notifications


def test_a_forgotten_password_is_replaced_by_a_link(page: Page, nemo: Account) -> None:
    page.goto("/sign-in/")
    follow(page, "Forgotten password")
    page.get_by_label("E-mail address").fill(nemo.email)
    press(page, "Send the link")
    see_title(page, "Look into your mail")
    [mail] = deliver()
    page.goto(link_in(mail))
    choose_password(page, "Set the password")
    see_message(page, "Your password is set.")
    sign_in_with_form(page, nemo.email, NEW_PASSWORD)
    see_title(page, "My access")


def test_the_mailbox_of_the_demo_is_searched_by_address(
    page: Page, nemo: Account, gwen: Account, settings: Settings, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND, settings.DEMO, settings.MAILBOX_DIR = BACKEND, True, tmp_path
    for account in (nemo, gwen):
        page.goto("/password/reset/")
        page.get_by_label("E-mail address").fill(account.email)
        press(page, "Send the link")
        see_title(page, "Look into your mail")
    send_due()
    follow(page, "Open the mailbox of this demo")
    page.get_by_label("Search by address").fill("gwen")
    press(page, "Search")
    expect(page.locator("tbody tr").first).to_contain_text(gwen.email)
    expect(page.get_by_text(nemo.email)).to_have_count(0)


# S0-08, S0-09
def test_a_refused_page_says_what_is_missing(
    page: Page, sign_in: SignIn, nemo: Account, trouble: Trouble
) -> None:
    trouble.expect("403")
    sign_in(page, nemo)
    page.goto("/accounts/")
    see_title(page, "You may not open this page")
    expect(page.locator(".refusal-missing")).to_have_text("See the list of accounts")
    follow(page, "See my access")
    see_title(page, "My access")


@pytest.mark.parametrize("address", ["/nowhere/", "/accounts/999999/"])
def test_a_page_that_is_not_there_leads_back(
    address: str, page: Page, sign_in: SignIn, ada: Account, trouble: Trouble
) -> None:
    trouble.expect("404")
    sign_in(page, ada)
    page.goto(address)
    see_title(page, "This page does not exist")
    follow(page, "Go to the first page")
    see_title(page, "All Accounts")


def test_an_ended_session_leads_from_a_search_to_sign_in_and_back(
    page: Page, sign_in: SignIn, ada: Account
) -> None:
    sign_in(page, ada)
    page.goto("/accounts/?status=active")
    page.context.clear_cookies(name="session")
    page.get_by_label("Name or e-mail").press_sequentially("ada")
    see_title(page, "Sign in")
    sign_in_with_form(page, ada.email)
    see_title(page, "All Accounts")
    expect(page.get_by_label("Status")).to_have_value("active")


def test_an_invitation_for_somebody_else_stays_unused(
    page: Page, sign_in: SignIn, ada: Account, penny: Account, trouble: Trouble
) -> None:
    trouble.expect("409")
    sign_in(page, ada)
    page.goto(penny.get_absolute_url())
    press(page, "Resend Invite")
    see_message(page, "is on its way")
    [mail] = deliver()
    page.goto(link_in(mail))
    see_title(page, "This invitation is for somebody else")
    press(page, "Sign out")
    see_title(page, "Choose your password")
    choose_password(page, "Finish my account")
    see_message(page, "Your password is set.")
