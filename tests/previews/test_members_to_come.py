"""Whoever comes into a group on a day to come is given what the group is given until then."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account
from adminrights.change import SYSTEM, preview
from adminrights.days import Span
from adminrights.exceptions import MayNotPassOn, OwnRights
from adminrights.models import Unit
from groups.models import Group
from groups.services import add_members, set_levels, set_roles
from roles.models import Role
from roles.services import set_rule
from tests.ceiling.organisation import STEPS
from tests.factories import AccountFactory, GroupFactory, RoleFactory

SOON = Span(timezone.now() + timedelta(days=2), None)


@pytest.fixture
def hal(unit: Unit) -> Account:
    """Hal keeps groups and roles, passes on a list, and nothing else."""
    keys = (*STEPS, "access:assign", "offers:list")
    account: Account = AccountFactory(first_name="Hal", unit=unit, permissions=keys)
    return account


@pytest.fixture
def chiefs(unit: Unit) -> Role:
    role: Role = RoleFactory(unit=unit, rules=["accounts:update", "access:assign", "contacts:export"])
    return role


@pytest.fixture
def empty(unit: Unit) -> Group:
    group: Group = GroupFactory(unit=unit)
    return group


# Z2, Z8
def test_nobody_gives_himself_rights_by_a_group_that_he_enters_later(
    hal: Account, empty: Group, chiefs: Role
) -> None:
    add_members(empty, [hal], actor=hal, span=SOON)
    with pytest.raises(OwnRights):
        set_roles(empty, [chiefs], actor=hal)
    with pytest.raises(OwnRights):
        set_levels(empty, {"campaigns": 2}, actor=hal)


# Z2
@pytest.mark.parametrize("who", ["members", "another"])
def test_nobody_gives_others_what_he_may_not_by_a_group_that_they_enter_later(
    who: str, hal: Account, nemo: Account, gwen: Account, empty: Group, chiefs: Role
) -> None:
    add_members(empty, [nemo], actor=SYSTEM, span=SOON)
    if who == "another":
        add_members(empty, [gwen], actor=SYSTEM)
    with pytest.raises(MayNotPassOn):
        set_roles(empty, [chiefs], actor=hal)


# Z2
def test_a_rule_reaches_them_too(hal: Account, nemo: Account, empty: Group, unit: Unit) -> None:
    plain = RoleFactory(unit=unit, rules=["offers:list"])
    set_roles(empty, [plain], actor=SYSTEM)
    add_members(empty, [nemo], actor=hal, span=SOON)
    with pytest.raises(MayNotPassOn):
        set_rule(plain, "contacts", ["export"], actor=hal, unit=unit)


def test_what_may_be_passed_on_is_given_to_them(
    hal: Account, nemo: Account, empty: Group, unit: Unit
) -> None:
    add_members(empty, [nemo], actor=hal, span=SOON)
    plain = RoleFactory(unit=unit, rules=["offers:list"])
    looked = preview(lambda: set_roles(empty, [plain], actor=hal))
    assert looked is not None
    assert {(each.account, *each.gained) for each in looked.effects.given} == {(nemo.pk, "offers:list")}
    assert not looked.effects.counts()["accounts"]
