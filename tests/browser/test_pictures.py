"""The access map and who has what, as people use them: pointing, arrow keys, and on a phone."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from accounts.models import Account
from groups.models import Group
from tests.browser.acts import click, follow, see_title

SignIn = Callable[[Page, Account], None]


def test_the_lines_through_a_node_stand_out_and_a_phone_shows_the_list(
    page: Page, sign_in: SignIn, ada: Account, gwen: Account, campaign_team: Group
) -> None:
    sign_in(page, ada)
    page.goto(f"/accounts/{gwen.pk}/map/")
    drawing, items = (
        page.locator("svg.map"),
        page.locator(".map-list").get_by_role("link", name="Campaign team"),
    )
    expect(items).to_be_hidden()

    drawing.get_by_role("link", name="Campaign team").focus()
    expect(drawing.locator(".map-line.is-through")).not_to_have_count(0)
    click(page.get_by_text("As a list"))
    expect(items).to_be_visible()

    page.set_viewport_size({"width": 360, "height": 740})
    page.reload()
    expect(drawing).to_be_hidden()
    click(items)
    see_title(page, "Campaign team")


def test_who_has_what_is_walked_with_arrow_keys_and_leads_to_why(
    page: Page, sign_in: SignIn, ada: Account, gwen: Account
) -> None:
    sign_in(page, ada)
    page.goto("/accounts/")
    follow(page, "Who has what")
    page.get_by_label("Name or e-mail").fill("ada")
    expect(page.locator(".table-heat tbody tr")).to_have_count(1)

    page.get_by_role("link", name="Ada Admin", exact=True).focus()
    page.keyboard.press("ArrowRight")
    cell = page.get_by_role("link", name="Admin & Rights: Read & Write")
    expect(cell).to_be_focused()
    click(cell)

    see_title(page, "Ada Admin")
    expect(page.locator("#module-admin_rights")).to_be_visible()
