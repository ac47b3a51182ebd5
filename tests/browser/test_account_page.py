"""The page of one account: what it tells, and what can be done, by state."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Account
from accounts.services.invitations import resend_invitation
from adminrights.models import Unit
from tests.browser.acts import (
    dialog,
    follow,
    head,
    page_buttons,
    path_of,
    press,
    section,
    see_message,
    see_state,
    see_title,
)
from tests.factories import AccountFactory
from tests.post import deliver

SignIn = Callable[[Page, Account], None]
PENDING = ["Resend Invite", "Cancel Invite", "Edit"]


@pytest.fixture
def visit(page: Page, sign_in: SignIn, ada: Account, otto: Account) -> Callable[[Account], Page]:
    """Return a function by which Ada opens the page of an account."""
    sign_in(page, ada)

    def open_page(account: Account) -> Page:
        page.goto(account.get_absolute_url())
        return page

    return open_page


Visit = Callable[[Account], Page]


# S0-43, S0-44, S1-21, T3
def test_an_invitation_is_sent_again(visit: Visit, ada: Account, penny: Account, unit: Unit) -> None:
    resend_invitation(penny, actor=ada, unit=unit)
    deliver()
    page = visit(penny)
    assert page_buttons(page) == PENDING
    expect(section(page, "Invitation")).to_contain_text("Sent")

    press(head(page), "Resend Invite")
    see_message(page, "The link sent before is dead.")
    assert [mail.to for mail in deliver()] == [[penny.email]]


# S0-45, S0-46, S0-47, S1-21, T4, T5
def test_an_invitation_is_cancelled_and_the_account_taken_back(visit: Visit, penny: Account) -> None:
    page = visit(penny)
    follow(head(page), "Cancel Invite")
    expect(dialog(page)).to_contain_text("The account becomes disabled")
    follow(dialog(page), "Keep it")
    expect(page.get_by_role("dialog")).to_be_hidden()
    see_state(page, "Pending")

    follow(head(page), "Cancel Invite")
    press(dialog(page), "Cancel Invite")
    see_state(page, "Disabled")
    assert page_buttons(page) == ["Reactivate", "Edit"]
    follow(head(page), "Reactivate")
    press(dialog(page), "Reactivate")
    see_state(page, "Pending")
    see_message(page, "No invitation was sent; Resend Invite sends it.")
    assert page_buttons(page) == PENDING
    assert deliver() == []


# S0-17, S0-48, S0-49, T7, T8
def test_an_active_account_is_disabled_with_a_reason_and_reactivated(visit: Visit, nemo: Account) -> None:
    page = visit(nemo)
    assert page_buttons(page) == ["Disable", "Edit"]
    follow(head(page), "Disable")
    dialog(page).get_by_label("Reason").fill("Left the company")
    press(dialog(page), "Disable")
    see_state(page, "Disabled")
    assert page_buttons(page) == ["Reactivate", "Edit"]
    follow(head(page), "Reactivate")
    expect(dialog(page)).to_contain_text("may sign in again")
    press(dialog(page), "Reactivate")

    see_state(page, "Active")
    expect(section(page, "History")).to_contain_text("Left the company")
    assert [mail.to for mail in deliver()][-1] == [nemo.email]


# T9, S2-26
def test_an_invitation_that_ran_out_is_marked_and_can_be_sent_again(visit: Visit, late: Account) -> None:
    page = visit(late)
    see_state(page, "Pending", "Invitation expired")
    assert page_buttons(page) == PENDING
    expect(section(page, "Invitation")).to_contain_text("The link has run out")


# T10, T11
def test_a_locked_account_is_unlocked(visit: Visit, locked: Account) -> None:
    page = visit(locked)
    see_state(page, "Active", "Locked")
    assert page_buttons(page) == ["Unlock", "Disable", "Edit"]
    press(head(page), "Unlock")
    see_message(page, "can sign in again.")
    assert page_buttons(page) == ["Disable", "Edit"]


# T12
def test_an_account_is_removed_and_listed_no_more(visit: Visit, ada: Account, unit: Unit) -> None:
    gone = AccountFactory(unit=unit, first_name="Gone", last_name="Away", levels={"offers": 1})
    page = visit(gone)
    follow(section(page, "Remove"), "Remove…")
    expect(dialog(page)).to_contain_text("Gone Away loses: Offers")
    press(dialog(page), "Remove")
    see_message(page, "Gone Away has no access here any more.")
    assert path_of(page) == "/accounts/"
    expect(page.get_by_role("link", name="Gone Away")).to_have_count(0)


# S0-37, S0-41, S1-05, S1-06, S1-07, S1-14, S1-15, S1-16, S1-17, S1-18, S1-19, S1-50
def test_the_page_tells_the_basics_the_groups_and_every_source(visit: Visit, gwen: Account) -> None:
    page = visit(gwen)
    basic = section(page, "Basic Information")
    for part in ("Gwen Group", gwen.email, "Active", "Campaign notifications"):
        expect(basic).to_contain_text(part)
    rights = section(page, "Access Rights")
    expect(rights.locator(".tag")).to_have_text(["Campaign team"])

    effective = section(page, "Effective access")
    effective.get_by_label("Find a right or a source").fill("delete ad")
    found = effective.locator("li[data-filter-item]:visible")
    expect(found).to_have_count(1)
    expect(found).to_contain_text("Through the group Campaign team, role Campaigns admin")


# S0-34, S0-35, S1-20: the matrix on the page only tells; Edit is where it changes
def test_the_matrix_of_the_page_is_for_reading(visit: Visit, grant: Account) -> None:
    page = visit(grant)
    row = page.locator("[data-module=customers]")
    assert row.locator("td").nth(0).inner_text().strip() != "–"
    assert row.locator("td").nth(1).locator(".is-none").count() == 1
    assert row.locator("input").count() == 0
    follow(head(page), "Edit")
    see_title(page, "Edit Grant Own")
    expect(page.get_by_label("Customers: Read", exact=True)).to_be_checked()


def test_an_administrator_has_no_button_against_himself(visit: Visit, ada: Account) -> None:
    assert page_buttons(visit(ada)) == ["Edit"]


def test_what_would_be_refused_says_why_and_has_no_button(
    page: Page, sign_in: SignIn, unit: Unit, ada: Account
) -> None:
    helper = AccountFactory(unit=unit, permissions=["accounts:update", "accounts:get", "access:assign"])
    sign_in(page, helper)
    page.goto(ada.get_absolute_url())
    follow(head(page), "Disable")
    expect(dialog(page).locator(".notice-error")).to_be_visible()
    expect(dialog(page).get_by_role("button", name="Disable")).to_have_count(0)


# S4-45: everything that happened, page by page
def test_the_whole_history_has_a_page(visit: Visit, nemo: Account) -> None:
    page = visit(nemo)
    follow(section(page, "History"), "Full history")
    see_title(page, "History")
    expect(page.get_by_text("Account created")).to_be_visible()
