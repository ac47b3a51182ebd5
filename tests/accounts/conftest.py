"""An organisation with units below it, for tests about who reaches what."""

from dataclasses import dataclass

import pytest

from accounts.models import Account, UnitAccess
from adminrights.change import change
from adminrights.events import Event
from adminrights.models import Unit
from groups.models import Group
from roles.models import Role
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory

TEAM = ["contacts:list", "contacts:get", "contacts:create", "events:list", "events:get", "events:create"]
VIEWER = ["contacts:list"]
PEOPLE = ["accounts:list", "accounts:get", "accounts:create", "accounts:update", "accounts:delete"]
GROUPS = ["groups:list", "groups:get", "groups:create", "groups:update", "roles:list", "roles:get"]
MEMBERS = ["group_members:list", "group_members:create", "group_members:delete", "roles:assign"]
ADMIN = [*TEAM, *PEOPLE, *GROUPS, *MEMBERS, "access:assign", "access_log:list", "unit_settings:update"]


@dataclass
class World:
    """An Admin Unit with two Business Units, and Uma, who administers the north."""

    root: Unit
    north: Unit
    south: Unit
    team: Role
    admin: Role
    uma: Account
    nora: Account
    sam: Account

    def group(self, unit: Unit, role: Role) -> Group:
        return Group.objects.get(unit=unit, name=f"{unit.name.lower()}-{role.name}")


@pytest.fixture
def world(unit: Unit) -> World:
    roles = {
        name: RoleFactory(unit=None, built_in=True, name=f"test_{name}", rules=rules)
        for name, rules in {"admin": ADMIN, "team": TEAM, "viewer": VIEWER}.items()
    }
    north, south = UnitFactory(name="North", parent=unit), UnitFactory(name="South", parent=unit)
    for place in (unit, north, south):
        for role in roles.values():
            name = f"{place.name.lower()}-{role.name}"
            GroupFactory(unit=place, name=name, display_name=name, roles=[role])
    own = Group.objects.get(name="north-test_admin")
    AccountFactory(unit=unit, levels={"admin_rights": 2}, access={"includes_subunits": True})
    return World(
        root=unit,
        north=north,
        south=south,
        team=roles["team"],
        admin=roles["admin"],
        uma=AccountFactory(first_name="Uma", last_name="Unit", unit=north, groups=[own]),
        nora=AccountFactory(first_name="Nora", last_name="North", unit=north),
        sam=AccountFactory(first_name="Sam", last_name="South", unit=south),
    )


def let_in(account: Account, unit: Unit, actor: object, **access: bool) -> None:
    """Give somebody access to a unit, as adding and re-adding do."""
    with change(Event.ACCOUNT_ACCESS_CHANGED, actor=actor, unit=unit, target=account) as c:
        c.start(UnitAccess(account=account, unit=unit, **access))
