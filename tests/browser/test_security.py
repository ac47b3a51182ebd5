"""Second factors in a real browser: an app, recovery codes, a passkey that the browser keeps."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import override_settings
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account
from accounts.services.factors import set_factor_rule
from adminrights.change import SYSTEM
from adminrights.models import Unit
from tests.accounts.authenticator import code_of, with_app
from tests.browser.acts import (
    click,
    follow,
    press,
    section,
    see_matrix,
    see_message,
    see_title,
    sideways,
    sign_in_with_form,
)
from tests.browser.conftest import NAMED_HOST, Trouble
from tests.factories import PASSWORD
from tests.post import deliver, link_in

SignIn = Callable[[Page, Account], None]


def secret_on(page: Page) -> str:
    return page.locator("code.secret").inner_text().replace(" ", "")


@contextmanager
def freshness_of(seconds: int) -> Iterator[None]:
    """Let a proof count for so long."""
    with override_settings(PROOF_SECONDS=seconds):
        yield


def sign_out(page: Page) -> None:
    page.context.clear_cookies(name=django_settings.SESSION_COOKIE_NAME)
    page.goto("/sign-in/")


# A8
def test_an_app_is_added_and_asked_for_and_a_recovery_code_stands_in(
    page: Page, sign_in: SignIn, nemo: Account, trouble: Trouble, axe: Callable[[Page], None], scheme: str
) -> None:
    trouble.expect("422")
    sign_in(page, nemo)
    page.goto("/me/profile/")
    click(section(page, "Sign-in and security").get_by_role("link", name="Open"))
    see_title(page, "Sign-in and security")
    axe(page)
    follow(page, "Add an authenticator app")
    axe(page)
    page.get_by_label("Code from the app").fill(code_of(secret_on(page)))
    press(page, "Add the app")
    see_title(page, "Recovery codes")
    press(page, "Make the codes and show them")
    expect(page.locator(".codes code")).to_have_count(10)
    axe(page)
    code = page.locator(".codes code").first.inner_text()
    follow(page, "I have kept them")
    expect(section(page, "Second factor")).to_contain_text("Authenticator app")
    axe(page)

    sign_out(page)
    sign_in_with_form(page, nemo.email)
    see_title(page, "Second step")
    axe(page)
    page.get_by_label("Code").fill("0000")
    press(page, "Go on")
    expect(page.get_by_role("alert")).to_contain_text("This code isn't right")
    axe(page)
    page.get_by_label("Code").fill(code)
    press(page, "Go on")
    see_title(page, "My access")


def test_the_pages_of_second_factors_fit_a_phone(phone: Page, sign_in: SignIn, nemo: Account) -> None:
    sign_in(phone, nemo)
    for path in ("/me/security/", "/me/security/app/"):
        phone.goto(path)
        assert sideways(phone) == 0
    with_app(nemo)
    sign_in(phone, nemo)
    phone.goto("/me/security/codes/")
    press(phone, "Make the codes and show them")
    assert sideways(phone) == 0


# A8
def test_who_must_have_a_factor_is_led_to_one_and_on(
    page: Page, nemo: Account, ada: Account, unit: Unit
) -> None:
    set_factor_rule(unit, required=True, actor=SYSTEM)
    sign_in_with_form(page, ada.email)
    see_title(page, "Sign-in and security")
    expect(page.get_by_text("your account needs a second factor")).to_be_visible()
    follow(page, "Add an authenticator app")
    page.get_by_label("Code from the app").fill(code_of(secret_on(page)))
    press(page, "Add the app")
    page.goto("/")
    see_title(page, "All Accounts")


# A8
def test_an_administrator_resets_a_factor_in_a_dialog(
    page: Page, sign_in: SignIn, nemo: Account, ada: Account, axe: Callable[[Page], None]
) -> None:
    with_app(nemo)
    sign_in(page, ada)
    page.goto(nemo.get_absolute_url())
    expect(section(page, "Sign-in")).to_contain_text("Authenticator app")
    follow(section(page, "Sign-in"), "Reset second factor")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("really this person")
    axe(page)
    press(dialog, "Reset")
    see_message(page, "with the password alone")


# S4 of the security bar
def test_one_sees_where_one_is_signed_in_and_signs_out_there(
    page: Page,
    new_context: Callable[..., BrowserContext],
    nemo: Account,
    axe: Callable[[Page], None],
    scheme: str,
) -> None:
    elsewhere = new_context().new_page()
    for each in (elsewhere, page):
        sign_in_with_form(each, nemo.email)
        see_title(each, "My access")
    page.goto("/me/security/")
    sessions = section(page, "Where you are signed in")
    expect(sessions.get_by_role("listitem")).to_have_count(2)
    expect(sessions).to_contain_text("This one")
    axe(page)
    press(sessions, "End the session of Chrome on Linux")
    see_message(page, "That session has ended.")
    expect(sessions.get_by_role("listitem")).to_have_count(1)
    elsewhere.goto("/me/")
    see_title(elsewhere, "Sign in")
    press(sessions, "Sign out everywhere else")
    see_message(page, "Everywhere else you are signed out.")


# S5 of the security bar
def test_giving_administration_asks_who_sits_there_and_loses_nothing(
    page: Page,
    sign_in: SignIn,
    nemo: Account,
    ada: Account,
    unit: Unit,
    axe: Callable[[Page], None],
    scheme: str,
) -> None:
    with freshness_of(-1):
        sign_in(page, ada)
        page.goto(f"/accounts/{nemo.pk}/edit/")
        see_matrix(page)
        page.get_by_label("Telephone").fill("0123")
        page.get_by_role("checkbox", name="Admin & Rights: Read & Write").check()
        press(page, "Save")
        see_title(page, "Confirm that it is you")
        axe(page)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Confirm")
    see_title(page, "One more click")
    axe(page)
    press(page, "Go on")
    see_title(page, "Nemo Nobody")
    nemo.refresh_from_db()
    assert nemo.phone == "0123"
    assert nemo.has_perm("accounts:update", unit)


# A11
def test_ones_own_address_is_changed_by_its_mail(
    page: Page, sign_in: SignIn, nemo: Account, axe: Callable[[Page], None]
) -> None:
    sign_in(page, nemo)
    page.goto("/me/profile/")
    follow(page, "Change e-mail address")
    axe(page)
    page.get_by_label("New e-mail address").fill("nemo.new@example.org")
    press(page, "Send the link")
    see_message(page, "We sent a link to nemo.new@example.org.")
    page.goto(link_in(next(mail for mail in deliver() if mail.to == ["nemo.new@example.org"])))
    see_title(page, "Use this address from now on?")
    axe(page)
    press(page, "Use this address")
    see_message(page, "Your address is changed.")
    sign_in_with_form(page, "nemo.new@example.org")
    see_title(page, "My access")


@pytest.fixture
def named(new_context: Callable[..., BrowserContext], server: LiveServer) -> Page:
    """A page at an address with a name, in a browser that keeps passkeys and asks nobody."""
    address = server.url.replace("127.0.0.1", NAMED_HOST)
    page = new_context(base_url=address).new_page()
    keeper: dict[str, Any] = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    keeper |= {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": keeper})
    return page


# A8
def test_a_passkey_is_made_and_signs_in_as_second_step_and_alone(
    named: Page, nemo: Account, axe: Callable[[Page], None]
) -> None:
    sign_in_with_form(named, nemo.email, PASSWORD)
    named.goto("/me/security/")
    follow(named, "Add a passkey")
    named.get_by_label("Name").fill("Work laptop")
    axe(named)
    press(named, "Make the passkey")
    see_title(named, "Recovery codes")
    named.goto("/me/security/")
    expect(section(named, "Second factor")).to_contain_text("Work laptop")

    sign_out(named)
    sign_in_with_form(named, nemo.email, PASSWORD)
    see_title(named, "Second step")
    axe(named)
    press(named, "Use a passkey")
    see_title(named, "My access")

    sign_out(named)
    axe(named)
    press(named, "Sign in with a passkey")
    see_title(named, "My access")


def test_a_passkey_that_was_removed_is_refused(named: Page, nemo: Account) -> None:
    sign_in_with_form(named, nemo.email, PASSWORD)
    named.goto("/me/security/passkey/")
    press(named, "Make the passkey")
    see_title(named, "Recovery codes")
    named.goto("/me/security/")
    follow(section(named, "Second factor"), "Remove Passkey")
    press(named, "Remove")
    see_message(named, "is removed")

    sign_out(named)
    press(named, "Sign in with a passkey")
    expect(named.get_by_text("No account that may sign in has this passkey.")).to_be_visible()
