"""Least privilege in the browser: what nobody used is found, looked at and taken back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Account
from accounts.uses import Key, today, write_uses
from adminrights import clock
from adminrights.models import Unit
from tests.browser.acts import dialog, follow, press, section, see_message, see_title
from tests.factories import AccountFactory

SignIn = Callable[[Page, Account], None]
Check = Callable[[Page], None]


@pytest.mark.parametrize("width", [1280, 360])
def test_a_right_that_nobody_used_is_taken_back(
    width: int, page: Page, axe: Check, sign_in: SignIn, ada: Account, otto: Account, unit: Unit
) -> None:
    with clock.set_to(timezone.now() - timedelta(days=200)):
        wren = AccountFactory(unit=unit, first_name="Wren", last_name="Idle", levels={"customers": 1})
    write_uses({Key(otto.pk or 0, unit.pk, "accounts:list"): today() - timedelta(days=120)})
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, ada)
    page.goto("/least-privilege/")
    see_title(page, "Least privilege")
    axe(page)

    found = section(page, "Rights that nobody used 1")
    expect(found).to_contain_text("Wren Idle · Own right: Customers, Read")
    follow(found, "Take back")
    expect(dialog(page)).to_contain_text("Wren Idle loses:")
    axe(page)
    press(dialog(page), "Take back")

    see_message(page, "Own right: Customers, Read of Wren Idle ended.")
    page.goto("/least-privilege/?days=30")
    expect(page.get_by_text("Everybody used something of every right")).to_be_visible()
    assert not wren.grants.live().exists()
