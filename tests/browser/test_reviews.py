"""An access review from its opening to its evidence, in the browser."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.access import may
from accounts.models import Account, Review
from adminrights.change import SYSTEM
from adminrights.models import Unit
from groups.models import Group
from groups.services import add_members, remove_members
from roles.models import Role
from tests.browser.acts import dialog, follow, head, press, section, see_message, see_title
from tests.factories import GroupFactory

SignIn = Callable[[Page, Account], None]
Check = Callable[[Page], None]


LINE = "Group Campaign team"


def open_one(page: Page) -> None:
    """Open a review of the group, after a look at how much it is."""
    page.goto("/reviews/")
    follow(head(page), "New review")
    follow(page, "A group")
    page.get_by_label("Group", exact=False).first.select_option(label="Campaign team")
    page.get_by_label("Name").fill("Spring")
    press(page, "Preview")
    expect(page.get_by_text("3 rights of 3 people would be reviewed.")).to_be_visible()
    press(page, "Open review")
    see_title(page, "Spring")


def decide_two(page: Page, axe: Check) -> None:
    """Keep one right by its button, revoke another in its dialog."""
    expect(section(page, "Ada Admin").get_by_text("somebody else decides")).to_be_visible()
    axe(page)
    press(section(page, "Nemo Nobody"), f"Keep Nemo Nobody · {LINE}")
    expect(page.get_by_text("1 of 3 decided")).to_be_visible()
    follow(section(page, "Gwen Group"), f"Revoke Gwen Group · {LINE}…")
    expect(dialog(page).get_by_text("Through the group Press")).to_be_visible()
    axe(page)
    dialog(page).get_by_label("Reason").fill("The project is over")
    press(dialog(page), "Decide")
    expect(page.get_by_text("2 of 3 decided")).to_be_visible()


def close_it(page: Page, axe: Check) -> None:
    """Close the review with something left over."""
    follow(head(page), "Close review…")
    expect(page.get_by_text("Gwen Group still has something")).to_be_visible()
    axe(page)
    page.get_by_label("1 right is undecided").check()
    press(page, "Close review")
    see_message(page, "The review is closed, and 2 rights are left over.")
    expect(section(page, "Gwen Group").get_by_text("Still has it: Through the group Press")).to_be_visible()
    axe(page)


def check_it(page: Page, said: str) -> None:
    follow(head(page), "Check again…")
    press(page, "Check again")
    see_message(page, said)


@pytest.mark.parametrize("width", [1280, 360])
def test_one_is_kept_one_revoked_and_what_is_left_over_is_mended(
    width: int,
    page: Page,
    axe: Check,
    sign_in: SignIn,
    ada: Account,
    otto: Account,
    campaign_team: Group,
    campaigns_admin: Role,
    gwen: Account,
    nemo: Account,
    unit: Unit,
) -> None:
    add_members(campaign_team, [nemo, ada], actor=otto)
    other = GroupFactory(unit=unit, display_name="Press", roles=[campaigns_admin], members=[gwen])
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, ada)
    open_one(page)
    decide_two(page, axe)
    close_it(page, axe)
    assert may(gwen, "ad_campaigns:delete", unit)

    remove_members(other, [gwen], actor=SYSTEM)
    check_it(page, "The review is closed, and 1 right is left over.")
    assert not may(gwen, "ad_campaigns:delete", unit)

    sign_in(page, otto)
    page.goto(Review.objects.get().get_absolute_url())
    press(section(page, "Ada Admin"), f"Keep Ada Admin · {LINE}")
    check_it(page, "The review is complete")
    with page.expect_download() as waited:
        head(page).get_by_role("link", name="Evidence").click()
    file = Path(waited.value.path()).read_bytes()
    assert json.loads(file)["review"]["state"] == "complete"
    expect(page.get_by_text(hashlib.sha256(file).hexdigest())).to_be_visible()
