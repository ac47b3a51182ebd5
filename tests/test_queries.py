"""Every page that reads costs the same number of statements, however large the organisation is."""

import re
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import uses
from accounts.models import Account
from accounts.services.items import hand_over, register_item
from adminrights.change import SYSTEM
from adminrights.models import Unit
from groups.models import Group
from groups.services import update_group
from roles.models import Role
from tests.factories import AccountFactory, GroupFactory, RoleFactory

RULES = ["campaigns:list", "offers:list", "segments:get", "sm_sync:list", "templates:create", "deals:list"]
PAGES = [
    "accounts:account_list",
    "accounts:account_create",
    "accounts:account_detail",
    "accounts:account_edit",
    "accounts:account_history",
    "accounts:account_past",
    "accounts:group_past",
    "accounts:role_past",
    "accounts:account_disable",
    "accounts:account_details",
    "accounts:account_units",
    "accounts:account_permissions",
    "accounts:item_list",
    "accounts:account_levels",
    "groups:group_list",
    "groups:group_detail",
    "groups:group_edit",
    "groups:group_roles",
    "groups:group_levels",
    "roles:role_list",
    "roles:role_detail",
    "roles:role_edit",
    "roles:role_named",
    "roles:rule_add",
    "accounts:find",
    "shortcuts",
    "accounts:my_access",
    "accounts:my_map",
    "accounts:account_map",
    "accounts:role_map",
    "accounts:who_has_what",
    "accounts:my_profile",
    "accounts:permission_book",
    "accounts:log_list",
    "accounts:ending_list",
    "accounts:mail_list",
    "accounts:sign_in_limits",
    "accounts:access_rules",
    "accounts:review_list",
    "accounts:least_privilege",
    "accounts:overview",
]


def cost(client: Client, path: str) -> int:
    """Return the number of statements of one request, after one that warms what is read once only."""
    # A busy machine would put off writing what was used, to the very request that is measured.
    with patch.object(uses, "PATIENCE_MILLISECONDS", 10_000):
        assert client.get(path).status_code == 200
    with CaptureQueriesContext(connection) as caught:
        client.get(path)
    return len(caught)


def grow(unit: Unit, account: Account, group: Group, role: Role) -> None:
    """Give the organisation more of everything, and the three that pages are about more of what they show."""
    for rule in RULES:
        other_role = RoleFactory(unit=unit, rules=sorted({rule, *RULES[:2]}))
        crowd = [AccountFactory(unit=unit, levels={"offers": 1}) for _number in range(3)]
        GroupFactory(unit=unit, roles=[other_role, role], members=[account, *crowd])
        GroupFactory(unit=unit, roles=[other_role], members=crowd)
    for number in range(4):
        hand_over(register_item("offers", unit, f"Item {number}", actor=SYSTEM), account, actor=SYSTEM)
    for number in range(8):
        update_group(group, actor=SYSTEM, description=f"Text {number}")


def about_of(name: str, account: Account, group: Group, role: Role) -> Account | Group | Role:
    """Return what the page is about."""
    of_groups, of_roles = ("groups:", "accounts:group_"), ("roles:", "accounts:role_")
    return group if name.startswith(of_groups) else role if name.startswith(of_roles) else account


@pytest.mark.parametrize("name", PAGES)
def test_a_page_costs_the_same_in_a_large_organisation(
    name: str,
    client: Client,
    unit: Unit,
    ada: Account,
    gwen: Account,
    campaign_team: Group,
    campaigns_admin: Role,
) -> None:
    about = about_of(name, gwen, campaign_team, campaigns_admin)
    alone = re.split("[:_]", name)[-1] in {
        "list",
        "create",
        "access",
        "profile",
        "book",
        "find",
        "shortcuts",
        "rules",
        "limits",
        "privilege",
        "overview",
        "what",
    } or name.startswith("accounts:my_")
    hand_over(register_item("offers", unit, "Item", actor=SYSTEM), gwen, actor=SYSTEM)
    # More people than a new organisation has, which is told what to do first.
    AccountFactory(unit=unit), AccountFactory(unit=unit)
    path = reverse(name, args=[] if alone else [about.pk]) + ("?q=a" if name == "accounts:find" else "")
    # Nobody is asked about who may less than he does, so that no guard refuses.
    client.force_login(gwen if name in {"accounts:my_access", "accounts:my_map"} else ada)
    few = cost(client, path)

    grow(unit, gwen, campaign_team, campaigns_admin)

    assert cost(client, path) == few


@pytest.mark.parametrize("key", ["ad_campaigns:list", "contacts:export", "contacts.export"])
def test_why_costs_the_same_in_a_large_organisation(
    key: str,
    client: Client,
    unit: Unit,
    ada: Account,
    gwen: Account,
    campaign_team: Group,
    campaigns_admin: Role,
) -> None:
    client.force_login(ada)
    hand_over(register_item("offers", unit, "Item", actor=SYSTEM), gwen, actor=SYSTEM)
    # As many groups carry what is missing as are tried out.
    for _number in range(3):
        GroupFactory(unit=unit, roles=[RoleFactory(unit=unit, rules=["contacts:export"])])
    few = cost(client, reverse("accounts:account_why", args=[gwen.pk, key]))

    grow(unit, gwen, campaign_team, campaigns_admin)
    GroupFactory(unit=unit, roles=[RoleFactory(unit=unit, rules=["contacts:export"])])

    assert cost(client, reverse("accounts:account_why", args=[gwen.pk, key])) == few


@pytest.mark.parametrize("name", ["permission_who", "module_who", "role_who", "item_who"])
def test_who_can_costs_the_same_in_a_large_organisation(
    name: str,
    client: Client,
    unit: Unit,
    ada: Account,
    gwen: Account,
    campaign_team: Group,
    campaigns_admin: Role,
) -> None:
    # Whoever reads it sees the item, which needs a right beside those of an administrator.
    reader = AccountFactory(unit=unit, permissions=["accounts:list", "accounts:get", "offers:list"])
    client.force_login(reader)
    item = register_item("offers", unit, "Item", actor=SYSTEM)
    hand_over(item, gwen, actor=SYSTEM)
    crowd = [AccountFactory(unit=unit, levels={"offers": 1}) for _number in range(2)]
    GroupFactory(unit=unit, roles=[RoleFactory(unit=unit, rules=["offers:list"])], members=crowd)
    abouts = {
        "permission_who": "offers:list",
        "module_who": "offers",
        "role_who": campaigns_admin.pk,
        "item_who": item.pk,
    }
    path = reverse(f"accounts:{name}", args=[abouts[name]])
    few = cost(client, path)

    grow(unit, gwen, campaign_team, campaigns_admin)

    assert cost(client, path) == few


def test_a_timeline_costs_the_same_in_a_large_organisation(
    client: Client, unit: Unit, ada: Account, gwen: Account, campaign_team: Group, campaigns_admin: Role
) -> None:
    client.force_login(ada)
    path = reverse("accounts:permission_past", args=["offers:list"])
    register_item("offers", unit, "Item", actor=SYSTEM)
    AccountFactory(unit=unit, permissions=["offers:list"])
    GroupFactory(unit=unit, roles=[RoleFactory(unit=unit, rules=["offers:list"])], members=[gwen])
    few = cost(client, path)

    grow(unit, gwen, campaign_team, campaigns_admin)

    assert cost(client, path) == few


def test_comparing_costs_the_same_in_a_large_organisation(
    client: Client, unit: Unit, ada: Account, gwen: Account, campaign_team: Group, campaigns_admin: Role
) -> None:
    client.force_login(ada)
    other = AccountFactory(
        unit=unit, groups=[GroupFactory(unit=unit, roles=[RoleFactory(unit=unit, rules=RULES)])]
    )
    register_item("offers", unit, "Item", actor=SYSTEM)
    path = reverse("accounts:compare", query={"left": f"account:{gwen.pk}", "right": f"account:{other.pk}"})
    few = cost(client, path)

    grow(unit, gwen, campaign_team, campaigns_admin)

    assert cost(client, path) == few
