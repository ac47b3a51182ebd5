"""Every page, in every state that it has, in light and dark, wide and narrow, with all of axe's rules."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.checks import named_views
from accounts.models import Account
from accounts.services.invitations import resend_invitation
from adminrights import mailbox
from adminrights.models import Unit
from adminrights.outbox import send_due
from adminrights.views.mailbox import BACKEND
from groups.models import Group
from roles.models import Role
from tests.browser import more_pages
from tests.browser.acts import click, dialog, follow, head, menu_of, path_of, press, see_matrix, sideways
from tests.browser.conftest import Trouble
from tests.browser.happenings import collected_by, entry_about, go_wrong, handed_to
from tests.dates import plan
from tests.factories import AccountFactory
from tests.post import LINK
from tests.reviews.reviewed import REVIEW_PAGES, reviews_of
from tests.rules.broken import rules_of

pytestmark = pytest.mark.looks

SignIn = Callable[[Page, Account], None]
Check = Callable[..., None]
# A refusal is a page like any other.
REFUSALS = ("403", "404", "409", "410", "422")

ADMINISTRATOR = {
    "accounts:account_list": ["/accounts/", "/accounts/?q=nobody-has-this"],
    "accounts:bulk_result": ["/accounts/bulk/result/"],
    "accounts:account_create": ["/accounts/add/"],
    "accounts:account_detail": ["/accounts/{gwen}/", "/accounts/{penny}/", "/accounts/{dora}/"],
    "accounts:account_access": ["/accounts/{gwen}/access/", "/accounts/{gwen}/access/?q=campaign"],
    "accounts:account_why": [
        "/accounts/{gwen}/access/ad_campaigns:delete/",
        "/accounts/{gwen}/access/campaigns:approve/",
        "/accounts/{penny}/access/ad_campaigns:delete/",
        "/accounts/{gwen}/access/contacts.export/",
    ],
    "accounts:account_allow": [
        "/accounts/{gwen}/access/contacts:export/allow/",
        "/accounts/{gwen}/access/contacts:export/allow/?step=key~contacts:export",
    ],
    "accounts:my_access_search": ["/me/access/", "/me/access/?q=account"],
    "accounts:my_why": ["/me/access/accounts:update/", "/me/access/contacts:export/"],
    "accounts:account_edit": ["/accounts/{gwen}/edit/"],
    "accounts:account_history": ["/accounts/{gwen}/history/"],
    "accounts:account_past": ["/accounts/{gwen}/past/", "/accounts/{gwen}/past/?at=2001-01-01T12:00"],
    "accounts:account_timeline": ["/accounts/{gwen}/past/ad_campaigns:delete/"],
    "accounts:group_past": ["/groups/{group}/past/?at=2001-01-01T12:00"],
    "accounts:role_past": ["/roles/{role}/past/", "/roles/{role}/past/?at=0001-01-01T12:00"],
    "accounts:permission_past": [
        "/permissions/ad_campaigns:update/past/?at=2100-01-01T12:00",
        "/permissions/contacts.export/past/",
    ],
    "accounts:log_entry": ["/log/{entry}/"],
    "accounts:log_entry_take_back": ["/log/{entry}/take-back/"],
    "accounts:account_address": ["/accounts/add/address/"],
    "accounts:account_details": ["/accounts/{gwen}/details/"],
    "accounts:account_units": ["/accounts/{gwen}/units/"],
    "accounts:account_permissions": ["/accounts/{gwen}/permissions/"],
    "accounts:account_disable": ["/accounts/{gwen}/disable/"],
    "accounts:account_reactivate": ["/accounts/{dora}/reactivate/"],
    "accounts:account_remove": ["/accounts/{gwen}/remove/"],
    "accounts:invitation_cancel": ["/accounts/{penny}/cancel/"],
    "groups:group_list": ["/groups/", "/groups/?q=nothing"],
    "groups:group_create": ["/groups/add/"],
    "groups:group_detail": ["/groups/{group}/", "/groups/{group}/?find=a"],
    "groups:group_edit": ["/groups/{group}/edit/"],
    "groups:group_roles": ["/groups/{group}/roles/"],
    "groups:group_levels": ["/groups/{group}/levels/"],
    "groups:group_delete": ["/groups/{group}/delete/"],
    "groups:member_add_dated": ["/groups/{group}/members/add/dated/?account={dora}"],
    "roles:role_list": ["/roles/", "/roles/?kind=all", "/roles/?q=nothing"],
    "roles:role_create": ["/roles/add/"],
    "roles:role_detail": ["/roles/{role}/", "/roles/{built_in}/"],
    "roles:role_edit": ["/roles/{role}/edit/"],
    "roles:role_copy": ["/roles/{role}/copy/"],
    "roles:role_delete": ["/roles/{role}/delete/"],
    "roles:role_named": ["/roles/{role}/permissions/"],
    "roles:rule_add": ["/roles/{role}/rules/add/", "/roles/{role}/rules/add/?target=ad_campaigns"],
    "roles:rule_edit": ["/roles/{role}/rules/ad_campaigns/"],
    "roles:rule_remove": ["/roles/{role}/rules/ad_campaigns/remove/"],
    "accounts:compare": [
        *("/compare/", "/compare/?left_q=a&right=account:{gwen}"),
        "/compare/?left=account:{gwen}&right=role:{role}&all=on",
        "/compare/?left=account:{gwen}&right=account:{dora}&left_at=2020-01-01",
    ],
    "accounts:make_like": ["/accounts/{gwen}/like/{penny}/"],
    "accounts:permission_book": ["/permissions/", "/permissions/?q=export", "/permissions/?q=zzzz"],
    "accounts:permission_page": ["/permissions/ad_campaigns:update/", "/permissions/contacts.export/"],
    "accounts:permission_who": [
        "/permissions/offers:list/who/?way=only",
        "/permissions/contacts.view/who/?q=z",
    ],
    "accounts:module_who": ["/permissions/modules/admin_rights/who/?level=2"],
    "accounts:role_who": ["/roles/{role}/who/"],
    "accounts:item_who": ["/items/{item}/who/?at=2020-01-01T00:00"],
    "accounts:role_matrix": ["/matrix/", "/matrix/?q=zzzz", "/matrix/?level=admin_unit_administrator"],
    "accounts:account_levels": ["/accounts/{gwen}/levels/"],
    "accounts:item_list": ["/items/", "/items/?q=zzzz"],
    "accounts:item_create": ["/items/add/"],
    "accounts:item_detail": ["/items/{item}/"],
    "accounts:item_hand_over": ["/items/{item}/hand-over/"],
    "accounts:item_retire": ["/items/{item}/retire/"],
    "accounts:item_take_back": ["/items/{item}/take-back/?account={gwen}", "/items/{item}/take-back/"],
    "accounts:account_item_add": ["/accounts/{gwen}/items/add/"],
    "accounts:log_list": ["/log/", "/log/?q=zzzz"],
    "accounts:ending_list": ["/ending/", "/ending/?q=zzzz"],
    "accounts:dates": ["/accounts/{gwen}/dates/membership/{planned}/"],
    "accounts:dates_cancel": ["/accounts/{gwen}/dates/membership/{planned}/cancel/"],
    **more_pages.PAGES,
    **REVIEW_PAGES,
    "accounts:mail_list": ["/mail/", "/mail/?q=zzzz"],
    "accounts:unit_owner": ["/units/{unit}/owner/?find=e", "/units/{unit}/owner/?account={gwen}"],
    "unit_rename": ["/units/{unit}/rename/"],
    "unit_move": ["/units/{unit}/move/"],
    "collected": ["/collected/"],
    "accounts:find": ["/find/", "/find/?q=a", "/find/?q=zzzz"],
    "accounts:my_access": ["/me/"],
    "accounts:my_profile": ["/me/profile/"],
    "accounts:my_password": ["/me/password/"],
    "accounts:my_security": ["/me/security/"],
    "accounts:my_app_add": ["/me/security/app/"],
    "accounts:my_passkey_add": ["/me/security/passkey/"],
    "accounts:my_codes": ["/me/security/codes/"],
    "accounts:my_address": ["/me/address/"],
    "accounts:account_factors": ["/accounts/{gwen}/second-factor/"],
    "accounts:sign_in_limits": ["/sign-in-limits/"],
    "accounts:all_sessions_end": ["/units/{unit}/sessions/end/"],
    "accounts:factor_rule_on": ["/units/{unit}/second-factor/on/"],
    "accounts:factor_rule_off": ["/units/{unit}/second-factor/off/"],
    "mailbox": ["/mailbox/", "/mailbox/?q=nobody"],
    "letter": ["/mailbox/{letter}/"],
    "": ["/nowhere/", "{invitation}"],
}
STRANGER = {
    "accounts:sign_in": ["/sign-in/"],
    "accounts:password_reset": ["/password/reset/"],
    "accounts:password_reset_sent": ["/password/reset/sent/"],
    "accounts:password_open": ["{reset}", "/password/1-broken/"],
    "accounts:invitation_open": ["{invitation}", "/invitation/1-broken/"],
}
# What a link leads on to, what only acts, what only leads on, and parts of pages.
SHOWN_BY_OTHERS = {
    "accounts:password_set",
    # Steps of the journey in test_bulk.py.
    *(f"accounts:bulk_{step}" for step in ("add", "remove", "end", "resend", "disable", "reactivate")),
    "accounts:invitation_accept",
    "accounts:unit_owner_search",
    "groups:member_search",
    # Each is a step of a journey in test_security.py.
    "accounts:passkey_sign_in",
    "mfa_authenticate",
    "accounts:prove",
    "accounts:address_open",
    "accounts:address_confirm",
    "accounts:my_factor_remove",
}
PARTS = 3
FILES = ("log", "compare", "ending", "least", "bulk", "permission_who", "module_who", "role_who", "item_who")
WITHOUT_A_PAGE = {f"accounts:{name}_export" for name in FILES} | {
    "home",
    "unit_switch",
    "collected_discard",
    "collected_discard_all",
    "accounts:sign_out",
    "accounts:account_create_matrix",
    "accounts:account_edit_matrix",
    "accounts:account_unlock",
    "accounts:invitation_resend",
    "accounts:mail_again",
    "accounts:mail_again_all",
    "mail_webhook",
    "policy_report",
    # Leads to our own page of signing in.
    "account_login",
    "accounts:review_decide",
    "accounts:review_evidence",
    "accounts:account_sessions_end",
    "accounts:my_session_end",
    "accounts:my_sessions_end",
    "accounts:sign_in_limit_lift",
    "accounts:account_in_unit",
    *more_pages.WITHOUT_A_PAGE,
    "groups:member_add",
    "groups:member_remove",
}


class World(NamedTuple):
    """The values that the addresses above leave open."""

    values: dict[str, object]

    def addresses(self, table: dict[str, list[str]]) -> Iterator[str]:
        for addresses in table.values():
            for address in addresses:
                yield address.format_map(self.values)


@pytest.fixture
def world(
    server: LiveServer,
    unit: Unit,
    ada: Account,
    otto: Account,
    gwen: Account,
    penny: Account,
    dora: Account,
    campaign_team: Group,
    campaigns_admin: Role,
    settings: Settings,
    tmp_path: Path,
    trouble: Trouble,
) -> World:
    """An organisation in which every page has something to show, and its mail in the local mailbox."""
    settings.EMAIL_BACKEND, settings.DEMO, settings.MAILBOX_DIR = BACKEND, True, tmp_path
    for code in REFUSALS:
        trouble.expect(code)
    resend_invitation(penny, actor=ada, unit=unit)
    go_wrong(unit, gwen, dora)
    item = handed_to([ada, gwen], unit)
    collected_by(ada, campaign_team, dora)
    send_due()
    invitation, reset = (mailbox.letters(to=account.email)[0] for account in (penny, gwen))
    return World(
        {
            **rules_of(unit, gwen, otto) | reviews_of(campaign_team, gwen),
            **more_pages.asked_of(ada, gwen, unit),
            **{person.first_name.lower(): person.pk for person in (gwen, penny, dora)},
            "group": campaign_team.pk,
            "role": campaigns_admin.pk,
            "built_in": Role.objects.filter(built_in=True)[0].pk,
            "letter": invitation.id,
            "item": item.pk,
            "entry": entry_about(campaign_team),
            "planned": plan(gwen, campaign_team),
            "invitation": link_in(invitation),
            "reset": link_in(reset),
        }
    )


def link_in(letter: mailbox.Letter) -> str:
    found = LINK.search(letter.text)
    assert found, letter.text
    return found[0]


def complaints(page: Page, addresses: Iterator[str], check: Check) -> list[str]:
    """Visit every address, and return what each is faulted for."""
    found = []
    for address in addresses:
        page.goto(address)
        try:
            check(page)
        except AssertionError as fault:
            found.append(f"{address}: {fault}")
    return found


def fits(page: Page) -> None:
    """Fail when the page must be moved sideways on a phone."""
    for width in (360, 320):
        page.set_viewport_size({"width": width, "height": 740})
        assert sideways(page) == 0, f"{sideways(page)} pixels too wide for {width}"


@pytest.fixture
def as_ada(page: Page, sign_in: SignIn, ada: Account) -> Callable[[], Page]:
    """Return a function after which the page is Ada's."""

    def become() -> Page:
        sign_in(page, ada)
        return page

    return become


def test_no_page_is_left_out() -> None:
    visited = {*ADMINISTRATOR, *STRANGER} - {""}
    assert visited | SHOWN_BY_OTHERS | WITHOUT_A_PAGE == {name for name, _view in named_views()}


def test_the_links_in_mails_lead_to_the_forms_behind_them(world: World, page: Page) -> None:
    leads_to = {"invitation": "/invitation/accept/", "reset": "/password/set/"}
    for link, form in leads_to.items():
        page.goto(str(world.values[link]))
        assert path_of(page) == form


# In parts, so that several processes share them.
@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_keeps_the_rules_of_accessibility(
    part: int, world: World, page: Page, scheme: str, axe: Check, as_ada: Callable[[], Page]
) -> None:
    found = complaints(page, islice(world.addresses(STRANGER), part, None, PARTS), axe)
    found += complaints(as_ada(), islice(world.addresses(ADMINISTRATOR), part, None, PARTS), axe)
    assert not found, "\n".join(found)


def test_pages_for_who_may_nothing_keep_them_too(
    world: World, page: Page, scheme: str, axe: Check, sign_in: SignIn, nemo: Account
) -> None:
    sign_in(page, nemo)
    assert complaints(page, iter(["/me/", "/accounts/"]), axe) == []


def test_no_page_moves_sideways_on_a_phone(
    world: World, phone: Page, sign_in: SignIn, ada: Account, unit: Unit
) -> None:
    longest = "Wolfeschlegelsteinhausenbergerdorff"
    AccountFactory(unit=unit, first_name=longest, last_name=longest, email=f"{longest}@{longest}.example.org")
    found = complaints(phone, world.addresses(STRANGER), fits)
    sign_in(phone, ada)
    found += complaints(phone, world.addresses(ADMINISTRATOR), fits)
    assert not found, "\n".join(found)


def test_states_of_pages_keep_the_rules_too(
    world: World,
    page: Page,
    scheme: str,
    axe: Check,
    sign_in: SignIn,
    ada: Account,
    late: Account,
    locked: Account,
) -> None:
    page.goto("/sign-in/")
    press(page, "Sign in")
    expect(page.get_by_role("alert")).to_be_visible()
    axe(page)
    sign_in(page, ada)
    for account in (late, locked):
        page.goto(account.get_absolute_url())
        axe(page)
    for fold in page.locator("details.fold").all():
        fold.evaluate("fold => { fold.open = true }")
    axe(page)
    page.goto("/accounts/add/")
    see_matrix(page)
    page.get_by_label("Campaign team", exact=True).check()
    expect(page.get_by_text("in part").first).to_be_visible()
    press(page, "Add Account")
    expect(page.get_by_role("alert")).to_be_visible()
    axe(page)


def test_dialogs_and_menus_keep_the_rules_too(
    world: World, page: Page, scheme: str, axe: Check, sign_in: SignIn, ada: Account, gwen: Account
) -> None:
    sign_in(page, ada)
    page.goto("/groups/")
    follow(head(page), "Create Group")
    dialog(page)
    axe(page)
    press(dialog(page), "Create Group")
    expect(dialog(page).get_by_role("alert")).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    menu_of(page, "Campaign team")
    axe(page)
    page.goto(gwen.get_absolute_url())
    follow(head(page), "Disable")
    dialog(page)
    axe(page)
    page.keyboard.press("Escape")
    click(page.locator(".person-menu summary"))
    axe(page, within=".topbar")


def test_the_drawer_and_the_dialog_fit_on_a_phone(
    phone: Page, axe: Check, sign_in: SignIn, ada: Account
) -> None:
    sign_in(phone, ada)
    phone.goto("/groups/")
    follow(head(phone), "Create Group")
    assert sideways(phone) == 0
    axe(phone)
    phone.keyboard.press("Escape")
    click(phone.get_by_label("Menu", exact=True))
    follow(phone.get_by_role("navigation", name="Main menu"), "All Roles")
    expect(phone.get_by_role("heading", level=1)).to_have_text("All Roles")
