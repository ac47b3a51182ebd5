"""Why not, and what would allow it; what was, and undoing it; two people side by side; ends and rules."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.access import effective, may
from accounts.models import Account
from adminrights.models import Unit
from groups.models import Group
from groups.services import remove_members
from tests.browser.acts import click, dialog, follow, press, section, see_message

SignIn = Callable[[Page, Account], None]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_no_becomes_a_yes_by_a_suggestion_that_was_looked_at(
    scripts: bool,
    page: Page,
    page_without_scripts: Page,
    sign_in: SignIn,
    ada: Account,
    gwen: Account,
    unit: Unit,
) -> None:
    page = page if scripts else page_without_scripts
    sign_in(page, ada)
    page.goto(gwen.get_absolute_url())
    follow(page, "Why and why not")
    page.get_by_placeholder("Search permissions").fill("list of contacts")
    press(page, "Search")
    follow(page, "See the list of contacts")
    expect(page.get_by_text("No, Gwen Group may not do this in Northwind.")).to_be_visible()

    single = page.get_by_role("listitem").filter(has_text="single right")
    click(single.get_by_role("link", name="See what changes"))
    if scripts:
        dialog(page)
    expect(page.get_by_text("Gwen Group gains: Contacts (List)")).to_be_visible()
    assert not may(gwen, "contacts:list", unit)
    press(page, "Change it")

    expect(page.get_by_text("Yes, Gwen Group may do this in Northwind.")).to_be_visible()
    assert may(gwen, "contacts:list", unit)


def test_what_was_is_found_again_and_what_was_done_is_taken_back(
    page: Page, sign_in: SignIn, ada: Account, gwen: Account, campaign_team: Group, unit: Unit
) -> None:
    before = timezone.localtime() + timedelta(minutes=-1)
    remove_members(campaign_team, [gwen], actor=ada)
    sign_in(page, ada)
    page.goto(gwen.get_absolute_url())
    follow(page, "Look back")
    page.get_by_label("As of").fill(f"{before:%Y-%m-%dT%H:%M}")
    press(page, "Look")
    expect(page.get_by_text("under the names of then")).to_be_visible()

    page.goto("/log/")
    click(page.get_by_label("Details of: Members changed"))
    follow(page.locator("main"), "Open this entry")
    follow(page, "Undo…")
    expect(page.get_by_text("Gwen Group gains")).to_be_visible()
    press(page, "Undo")
    expect(page.get_by_role("heading", name="Undone")).to_be_visible()
    assert campaign_team.memberships.live().filter(account=gwen).exists()
    assert may(gwen, "ad_campaigns:list", unit)


def test_one_person_is_made_like_another(
    page: Page, sign_in: SignIn, ada: Account, gwen: Account, nemo: Account, unit: Unit
) -> None:
    sign_in(page, ada)
    page.goto(nemo.get_absolute_url())
    follow(page.locator("main"), "Compare")
    page.get_by_placeholder("A person, a group or a role").fill("gwen")
    click(page.get_by_role("button", name="Search").last)
    follow(page, "Gwen Group")
    expect(page.get_by_text("only for Gwen Group (right)")).to_be_visible()
    follow(page, f"Make {nemo.name} like Gwen Group")
    expect(page.get_by_text(f"{nemo.name} gains")).to_be_visible()
    press(page, "Make it so")
    see_message(page, "Gwen Group")
    assert may(nemo, "ad_campaigns:list", unit)


def test_an_end_is_set_and_stands_among_what_ends_soon(
    page: Page, sign_in: SignIn, ada: Account, gwen: Account, campaign_team: Group
) -> None:
    last = timezone.localdate() + timedelta(days=5)
    sign_in(page, ada)
    page.goto(gwen.get_absolute_url())
    given = section(page, "Given, and until when")
    click(given.get_by_text("Without an end"))
    click(given.get_by_role("link", name="Set dates of Group Campaign team"))
    dialog(page).get_by_label("Last day").fill(f"{last:%Y-%m-%d}")
    press(dialog(page), "Preview")
    expect(dialog(page).get_by_text("Gwen Group loses in Northwind")).to_be_visible()
    press(dialog(page), "Save dates")
    see_message(page, "holds until")
    ends = campaign_team.memberships.live().get(account=gwen).expires_at
    assert ends
    assert timezone.localdate(ends) == last

    follow(page, "Ends soon")
    expect(page.locator("#results").get_by_text("Gwen Group")).to_be_visible()


def test_a_rule_is_added_and_stops_the_change_that_breaks_it(
    page: Page, sign_in: SignIn, ada: Account, grant: Account, campaign_team: Group, unit: Unit
) -> None:
    sign_in(page, ada)
    page.goto("/access-rules/add/")
    click(page.get_by_role("link", name="Nobody may do both"))
    held = next(iter(effective(grant, unit).effective))
    page.get_by_label("Permission").first.select_option(held)
    page.get_by_label("And this one").select_option("ad_campaigns:list")
    press(page, "Save rule")
    expect(page.locator("main").get_by_text("Holds", exact=True)).to_be_visible()

    page.goto(f"/groups/{campaign_team.pk}/?find=grant")
    press(page, "Add Grant Own")
    see_message(page, "It would no longer hold for Grant Own")
    assert not campaign_team.memberships.live().filter(account=grant).exists()


def test_a_named_permission_is_explained_and_given_after_a_look(
    page: Page, sign_in: SignIn, ada: Account, nemo: Account, unit: Unit
) -> None:
    sign_in(page, ada)
    page.goto(nemo.get_absolute_url())
    follow(page, "Why and why not")
    page.get_by_placeholder("Search permissions").fill("contacts and import history")
    press(page, "Search")
    follow(page, "See contacts and import history")
    expect(page.get_by_text("No, Nemo Nobody may not do this in Northwind.")).to_be_visible()
    expect(section(page, "What it is made of").get_by_role("listitem")).to_have_count(4)

    whole = page.get_by_role("listitem").filter(has_text="named permission")
    click(whole.get_by_role("link", name="See what changes"))
    expect(dialog(page).get_by_text("Nemo Nobody gains: Contacts (List, View)")).to_be_visible()
    press(page, "Change it")
    expect(page.get_by_text("Yes, Nemo Nobody may do this in Northwind.")).to_be_visible()
    assert may(nemo, "import_history:get", unit)


def test_the_timeline_of_a_permission_leads_to_the_change_and_to_the_person(
    page: Page, sign_in: SignIn, ada: Account, gwen: Account, campaign_team: Group
) -> None:
    remove_members(campaign_team, [gwen], actor=ada)
    sign_in(page, ada)
    page.goto("/permissions/ad_campaigns:delete/")
    follow(page, "Timeline")
    expect(page.get_by_text("Lost: Gwen Group")).to_be_visible()
    click(page.get_by_role("link", name="Members changed", exact=True).first)
    expect(page.get_by_role("heading", name="What it changed")).to_be_visible()

    page.goto("/permissions/ad_campaigns:delete/past/")
    click(page.locator("#results").get_by_role("link", name="Gwen Group", exact=True).first)
    expect(page.get_by_text("Not allowed")).to_be_visible()
