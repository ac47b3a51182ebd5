"""From the refusal to the access, in the browser: asked, looked at, approved, and given back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from accounts.access import may
from accounts.models import Account
from accounts.services.grants import set_permissions
from adminrights.change import SYSTEM
from adminrights.models import Unit
from tests.browser.acts import dialog, follow, press, section, see_message, see_title
from tests.browser.conftest import Trouble
from tests.post import deliver, link_in

SignIn = Callable[[Page, Account], None]
Check = Callable[[Page], None]


@pytest.mark.parametrize("width", [1280, 360])
def test_who_is_refused_asks_and_whoever_may_gives_it_after_a_look(
    width: int,
    page: Page,
    new_context: Callable[..., BrowserContext],
    sign_in: SignIn,
    axe: Check,
    trouble: Trouble,
    unit: Unit,
    nemo: Account,
    ada: Account,
    otto: Account,
) -> None:
    trouble.expect("403")
    size = {"width": width, "height": 800}
    page.set_viewport_size(size)
    day = str((timezone.localtime() + timedelta(days=9)).date())
    sign_in(page, nemo)
    page.goto("/groups/")
    axe(page)
    follow(page, "Ask for it: See the list of groups")
    page.get_by_label("What do you need it for?").fill("I keep the teams in order")
    page.get_by_label("Last day").fill(day)
    axe(page)
    press(page, "Ask")
    see_message(page, "You have asked.")
    expect(section(page, "Your requests")).to_contain_text("Open")
    axe(page)

    theirs = new_context().new_page()
    theirs.set_viewport_size(size)
    sign_in(theirs, ada)
    look_and_approve(theirs, axe, nemo, ada)

    assert [letter.to for letter in deliver()] == [[nemo.email]]
    page.goto("/groups/")
    see_title(page, "All Groups")
    give_back(page, axe, nemo)
    assert not may(nemo, "groups:list", unit)


def look_and_approve(page: Page, axe: Check, nemo: Account, ada: Account) -> None:
    """Follow the mail, look at what the single right does, and give it."""
    page.goto(link_in(next(letter for letter in deliver() if letter.to == [ada.email])))
    see_title(page, "Nemo Nobody asks for access")
    axe(page)
    look = page.locator("li.suggestion", has_text="The single right").get_by_role("link")
    look.click()
    expect(dialog(page)).to_contain_text("Nemo Nobody gains")
    axe(page)
    assert not nemo.grants.live().exists()
    press(dialog(page), "Approve")
    see_message(page, "Approved. Nemo Nobody is told by mail.")
    expect(page.locator("h1 .badge-status")).to_have_text("Approved")


def give_back(page: Page, axe: Check, nemo: Account) -> None:
    """Give the right back on My access, after a look at what one loses."""
    page.goto("/me/")
    given = section(page, "What was given to you").locator("li", has_text="See the list of groups")
    given.get_by_role("link", name="Give back").click()
    expect(dialog(page)).to_contain_text("Nemo Nobody loses")
    axe(page)
    press(dialog(page), "Give it back")
    see_message(page, "Given back: Own right: See the list of groups.")


def test_without_scripts_a_request_is_declined(
    new_context: Callable[..., BrowserContext], sign_in: SignIn, unit: Unit, nemo: Account, ada: Account
) -> None:
    set_permissions(nemo, {"contacts:list": True}, actor=SYSTEM, unit=unit)
    page = new_context(java_script_enabled=False).new_page()
    sign_in(page, nemo)
    page.goto("/me/ask/?q=export")
    follow(page, "Export contacts")
    page.get_by_label("What do you need it for?").fill("For the audit")
    press(page, "Ask")
    theirs = new_context(java_script_enabled=False).new_page()
    sign_in(theirs, ada)
    theirs.goto("/requests/")
    follow(theirs, "Nemo Nobody")
    follow(theirs, "Decline")
    theirs.get_by_label("Why not?").fill("The audit is over.")
    press(theirs, "Decline")
    see_message(theirs, "Declined. Nemo Nobody is told by mail.")
    page.goto("/me/")
    expect(section(page, "Your requests")).to_contain_text("The audit is over.")
