"""A small organisation in which anything happens: random steps through the services, by a seed."""

from collections.abc import Callable
from random import Random
from typing import TypeVar

from accounts.models import Account
from accounts.services.grants import set_levels, set_permissions
from accounts.services.lifecycle import disable_account, reactivate_account, update_account
from accounts.services.memberships import set_groups
from accounts.services.ownership import hand_over
from accounts.services.unit_access import Entry, set_unit_access
from accounts.services.units import close_unit, open_unit, switch_feature
from adminrights.change import SYSTEM
from adminrights.exceptions import Refused
from adminrights.models import Unit
from adminrights.services import move_unit, rename_unit, set_owner
from groups.models import Group
from groups.services import add_members, create_group, delete_group, remove_members, set_roles, update_group
from roles.models import Role
from roles.services import create_role, delete_role, set_rule, update_role
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory

T = TypeVar("T")
RESOURCES = {
    "contacts": ("get", "list", "create", "delete"),
    "campaigns": ("list", "submit", "approve", "start"),
    "ad_campaigns": ("get", "list", "update"),
}
FEATURES = ("contact_deletion", "basic_crm")


class World:
    """Three units, five people, three groups, two roles; `step()` does one thing that isn't refused."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.root = UnitFactory(name=f"World {seed}")
        north, south = (UnitFactory(name=name, parent=self.root) for name in ("North", "South"))
        self.units = [self.root, north, south]
        self.people = [AccountFactory(unit=self.root, access={"includes_subunits": n < 4}) for n in range(6)]
        set_owner(self.root, self.people[5], actor=SYSTEM)
        roles = [RoleFactory(unit=self.root, rules=[f"{name}:list"]) for name in ("contacts", "campaigns")]
        for unit in self.units:
            GroupFactory(unit=unit, roles=roles[:1], members=self.people[:2])

    def steps(self, number: int) -> None:
        """Do so many things."""
        for _ in range(number):
            self.step()

    def step(self) -> str:
        """Do one thing and return its name; what the rules refuse is not done, and another one is tried."""
        while True:
            do = self.random.choice(STEPS)
            try:
                do(self)
            except Refused:
                continue
            return do.__name__

    def one(self, of: list[T]) -> T:
        """Return one of them."""
        return self.random.choice(of)

    def some(self, of: list[T]) -> list[T]:
        """Return some of them, or none."""
        return self.random.sample(of, self.random.randint(0, len(of)))

    def account(self) -> Account:
        """Return one of those who don't own the organisation, as it stands."""
        return Account.objects.get(pk=self.one(self.people[:5]).pk)

    def unit(self) -> Unit:
        """Return an open unit."""
        return self.one(list(Unit.objects.open().below(self.root)))

    def groups(self) -> list[Group]:
        """Return the groups that weren't deleted."""
        return list(Group.objects.in_unit(self.root).order_by("pk"))

    def roles(self) -> list[Role]:
        """Return the roles of the organisation that weren't deleted."""
        return list(Role.objects.present().own().filter(unit=self.root).order_by("pk"))

    def word(self) -> str:
        """Return a name that nothing has."""
        return f"name {self.random.getrandbits(40):x}"


def join(world: World) -> None:
    add_members(world.one(world.groups()), [world.account()], actor=SYSTEM)


def leave(world: World) -> None:
    group = world.one(world.groups())
    remove_members(group, world.some([m.account for m in group.memberships.live()]), actor=SYSTEM)


def regroup(world: World) -> None:
    set_groups(world.account(), world.some(world.groups()), actor=SYSTEM, unit=world.root)


def carry(world: World) -> None:
    set_roles(world.one(world.groups()), world.some(world.roles()), actor=SYSTEM)


def rule(world: World) -> None:
    resource = world.one(list(RESOURCES))
    actions = world.some(list(RESOURCES[resource]))
    set_rule(world.one(world.roles()), resource, actions, actor=SYSTEM, unit=world.root)


def levels(world: World) -> None:
    wanted = {module: world.random.randint(0, 2) for module in ("contacts", "campaigns")}
    set_levels(world.account(), wanted, actor=SYSTEM, unit=world.unit())


def single(world: World) -> None:
    keys = [f"{resource}:{action}" for resource, actions in RESOURCES.items() for action in actions]
    wanted = {key: world.random.random() < 0.5 for key in world.some(keys)[:3]}
    set_permissions(world.account(), wanted, actor=SYSTEM, unit=world.unit())


def feature(world: World) -> None:
    switch_feature(world.unit(), world.one(list(FEATURES)), on=world.random.random() < 0.7, actor=SYSTEM)


def enter(world: World) -> None:
    unit = world.unit()
    wanted = {unit.pk: Entry(includes_subunits=world.random.random() < 0.5)}
    set_unit_access(world.account(), wanted, actor=SYSTEM, unit=world.root)


def switch_off_and_on(world: World) -> None:
    account = world.account()
    step = disable_account if account.status == Account.Status.ACTIVE else reactivate_account
    step(account, actor=SYSTEM, unit=world.root)


def found_group(world: World) -> None:
    create_group(unit=world.unit(), name="", display_name=world.word(), actor=SYSTEM)


def drop_group(world: World) -> None:
    if len(world.groups()) > 2:
        delete_group(world.one(world.groups()), actor=SYSTEM)


def found_role(world: World) -> None:
    create_role(unit=world.root, name="", display_name=world.word(), actor=SYSTEM)


def drop_role(world: World) -> None:
    if len(world.roles()) > 2:
        delete_role(world.one(world.roles()), actor=SYSTEM, unit=world.root)


def rename(world: World) -> None:
    group, role = world.one(world.groups()), world.one(world.roles())
    update_group(group, display_name=world.word(), actor=SYSTEM)
    update_role(role, display_name=world.word(), actor=SYSTEM, unit=world.root)
    update_account(world.account(), last_name=world.word(), actor=SYSTEM, unit=world.root)
    rename_unit(world.unit(), world.word(), actor=SYSTEM)


def open_and_close(world: World) -> None:
    units = list(Unit.objects.open().below(world.root))
    if len(units) < 4:
        open_unit(world.one(units), world.word(), actor=SYSTEM)
    else:
        close_unit(world.one(units), actor=SYSTEM)


def move(world: World) -> None:
    move_unit(world.unit(), world.unit(), actor=SYSTEM)


def own(world: World) -> None:
    account = Account.objects.get(pk=world.one(world.people[:5]).pk)
    hand_over(world.root, account, actor=SYSTEM)


STEPS: list[Callable[[World], None]] = [
    join, leave, regroup, carry, rule, levels, single, feature, enter, switch_off_and_on, found_group,
    drop_group, found_role, drop_role, rename, open_and_close, move, own,
]  # fmt: skip
