"""An organisation in which two administrators edit the same things."""

import pytest

from accounts.models import Account
from adminrights.models import Unit
from groups.models import Group
from roles.models import Role
from tests.accounts.pages import signed_in
from tests.conflicts.cases import World
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory


@pytest.fixture
def world(unit: Unit, campaign_team: Group, campaigns_admin: Role, gwen: Account) -> World:
    north, south = UnitFactory(name="North", parent=unit), UnitFactory(name="South", parent=unit)
    both = {"unit": unit, "levels": {"admin_rights": 2}, "access": {"includes_subunits": True}}
    otto = AccountFactory(first_name="Otto", last_name="Other", **both)
    me = AccountFactory(first_name="Mia", last_name="Mine", **both)
    other_group = GroupFactory(unit=unit, display_name="Readers")
    other_role = RoleFactory(unit=unit, display_name="Starters")
    people = (otto, AccountFactory(first_name="Pia", unit=unit), signed_in(me))
    return World(unit, north, south, gwen, campaign_team, other_group, campaigns_admin, other_role, *people)
