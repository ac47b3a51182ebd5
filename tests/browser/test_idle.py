"""Whoever does nothing for long is warned before being signed out, and stays by one press (WCAG 2.2.1)."""

from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from accounts.models import Account
from tests.browser.acts import click

ALMOST = {"ada": "27:55", "nemo": "57:55"}


@pytest.mark.parametrize("who", ALMOST)
def test_one_is_warned_two_minutes_before_and_stays(
    who: str, page: Page, ada: Account, nemo: Account, sign_in: Callable[[Page, Account], None]
) -> None:
    sign_in(page, {"ada": ada, "nemo": nemo}[who])
    page.clock.install()
    page.goto("/me/profile/")
    warning = page.get_by_role("alert").filter(has_text="you will be signed out")
    page.clock.fast_forward(ALMOST[who])
    expect(warning).to_be_hidden()
    page.clock.fast_forward("00:10")
    expect(warning).to_be_visible()
    click(warning.get_by_role("button", name="Stay signed in"))
    expect(warning).to_be_hidden()
    expect(page.locator("#main")).to_be_focused()


def test_who_is_signed_out_by_then_is_told_so_and_loses_nothing(
    page: Page, nemo: Account, sign_in: Callable[[Page, Account], None]
) -> None:
    sign_in(page, nemo)
    page.clock.install()
    page.goto("/me/profile/")
    page.clock.fast_forward("58:05")
    Session.objects.all().delete()
    click(page.get_by_role("button", name="Stay signed in"))
    expect(page.get_by_role("alert")).to_contain_text("You are signed out by now")
    assert page.url.endswith("/me/profile/")
