"""Many accounts at once, in the browser: ticked, looked at, done."""

import re
from collections.abc import Callable, Iterator, Sequence
from time import sleep
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts import effects
from accounts.models import Account
from adminrights import progress
from adminrights.models import Unit
from groups.models import Group
from tests.browser.acts import press, see_title
from tests.factories import AccountFactory

SignIn = Callable[[Page, Account], None]
Check = Callable[[Page], None]
# A page that leaves for another one can't be asked: it notes itself what it shows.
NOTE = """() => {
  const line = document.querySelector("[data-working]"), button = document.querySelector("[name=next]");
  const note = () => {
    if (line.offsetHeight && button.disabled) sessionStorage.setItem("shown", line.innerText);
  };
  new MutationObserver(note).observe(line, { childList: true, characterData: true, subtree: true });
}"""


@pytest.mark.parametrize("width", [1280, 360])
def test_two_are_ticked_looked_at_and_put_into_a_group(
    width: int,
    page: Page,
    axe: Check,
    sign_in: SignIn,
    ada: Account,
    otto: Account,
    campaign_team: Group,
    unit: Unit,
) -> None:
    people = [AccountFactory(unit=unit, first_name="Kim", last_name=f"Crowd{n}") for n in range(2)]
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, ada)
    page.goto("/accounts/?q=crowd")
    for person in people:
        page.locator(f'input[name="pk"][value="{person.pk}"]').check()
    axe(page)

    press(page, "Add to groups")
    page.get_by_label(str(campaign_team)).check()
    axe(page)
    press(page, "Preview")
    expect(page.get_by_text("Nothing is done yet.")).to_be_visible()
    axe(page)
    assert not campaign_team.memberships.live().filter(account__in=people).exists()
    press(page, "Add to groups")

    see_title(page, "Result")
    expect(page.get_by_role("link", name="CSV")).to_be_visible()
    axe(page)
    assert campaign_team.memberships.live().filter(account__in=people).count() == 2


def test_all_that_match_are_asked_about_before_they_are_disabled(
    page: Page, axe: Check, sign_in: SignIn, ada: Account, otto: Account, unit: Unit
) -> None:
    for number in range(51):
        AccountFactory(unit=unit, first_name="Kim", last_name=f"Crowd{number}")
    sign_in(page, ada)
    page.goto("/accounts/?q=crowd")
    page.locator('input[name="pk"]').first.check()
    page.get_by_label("All 51 that match").check()

    press(page, "Disable")
    expect(page.get_by_text("Nothing is done yet.")).to_be_visible()
    axe(page)
    press(page, "Disable")

    expect(page.get_by_role("link", name="CSV")).to_be_visible()
    assert Account.objects.filter(last_name__startswith="Crowd", status="disabled").count() == 51


def test_whoever_waits_sees_how_far_it_is(
    page: Page, sign_in: SignIn, ada: Account, unit: Unit, campaign_team: Group, monkeypatch: Any
) -> None:
    def slow(items: Sequence[Any], size: Callable[[Any], int]) -> Iterator[Any]:
        for each in progress.counted(items, size):
            yield each
            sleep(0.9)

    monkeypatch.setattr(effects, "counted", slow)
    people = [AccountFactory(unit=unit, last_name=f"Crowd{number}") for number in range(2)]
    sign_in(page, ada)
    page.goto("/accounts/?q=crowd")
    for person in people:
        page.locator(f'input[name="pk"][value="{person.pk}"]').check()
    press(page, "Add to groups")
    page.get_by_label(str(campaign_team)).check()
    page.evaluate(NOTE)

    press(page, "Preview")

    expect(page.get_by_text("Nothing is done yet.")).to_be_visible()
    shown = page.evaluate("sessionStorage.getItem('shown')")
    assert re.match(r"Working\..* [01] of 2 looked at · \d s$", shown)
    assert page.locator("[data-working]").is_hidden()
