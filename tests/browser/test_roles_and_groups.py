"""Roles and groups, from the first dialog to the right that somebody has by them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.access import effective
from accounts.models import Account
from adminrights.models import Unit
from groups.models import Group
from groups.services import add_members
from roles.models import Role
from tests.browser.acts import (
    click,
    dialog,
    follow,
    head,
    menu_of,
    names_in,
    path_of,
    press,
    quick,
    rows,
    section,
    see_matrix,
    see_message,
    see_title,
    sideways,
)
from tests.browser.conftest import Trouble
from tests.factories import AccountFactory, GroupFactory

SignIn = Callable[[Page, Account], None]
OF_GROUP_MEMBERS = ["list", "get", "create", "update", "delete"]


def may(account: Account, permission: str, unit: Unit) -> bool:
    """Ask anew, as the next request would."""
    return Account.objects.get(pk=account.pk).has_perm(permission, unit)


def offered(page: Page) -> list[str]:
    """Return the actions that the rule editor offers."""
    boxes = dialog(page).locator("input[name=actions]")
    return [box.get_attribute("value") or "" for box in boxes.all()]


def new_role(page: Page, display_name: str) -> None:
    follow(head(page), "Create Role")
    dialog(page).get_by_label("Display name").fill(display_name)
    press(dialog(page), "Create Role")
    see_message(page, f"{display_name} is there. Add its rules now.")


# S1-35, S1-37, S1-42, S1-43, S1-44, S1-56, S1-57, S1-58, S1-59
def test_a_role_is_made_of_rules_with_the_actions_its_resources_offer(
    page: Page, sign_in: SignIn, ada: Account
) -> None:
    sign_in(page, ada)
    page.goto("/roles/")
    new_role(page, "Campaign builders")

    click(page.locator("main").get_by_role("link", name="Add Rule").first)
    dialog(page).get_by_label("Resource").select_option(label="Group members")
    expect(dialog(page).locator("input[value=get]")).to_be_visible()
    assert sorted(offered(page)) == sorted(OF_GROUP_MEMBERS)
    dialog(page).get_by_label("Resource").select_option(label="Ad campaigns")
    expect(dialog(page).locator("input[value=suspend]")).to_be_visible()
    assert sorted(offered(page)) == sorted([*OF_GROUP_MEMBERS, "approve", "start", "suspend"])
    for action in ("list", "create"):
        dialog(page).locator(f"input[value={action}]").check()
    press(dialog(page), "Save rule")

    see_message(page, "The rule about Ad campaigns is saved.")
    rule = section(page, "Rules").locator("tr", has_text="Ad campaigns")
    assert rule.locator(".tag").count() == 2
    expect(page.get_by_role("dialog")).to_be_hidden()


# S0-04, S0-23, S0-50, S0-51, S0-53, S1-26, S1-28
# S1-31, S1-32, S1-33, S1-34, S1-47, S1-52, S1-53, S1-55, S1-60
def test_a_group_gives_its_members_what_its_roles_allow(
    page: Page, sign_in: SignIn, ada: Account, nemo: Account, campaigns_admin: Role, unit: Unit
) -> None:
    mia = AccountFactory(unit=unit, first_name="Mia", last_name="Member")
    sign_in(page, ada)
    page.goto("/groups/")
    follow(head(page), "Create Group")
    dialog(page).get_by_label("Display name").fill("Campaign team")
    press(dialog(page), "Create Group")
    see_message(page, "Campaign team is there. Choose its members and roles now.")

    page.get_by_label("Add members: name or e-mail address").press_sequentially("nobod")
    press(page, "Add Nemo Nobody")
    see_message(page, "Nemo Nobody is in Campaign team now")
    page.get_by_label("Add members: name or e-mail address").press_sequentially("mia")
    press(page, "Add Mia Member")
    see_message(page, "Mia Member is in Campaign team now")
    assert not may(nemo, "ad_campaigns:create", unit)

    follow(page, "Choose roles")
    dialog(page).get_by_label("Campaigns admin").check()
    press(dialog(page), "Save roles")
    see_message(page, "in force for its members.")
    expect(section(page, "Assignment")).to_contain_text("Campaigns admin")
    assert may(nemo, "ad_campaigns:create", unit)
    assert set(effective(nemo, unit).effective) == set(effective(mia, unit).effective)

    press(page, "Remove Nemo Nobody")
    see_message(page, "Nemo Nobody is no longer in Campaign team")
    assert not may(nemo, "ad_campaigns:create", unit)


# S1-33
def test_members_are_found_and_added_with_the_keys_alone(
    page: Page, sign_in: SignIn, ada: Account, campaign_team: Group, nemo: Account
) -> None:
    sign_in(page, ada)
    page.goto(campaign_team.get_absolute_url())

    page.get_by_label("Add members: name or e-mail address").press_sequentially("nemo")
    expect(page.locator("#found")).to_contain_text("Nemo Nobody")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="Add Nemo Nobody")).to_be_focused()
    page.keyboard.press("Enter")

    see_message(page, "Nemo Nobody is in Campaign team now")
    expect(page.get_by_label("Add members: name or e-mail address")).to_be_focused()


# S0-52, S0-54, S0-55: the same matrix as for an account, and its levels count at once
def test_the_levels_of_a_group_are_chosen_in_the_matrix(
    page: Page, sign_in: SignIn, ada: Account, gwen: Account, campaign_team: Group, unit: Unit
) -> None:
    sign_in(page, ada)
    page.goto(campaign_team.get_absolute_url())
    follow(page, "Choose levels")
    see_matrix(page)
    page.get_by_label("Offers: Read & Write").check()
    expect(page.get_by_label("Offers: Read", exact=True)).to_be_checked()
    press(page, "Save module levels")

    expect(section(page, "Module levels")).to_contain_text("Offers")
    assert may(gwen, "offers:update", unit)
    follow(page, "Choose levels")
    see_matrix(page)
    page.get_by_label("Offers: Read", exact=True).uncheck()
    press(page, "Save module levels")
    expect(page.get_by_role("status").filter(has_text="Nothing is saved yet")).to_contain_text(
        "Gwen Group loses"
    )
    press(page, "Save module levels")
    expect(section(page, "Module levels")).to_contain_text("No levels yet.")
    assert not may(gwen, "offers:list", unit)


# S0-54: a form in a dialog says what is wrong and stays
def test_the_details_of_a_group_are_edited(
    page: Page, sign_in: SignIn, ada: Account, campaign_team: Group, trouble: Trouble
) -> None:
    trouble.expect("422")
    sign_in(page, ada)
    page.goto("/groups/")
    follow(page, "Campaign team")
    follow(page, "Edit")
    name = dialog(page).get_by_label("Display name")
    name.fill("")
    press(dialog(page), "Save")
    expect(dialog(page).get_by_role("alert")).to_contain_text("Display name")
    name.fill("Builders")
    press(dialog(page), "Save")

    see_title(page, "Builders")


# S0-24, S0-25, S0-26, S1-29, S1-30
def test_all_groups_lists_members_and_ends_in_quick_actions(
    page: Page, sign_in: SignIn, ada: Account, gwen: Account
) -> None:
    sign_in(page, ada)
    page.goto("/groups/")

    headings = page.locator("#results thead th").all_inner_texts()
    assert [heading.strip() for heading in headings][:3] == ["ID", "Name", "Members"]
    expect(rows(page)).to_contain_text(["Gwen Group"])
    last = rows(page).first.locator("td").last
    expect(last.locator("summary")).to_be_visible()
    quick(page, "Campaign team", "Delete")
    expect(dialog(page)).to_contain_text("Gwen Group loses")
    press(dialog(page), "Delete group")

    see_message(page, "The group Campaign team is deleted.")
    expect(page.get_by_text("No groups yet")).to_be_visible()


# S1-40, S1-41: scenario 9
def test_deleting_a_role_says_who_loses_what_and_asks(
    page: Page, sign_in: SignIn, ada: Account, gwen: Account, campaigns_admin: Role, unit: Unit
) -> None:
    sign_in(page, ada)
    page.goto("/roles/?q=campaigns+admin")
    headings = page.locator("#results thead th").all_inner_texts()
    assert [heading.strip() for heading in headings][:2] == ["ID", "Name"]

    quick(page, "Campaigns admin", "Delete")
    expect(dialog(page)).to_contain_text("Group Campaign team (1 member) no longer carries it")
    expect(dialog(page)).to_contain_text("Gwen Group loses")
    follow(dialog(page), "Cancel")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert may(gwen, "ad_campaigns:create", unit)

    quick(page, "Campaigns admin", "Delete")
    press(dialog(page), "Delete role")
    see_message(page, "The role Campaigns admin is deleted.")
    assert not may(gwen, "ad_campaigns:create", unit)


# S1-49: who builds campaigns, and who manages those who build
def test_a_role_is_copied_and_the_copy_changed(
    page: Page, sign_in: SignIn, ada: Account, campaigns_admin: Role
) -> None:
    sign_in(page, ada)
    page.goto(campaigns_admin.get_absolute_url())
    follow(page, "Copy")
    dialog(page).get_by_label("Display name").fill("Campaign managers")
    dialog(page).get_by_label("Name", exact=False).last.fill("campaign_managers")
    press(dialog(page), "Copy role")
    see_title(page, "Campaign managers")

    follow(page, "Edit the rule about Ad campaigns")
    dialog(page).locator("input[value=approve]").check()
    press(dialog(page), "Save rule")
    expect(section(page, "Rules").locator("tr", has_text="Ad campaigns")).to_contain_text("Approve")
    follow(page, "Remove the rule about Custom profile attributes")
    press(dialog(page), "Remove rule")
    see_message(page, "is removed.")
    page.goto(campaigns_admin.get_absolute_url())
    expect(section(page, "Rules").locator("tr", has_text="Ad campaigns")).not_to_contain_text("Approve")
    expect(section(page, "Rules")).to_contain_text("Custom profile attributes")


# S0-58: what somebody may not do isn't offered, and asking for it is refused
def test_who_only_looks_is_offered_nothing_to_do(
    page: Page, sign_in: SignIn, unit: Unit, campaigns_admin: Role, campaign_team: Group
) -> None:
    reader = AccountFactory(unit=unit, levels={"admin_rights": 1})
    sign_in(page, reader)
    for address, word in (("/accounts/", "Add Account"), ("/groups/", "Create"), ("/roles/", "Create")):
        page.goto(address)
        expect(page.get_by_role("link", name=word)).to_have_count(0)
    menu = menu_of(page, "Campaigns admin")
    assert menu.locator(".drop-item").all_inner_texts() == ["Open"]
    page.goto(campaign_team.get_absolute_url())
    expect(page.get_by_role("link", name="Edit", exact=True)).to_have_count(0)
    expect(page.get_by_role("link", name="Choose roles")).to_have_count(0)


# S1-33: the dropdown of accounts holds for thousands of them, so it searches
def test_the_search_for_members_shows_who_is_one_already(
    page: Page, sign_in: SignIn, ada: Account, gwen: Account, campaign_team: Group, unit: Unit
) -> None:
    for number in range(25):
        AccountFactory(unit=unit, first_name="Extra", last_name=f"Person{number:02}")
    sign_in(page, ada)
    page.goto(campaign_team.get_absolute_url())
    field = page.get_by_label("Add members: name or e-mail address")

    field.press_sequentially("gwen")
    expect(page.locator("#found")).to_contain_text("already a member")
    field.fill("extra")
    expect(page.locator("#found li")).to_have_count(20)
    field.fill("person24@example")
    expect(page.locator("#found")).to_contain_text("extra.person24@example.org")
    expect(field).to_be_focused()


def test_on_a_phone_what_a_preview_says_is_not_under_the_buttons(
    phone: Page, sign_in: SignIn, ada: Account, campaign_team: Group
) -> None:
    sign_in(phone, ada)
    phone.goto("/roles/")
    new_role(phone, "Builders")
    click(phone.locator("main").get_by_role("link", name="Add Rule").first)
    dialog(phone).get_by_label("Resource").select_option(label="Offers")
    dialog(phone).locator("input[value=get]").check()
    press(dialog(phone), "Preview")
    said = dialog(phone).get_by_role("status").filter(has_text="Nobody gains or loses anything")
    expect(said).to_be_focused()
    foot = dialog(phone).get_by_role("button", name="Save rule").bounding_box()
    box = said.bounding_box()
    assert foot
    assert box
    assert box["y"] + box["height"] <= foot["y"]


def test_on_a_phone_the_name_of_a_member_keeps_its_room(
    phone: Page, sign_in: SignIn, ada: Account, campaign_team: Group, penny: Account, gwen: Account
) -> None:
    add_members(campaign_team, [penny], actor=ada)
    sign_in(phone, ada)
    phone.goto(campaign_team.get_absolute_url())

    def room(person: Account) -> float:
        box = phone.locator("#results li", has_text=person.email).locator(".words").bounding_box()
        assert box
        return box["width"]

    assert room(penny) == pytest.approx(room(gwen), abs=2)


# S1-31, S1-42: C-06, the dialogs are pages where no script runs
def test_roles_and_groups_are_made_without_scripts(
    page_without_scripts: Page, sign_in: SignIn, ada: Account, unit: Unit
) -> None:
    page = page_without_scripts
    sign_in(page, ada)
    page.goto("/roles/")
    follow(head(page), "Create Role")
    assert path_of(page) == "/roles/add/"
    page.get_by_label("Display name").fill("Builders")
    press(page, "Create Role")
    click(page.get_by_role("link", name="Add Rule").first)
    page.get_by_label("Resource").select_option(label="Ad campaigns")
    press(page, "Show its actions")
    page.locator("input[value=list]").check()
    press(page, "Save rule")
    see_message(page, "The rule about Ad campaigns is saved.")

    group = GroupFactory(unit=unit, display_name="Team")
    page.goto(group.get_absolute_url())
    page.get_by_label("Add members: name or e-mail address").fill("ada")
    press(page, "Find")
    press(page, "Add Ada Admin")
    see_message(page, "Ada Admin is in Team now")


def test_lists_of_groups_and_roles_are_searched_while_one_types(
    page: Page, sign_in: SignIn, ada: Account, unit: Unit, campaigns_admin: Role
) -> None:
    for name in ("Alpha", "Beta"):
        GroupFactory(unit=unit, display_name=name)
    sign_in(page, ada)
    page.goto("/groups/")
    page.locator("#list-search input[name=q]").press_sequentially("bet")
    expect(rows(page)).to_have_count(1)
    assert names_in(page) == ["Beta"]
    assert sideways(page) == 0
