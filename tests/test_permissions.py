"""Every address × every persona. The table must be complete: an address that isn't in it fails."""

from datetime import timedelta
from typing import NamedTuple

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.checks import named_views
from accounts.models import Account
from accounts.reviews.scope import Scope
from accounts.services.items import register_item
from accounts.services.reviews import Wanted, open_review
from accounts.services.rules import Wanted as Rule
from accounts.services.rules import give_waiver, start_rule
from adminrights.change import SYSTEM
from adminrights.models import CollectedEdit, JournalEntry, Unit
from adminrights.navigation import MENU, Item
from tests.asking.acts import asked_by
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory
from tests.post import promise

EVERYONE, SIGNED_IN = "everyone", "signed in"


class Address(NamedTuple):
    """An address: what it needs, the kind of object that its number names, and what else stands in it."""

    name: str
    needs: str
    about: str = ""
    text: str = ""


TABLE = [
    Address("home", SIGNED_IN),
    Address("design", EVERYONE),
    Address("mailbox", EVERYONE),
    Address("letter", EVERYONE, text="letter"),
    Address("progress", SIGNED_IN, text="run"),
    Address("mail_webhook", EVERYONE, text="provider"),
    Address("policy_report", EVERYONE),
    Address("accounts:sign_in", EVERYONE),
    Address("account_login", EVERYONE),
    Address("mfa_authenticate", EVERYONE),
    Address("accounts:passkey_sign_in", EVERYONE),
    Address("accounts:sign_out", EVERYONE),
    Address("accounts:password_reset", EVERYONE),
    Address("accounts:password_reset_sent", EVERYONE),
    Address("accounts:password_set", EVERYONE),
    Address("accounts:password_open", EVERYONE, text="token"),
    Address("accounts:invitation_accept", EVERYONE),
    Address("accounts:invitation_open", EVERYONE, text="token"),
    Address("accounts:find", SIGNED_IN),
    Address("shortcuts", SIGNED_IN),
    Address("collected", SIGNED_IN),
    Address("collected_discard", SIGNED_IN, "collected edit"),
    Address("collected_discard_all", SIGNED_IN),
    Address("accounts:my_access", SIGNED_IN),
    Address("accounts:my_map", SIGNED_IN),
    Address("accounts:account_map", "accounts:get", "account"),
    Address("accounts:role_map", "roles:get", "role"),
    Address("accounts:who_has_what", "accounts:list"),
    Address("accounts:who_has_what_export", "accounts:list"),
    Address("accounts:my_profile", SIGNED_IN),
    Address("accounts:my_password", SIGNED_IN),
    Address("accounts:my_security", SIGNED_IN),
    Address("accounts:my_app_add", SIGNED_IN),
    Address("accounts:my_passkey_add", SIGNED_IN),
    Address("accounts:my_codes", SIGNED_IN),
    Address("accounts:my_factor_remove", SIGNED_IN, "account"),
    Address("accounts:prove", SIGNED_IN),
    Address("accounts:my_address", SIGNED_IN),
    Address("accounts:address_confirm", EVERYONE),
    Address("accounts:address_open", EVERYONE, text="token"),
    Address("accounts:my_sessions_end", SIGNED_IN),
    Address("accounts:my_session_end", SIGNED_IN, "account"),
    Address("accounts:account_sessions_end", "accounts:update", "account"),
    Address("accounts:sign_in_limits", "accounts:update"),
    Address("accounts:sign_in_limit_lift", "accounts:update"),
    Address("accounts:all_sessions_end", "access:delegate", "unit"),
    Address("accounts:account_factors", "accounts:update", "account"),
    Address("accounts:factor_rule_on", "access:delegate", "unit"),
    Address("accounts:factor_rule_off", "access:delegate", "unit"),
    Address("accounts:account_list", "accounts:list"),
    Address("accounts:bulk_add", "group_members:create"),
    Address("accounts:bulk_remove", "group_members:delete"),
    Address("accounts:bulk_end", "accounts:update"),
    Address("accounts:bulk_resend", "accounts:update"),
    Address("accounts:bulk_disable", "accounts:update"),
    Address("accounts:bulk_reactivate", "accounts:update"),
    Address("accounts:bulk_result", "accounts:list"),
    Address("accounts:bulk_export", "accounts:list"),
    Address("accounts:account_create", "accounts:create"),
    Address("accounts:account_detail", "accounts:get", "account"),
    Address("accounts:account_access", "accounts:get", "account"),
    Address("accounts:account_why", "accounts:get", "account", text="key"),
    Address("accounts:account_allow", "accounts:get", "account", text="key"),
    Address("accounts:my_access_search", SIGNED_IN),
    Address("accounts:my_why", SIGNED_IN, text="key"),
    Address("accounts:account_history", "access_log:list", "account"),
    Address("accounts:account_past", "access_log:list", "account"),
    Address("accounts:account_timeline", "access_log:list", "account", text="key"),
    Address("accounts:group_past", "access_log:list", "group"),
    Address("accounts:role_past", "access_log:list", "role"),
    Address("accounts:permission_past", "access_log:list", text="key"),
    Address("accounts:account_create_matrix", "accounts:create"),
    Address("accounts:account_address", "accounts:create"),
    Address("accounts:account_details", "accounts:update", "account"),
    Address("accounts:account_units", "accounts:update", "account"),
    Address("accounts:account_permissions", "accounts:get", "account"),
    Address("accounts:account_edit", "accounts:update", "account"),
    Address("accounts:account_edit_matrix", "accounts:update", "account"),
    Address("accounts:account_disable", "accounts:update", "account"),
    Address("accounts:account_reactivate", "accounts:update", "account"),
    Address("accounts:account_unlock", "accounts:update", "account"),
    Address("accounts:account_remove", "accounts:delete", "account"),
    Address("accounts:invitation_resend", "accounts:update", "account"),
    Address("accounts:invitation_cancel", "accounts:update", "account"),
    Address("accounts:account_in_unit", SIGNED_IN, "account", text="unit"),
    Address("accounts:mail_list", "accounts:update"),
    Address("accounts:mail_again_all", "accounts:update"),
    Address("accounts:mail_again", "accounts:update", "mail"),
    Address("accounts:compare", "accounts:list"),
    Address("accounts:compare_export", "accounts:list"),
    Address("accounts:make_like", "accounts:get", "account", text="model"),
    Address("accounts:permission_book", "roles:list"),
    Address("accounts:permission_page", "roles:list", text="key"),
    Address("accounts:permission_who", "accounts:list", text="key"),
    Address("accounts:permission_who_export", "accounts:list", text="key"),
    Address("accounts:module_who", "accounts:list", text="module"),
    Address("accounts:module_who_export", "accounts:list", text="module"),
    Address("accounts:role_who", "accounts:list", "role"),
    Address("accounts:role_who_export", "accounts:list", "role"),
    Address("accounts:item_who", SIGNED_IN, "item"),
    Address("accounts:item_who_export", SIGNED_IN, "item"),
    Address("accounts:ending_list", "accounts:list"),
    Address("accounts:ending_export", "accounts:list"),
    Address("accounts:dates", SIGNED_IN, "account", text="kind fact"),
    Address("accounts:dates_cancel", SIGNED_IN, "account", text="kind fact"),
    Address("accounts:log_list", "access_log:list"),
    Address("accounts:log_export", "access_log:list"),
    Address("accounts:log_entry", "access_log:list", "entry"),
    Address("accounts:log_entry_take_back", "access_log:list", "entry"),
    Address("accounts:ask_search", SIGNED_IN),
    Address("accounts:ask", SIGNED_IN, text="key"),
    Address("accounts:request_withdraw", SIGNED_IN, "request"),
    Address("accounts:give_back", SIGNED_IN, text="kind fact"),
    # Two permissions at once: tests/asking/test_answering.py.
    Address("accounts:request_list", SIGNED_IN),
    Address("accounts:request_detail", SIGNED_IN, "request"),
    Address("accounts:request_in_unit", SIGNED_IN, "request", text="unit"),
    Address("accounts:request_approve", SIGNED_IN, "request"),
    Address("accounts:request_decline", SIGNED_IN, "request"),
    Address("accounts:request_close", SIGNED_IN, "request"),
    Address("accounts:overview", "accounts:list"),
    Address("accounts:least_privilege", "accounts:list"),
    Address("accounts:least_export", "accounts:list", text="chapter"),
    Address("accounts:role_replace", "roles:assign", "role", text="twin"),
    Address("accounts:grant_take", SIGNED_IN, "account", text="fact"),
    Address("accounts:access_rules", "roles:list"),
    Address("accounts:access_rule_add", "access:delegate"),
    Address("accounts:access_rule_create", "access:delegate", text="kind"),
    Address("accounts:access_rule", "roles:list", "access rule"),
    Address("accounts:access_rule_edit", "access:delegate", "access rule"),
    Address("accounts:access_rule_end", "access:delegate", "access rule"),
    Address("accounts:waiver_create", "access:delegate", "access rule"),
    Address("accounts:waiver_end", "access:delegate", "waiver"),
    Address("accounts:review_list", "access:assign"),
    Address("accounts:review_add", "access:assign"),
    Address("accounts:review_create", "access:assign", text="review"),
    Address("accounts:review", "access:assign", "review"),
    Address("accounts:review_decide", "access:assign", "review"),
    Address("accounts:review_close", "access:assign", "review"),
    Address("accounts:review_check", "access:assign", "review"),
    Address("accounts:review_evidence", "access:assign", "review"),
    Address("accounts:review_line", "access:assign", "review line"),
    Address("unit_switch", SIGNED_IN),
    Address("unit_rename", "units:update", "unit"),
    Address("unit_move", "units:update", "unit"),
    Address("accounts:unit_list", "units:list"),
    Address("accounts:unit_detail", "units:get", "unit"),
    Address("accounts:unit_create", "units:create", "unit"),
    Address("accounts:unit_close", "units:delete", "unit"),
    Address("accounts:unit_limits", "units:update", "unit"),
    Address("accounts:feature_on", "units:update", "unit", text="feature"),
    Address("accounts:feature_off", "units:update", "unit", text="feature"),
    Address("accounts:unit_owner", "access:delegate", "unit"),
    Address("accounts:unit_owner_search", "access:delegate", "unit"),
    Address("accounts:item_list", SIGNED_IN),
    Address("accounts:item_create", SIGNED_IN),
    Address("accounts:item_detail", SIGNED_IN, "item"),
    Address("accounts:item_hand_over", SIGNED_IN, "item"),
    Address("accounts:item_take_back", SIGNED_IN, "item"),
    Address("accounts:item_retire", SIGNED_IN, "item"),
    Address("accounts:role_matrix", "accounts:list"),
    Address("accounts:account_levels", "accounts:get", "account"),
    Address("accounts:account_item_add", "accounts:get", "account"),
    Address("groups:group_list", "groups:list"),
    Address("groups:group_create", "groups:create"),
    Address("groups:group_detail", "groups:get", "group"),
    Address("groups:group_edit", "groups:update", "group"),
    Address("groups:group_roles", "roles:assign", "group"),
    Address("groups:group_levels", "roles:assign", "group"),
    Address("groups:group_delete", "groups:delete", "group"),
    Address("groups:member_search", "group_members:create", "group"),
    Address("groups:member_add", "group_members:create", "group"),
    Address("groups:member_add_dated", "group_members:create", "group"),
    Address("groups:member_remove", "group_members:delete", "group"),
    Address("roles:role_list", "roles:list"),
    Address("roles:role_create", "roles:create"),
    Address("roles:role_detail", "roles:get", "role"),
    Address("roles:role_edit", "roles:update", "role"),
    Address("roles:role_copy", "roles:create", "role"),
    Address("roles:role_delete", "roles:delete", "role"),
    Address("roles:role_named", "roles:update", "role"),
    Address("roles:rule_add", "roles:update", "role"),
    Address("roles:rule_edit", "roles:update", "role", text="target"),
    Address("roles:rule_remove", "roles:update", "role", text="target"),
]
GUARDED = [address for address in TABLE if address.needs not in {EVERYONE, SIGNED_IN}]
ABOUT_SOMETHING = [address for address in GUARDED if address.about]


def ids(address: Address) -> str:
    return address.name


@pytest.fixture
def objects(unit: Unit) -> dict[str, int]:
    """One account, group and role of the organisation, by kind."""
    return things_of(unit)


def things_of(unit: Unit) -> dict[str, int]:
    account = AccountFactory(unit=unit)
    item = register_item("events", unit, "Gala", actor=SYSTEM).pk
    entry = JournalEntry.objects.latest("sequence").pk
    rule = start_rule(Rule("nobody", "offers:delete"), unit=unit, actor=SYSTEM)
    tomorrow = timezone.now() + timedelta(days=1)
    waiver = give_waiver(rule, account, until=tomorrow, reason="Stocktaking", actor=SYSTEM)
    review = open_review(Scope("unit", unit), Wanted("Spring"), actor=SYSTEM)
    return {
        "review": review.pk,
        "review line": review.lines.all()[0].pk,
        "entry": entry,
        "access rule": rule.pk,
        "waiver": waiver.pk,
        "mail": promise(account).pk,
        "collected edit": kept_by(account, unit).pk,
        "account": account.pk,
        "model": AccountFactory(unit=unit).pk,
        "unit": unit.pk,
        "group": GroupFactory(unit=unit).pk,
        "role": RoleFactory(unit=unit, rules=["ad_campaigns:list"]).pk,
        "twin": RoleFactory(unit=unit, rules=["ad_campaigns:list"]).pk,
        "item": item,
        "request": asked_by(account, unit, "For the campaign").pk,
    }


def kept_by(account: Account, unit: Unit) -> CollectedEdit:
    """Return an edit that the account has collected: a person to put into no group."""
    sent = {"account": [str(account.pk)]}
    return CollectedEdit.objects.create(
        account=account, unit=unit, path="/groups/0/members/add/", title="Add", sent=sent, at=timezone.now()
    )


def path_of(address: Address, objects: dict[str, int]) -> str:
    kwargs: dict[str, object] = {"pk": objects[address.about]} if address.about else {}
    texts: dict[str, object] = {"key": "ad_campaigns:list", "unit": 1, "model": objects.get("model", 999_999)}
    texts |= {"kind": "access" if "fact" in address.text else "nobody", "fact": 1}
    texts |= {"twin": objects.get("twin", 999_999)}
    texts |= {"module": "contacts", "chapter": "invitations"}
    text = {name: texts.get(name, "ad_campaigns") for name in address.text.split()}
    if address.text == "review":
        text = {"kind": "role"}
    return reverse(address.name, kwargs=kwargs | text)


def client_of(account: Account | None = None) -> Client:
    client = Client()
    if account is not None:
        client.force_login(account)
    return client


def refuses(client: Client, path: str) -> bool:
    """Whether neither reading nor sending is let through to the page."""
    return {client.get(path).status_code, client.post(path).status_code} == {403}


def test_the_table_names_every_address() -> None:
    assert {name for name, _view in named_views()} == {address.name for address in TABLE}


# S1-02: the menu leads somewhere, and shows a page to exactly those who may open it
@pytest.mark.parametrize(
    "item", [item for section in MENU for item in section.items], ids=lambda item: item.url_name
)
def test_the_menu_asks_for_what_its_pages_need(item: Item) -> None:
    needs = {address.name: address.needs for address in TABLE}[item.url_name]

    assert reverse(item.url_name)
    assert needs == (item.permission or (EVERYONE if item.demo_only else SIGNED_IN))


# S0-09
@pytest.mark.parametrize("address", [a for a in TABLE if a.needs != EVERYONE], ids=ids)
def test_a_stranger_is_asked_to_sign_in(address: Address, objects: dict[str, int]) -> None:
    path = path_of(address, objects)

    for answer in (client_of().get(path), client_of().post(path)):
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("accounts:sign_in"))


@pytest.mark.parametrize("address", [a for a in TABLE if a.needs == EVERYONE], ids=ids)
def test_an_open_page_asks_nobody(address: Address, objects: dict[str, int]) -> None:
    answer = client_of().get(path_of(address, objects))

    assert answer.status_code in {200, 302, 404, 405, 410}
    assert "next=" not in answer.get("Location", "")


# S0-08, S0-09: scenario 25
@pytest.mark.parametrize("address", GUARDED, ids=ids)
def test_somebody_with_nothing_is_refused(address: Address, objects: dict[str, int], nemo: Account) -> None:
    assert refuses(client_of(nemo), path_of(address, objects))


@pytest.mark.parametrize("address", GUARDED, ids=ids)
def test_every_other_permission_together_is_not_enough(
    address: Address, objects: dict[str, int], unit: Unit
) -> None:
    others = {a.needs for a in GUARDED} - {address.needs}
    account = AccountFactory(unit=unit, permissions=sorted(others))

    assert refuses(client_of(account), path_of(address, objects))


@pytest.mark.parametrize("address", GUARDED, ids=ids)
def test_exactly_the_permission_is_enough(address: Address, objects: dict[str, int], unit: Unit) -> None:
    account = AccountFactory(unit=unit, permissions=[address.needs])

    answer = client_of(account).get(path_of(address, objects))

    assert answer.status_code in {200, 405}


@pytest.mark.parametrize("address", ABOUT_SOMETHING, ids=ids)
def test_what_lies_elsewhere_is_not_found(address: Address, unit: Unit, ada: Account) -> None:
    foreign = path_of(address, things_of(UnitFactory(name="Elsewhere")))
    unknown = path_of(address, dict.fromkeys(things_of(unit), 999_999))

    client = client_of(ada)
    answers = [(client.get(path).status_code, client.post(path).status_code) for path in (foreign, unknown)]

    # 405 is for a page that only reads, or only acts; the other way it is not found.
    assert answers[0] == answers[1]
    assert 404 in answers[0]
    assert set(answers[0]) <= {404, 405}


@pytest.mark.parametrize("status", ["disabled", "pending"])
def test_an_account_that_is_not_active_has_no_session(status: str, unit: Unit) -> None:
    account = AccountFactory(unit=unit, levels={"admin_rights": 2}, status=status, confirmed=True)

    answer = client_of(account).get(reverse("accounts:account_list"))

    assert answer["Location"].startswith(reverse("accounts:sign_in"))


def test_a_refused_page_says_what_is_missing_and_is_journaled(unit: Unit, nemo: Account) -> None:
    answer = client_of(nemo).get(reverse("accounts:account_list"))

    assert "See the list of accounts" in answer.content.decode()
    entry = JournalEntry.objects.latest("sequence")
    assert (entry.event, entry.actor) == ("access.refused", nemo)
