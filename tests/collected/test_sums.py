"""A sum of collected edits lends nothing on its way, does what it shows, and is no longer than is kept."""

from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from accounts.access import may
from accounts.models import Account, Grant
from accounts.services.grants import set_permissions
from adminrights.change import SYSTEM
from adminrights.models import CollectedEdit, JournalEntry, Unit
from groups.models import Group
from groups.services import add_members, remove_members
from tests.accounts.pages import messages_of, signed_in, text_of
from tests.collected.test_collected import PAGE, apply_all, collect, collect_member, collect_roles
from tests.factories import AccountFactory, GroupFactory, RoleFactory

MANAGES = [
    "accounts:list", "accounts:get", "groups:list", "groups:get", "roles:list", "roles:get", "roles:assign",
    "group_members:create", "group_members:delete", "group_members:list",
]  # fmt: skip


@pytest.fixture
def manager(unit: Unit) -> Account:
    return AccountFactory(unit=unit, first_name="Mallory", last_name="Manager", permissions=MANAGES)


@pytest.fixture
def empty(unit: Unit) -> Group:
    return GroupFactory(unit=unit, display_name="Empty")


def make_like(account: Account, model: Account) -> str:
    return reverse("accounts:make_like", args=[account.pk, model.pk])


@pytest.mark.parametrize("held", [False, True])
def test_what_an_edit_needs_is_held_before_the_whole_sum(
    unit: Unit, manager: Account, empty: Group, nemo: Account, *, held: bool
) -> None:
    """One edit would lend the right, the next use it, and the last take it away again."""
    bob = AccountFactory(unit=unit, first_name="Bob", last_name="Busy")
    lender = RoleFactory(unit=unit, display_name="Assigners", rules=["access:assign"])
    browser = signed_in(manager)
    collect_roles(browser, empty, [lender.pk])
    add_members(empty, [manager], actor=SYSTEM)
    collect(browser, make_like(bob, nemo), {})
    collect_member(browser, empty, manager, "member_remove")
    assert CollectedEdit.objects.count() == 3
    set_permissions(bob, {"contacts:list": True}, actor=SYSTEM, unit=unit)
    if held:
        set_permissions(manager, {"access:assign": True}, actor=SYSTEM, unit=unit)

    if not held:
        assert "right that you don't hold before it: " in text_of(browser.get(PAGE))
    answer = browser.post(PAGE, {}, follow=True) if not held else apply_all(browser)

    assert may(bob, "contacts:list", unit) is not held
    assert ("3 edits are applied." in messages_of(answer)) is held


def test_no_edit_opens_the_page_of_another_one(
    unit: Unit, manager: Account, empty: Group, gwen: Account, ada: Account
) -> None:
    """The right to open the page came through a group; within the sum it would come back first."""
    lender = RoleFactory(unit=unit, display_name="Disablers", rules=["accounts:update"])
    lent = GroupFactory(unit=unit, display_name="Lent", roles=[lender], members=[manager])
    browser = signed_in(manager)
    collect_roles(browser, empty, [lender.pk])
    collect(browser, reverse("accounts:account_disable", args=[gwen.pk]), {})
    assert CollectedEdit.objects.count() == 2
    remove_members(lent, [manager], actor=ada)
    add_members(empty, [manager], actor=SYSTEM)

    assert "It needs a right that you don't have here" in text_of(browser.get(PAGE))
    browser.post(PAGE, {}, follow=True)
    assert Account.objects.get(pk=gwen.pk).status == "active"


def test_a_collected_likeness_is_logged_once_as_it_was_done(
    ada: Account, nemo: Account, grant: Account
) -> None:
    browser = signed_in(ada)
    collect(browser, make_like(nemo, grant), {})

    apply_all(browser)

    rows = [row for row in JournalEntry.objects.latest("sequence").data["changes"] if row["do"] == "start"]
    own = Grant.objects.live().filter(account=nemo)
    assert sorted(row["id"] for row in rows) == sorted(own.values_list("pk", flat=True))


def test_a_collected_likeness_leaves_what_the_actor_may_not_give(
    helen: Account, unit: Unit, nemo: Account
) -> None:
    model = AccountFactory(unit=unit, permissions=["contacts:list", "campaigns:list"])
    set_permissions(helen, {"contacts:list": True}, actor=SYSTEM, unit=unit)
    browser = signed_in(helen)
    collect(browser, make_like(nemo, model), {})

    assert messages_of(apply_all(browser)) == ["1 edit is applied."]

    assert may(nemo, "contacts:list", unit)
    assert not may(nemo, "campaigns:list", unit)


def test_a_long_address_and_long_names_of_fields_are_not_collected(ada: Account, nemo: Account) -> None:
    browser: Client = signed_in(ada)
    page = reverse("accounts:account_disable", args=[nemo.pk])

    long = browser.post(f"{page}?{'x' * 3000}", {"collect": "1"}, follow=True)
    names = urlencode({"collect": "1"} | {f"{number:02000}": "" for number in range(101)})
    many = browser.post(page, names, content_type="application/x-www-form-urlencoded", follow=True)

    assert "The address of this page is too long" in text_of(long)
    assert "This form is too large" in text_of(many)
    assert not CollectedEdit.objects.exists()
