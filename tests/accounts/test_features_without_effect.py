"""Permissions for something that the organisation doesn't have: kept, marked, without effect, no error."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.access import effective
from accounts.models import Account
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.models import Unit, UnitFeature
from roles.models import Role
from roles.services import permissions_of, set_rule
from tests.editing import send
from tests.factories import AccountFactory, GroupFactory, RoleFactory


@pytest.fixture
def role(unit: Unit) -> Role:
    """A role of the organisation, still without rules."""
    made: Role = RoleFactory(unit=unit)
    return made


@pytest.fixture
def member(unit: Unit, role: Role) -> Account:
    """Somebody who has the role and nothing else."""
    account: Account = AccountFactory(unit=unit, groups=[GroupFactory(unit=unit, roles=[role])])
    return account


def switch_on(unit: Unit, feature: str) -> None:
    with change(Event.UNIT_FEATURES_CHANGED, actor=SYSTEM, unit=unit, target=unit) as c:
        c.start(UnitFeature(unit=unit, feature=feature))


# S3-90, S3-08, scenario 15
def test_a_rule_without_its_feature_is_saved_and_does_nothing(
    client: Client, unit: Unit, ada: Account, role: Role, member: Account
) -> None:
    client.force_login(ada)
    sent = {"target": "companies", "actions": ["list", "get"]}

    answer = send(client, reverse("roles:rule_add", args=[role.pk]), sent)

    assert answer.status_code == 302
    assert set(permissions_of(role)) == {"companies:list", "companies:get"}
    assert not member.has_perm("companies:list", unit)
    assert effective(member, unit).withheld["companies:list"].missing_feature == "basic_crm"


# S3-91, S3-90: what the licence brings works by itself
def test_the_rule_takes_effect_when_the_feature_comes(
    unit: Unit, ada: Account, role: Role, member: Account
) -> None:
    set_rule(role, "companies", ["list"], actor=ada, unit=unit)

    switch_on(unit, "basic_crm")

    assert member.has_perm("companies:list", unit)


# S3-C03, scenario 14
def test_editing_contacts_deletes_only_where_deletion_is_switched_on(
    unit: Unit, ada: Account, role: Role, member: Account
) -> None:
    set_rule(role, "contacts", ["list", "get", "update", "delete"], actor=ada, unit=unit)
    assert member.has_perm("contacts:update", unit)
    assert not member.has_perm("contacts:delete", unit)

    switch_on(unit, "contact_deletion")

    assert member.has_perm("contacts:delete", unit)


# S3-07: the same for text messaging
def test_sms_permissions_wait_for_text_messaging(
    unit: Unit, ada: Account, role: Role, member: Account
) -> None:
    set_rule(role, "sms_contacts", ["list"], actor=ada, unit=unit)
    assert not member.has_perm("sms_contacts:list", unit)

    switch_on(unit, "sms")

    assert member.has_perm("sms_contacts:list", unit)


# S3-02, S3-03: whoever edits roles puts permissions of several areas together
def test_one_role_combines_several_areas(unit: Unit, ada: Account, role: Role, member: Account) -> None:
    for target in ("contacts", "campaigns", "overview_reports"):
        set_rule(role, target, ["get"], actor=ada, unit=unit)

    assert all(
        member.has_perm(f"{target}:get", unit) for target in ("contacts", "campaigns", "overview_reports")
    )


# S3-94, C-13: a page asks for its own list, so edit without view doesn't show it
def test_who_may_change_without_seeing_finds_no_page(client: Client, unit: Unit) -> None:
    editor = AccountFactory(unit=unit, permissions=["accounts:update"])
    client.force_login(editor)

    assert client.get(reverse("accounts:account_list")).status_code == 403
    assert reverse("accounts:account_list") not in client.get(reverse("accounts:my_access")).content.decode()
