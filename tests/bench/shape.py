"""The workloads, the same numbers every time. Pure. Every world is made from them.

All have in common: n accounts, n/50 groups, 200 roles; 3 groups an account, 4 roles a group, 12 rules a role
(a resource with some of its actions), 4 levels of modules an account, 30 units in a tree of three floors.

Here is U(n): rights spread over the units. People enter their unit alone, with all below it, or with its own
rights only, some a second unit too; some are pending or disabled. Features are on in some units, roles hold
named permissions, and nothing is given along with what it requires. No other product knows units, so U(n) is
only held against the brute-force evaluation; `organisation.py` has the one that is timed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from roles.catalogue import MULTI_UNIT, Catalogue, catalogue

SEED, ROLES = 20, 200
ACCOUNTS_A_GROUP, GROUPS_EACH, ROLES_EACH, RULES_EACH, GRANTS_EACH = 50, 3, 4, 12, 4
CHILDREN, GRANDCHILDREN = 5, 24
# The system roles of the role matrix; the one of the root is given to nobody here.
LEVELS = ("viewer", "team_member", "business_unit_administrator")
FIRST = (
    "Ada Bo Chidi Dora Elif Femi Grace Hugo Ines Jonas Kavya Linh Marta Noor Omar Priya Quinn Rosa Sato Tomas"
)
LAST = "Adler Bell Costa Demir Evans Fischer Garcia Haddad Ito Jansen Kim Lopez Moreau Nowak Okoye Park Ricci"


class Door(NamedTuple):
    """A unit that somebody enters: it alone, with all below, or with its own rights only."""

    unit: int
    below: bool = False
    own_rights_only: bool = False


class Given(NamedTuple):
    """A level of a module that somebody holds in a unit."""

    unit: int
    module: str
    level: int


@dataclass(frozen=True)
class Person:
    first: str
    last: str
    email: str
    groups: Sequence[int] = ()
    grants: Sequence[Given] = ()
    doors: Sequence[Door] = (Door(0),)
    status: str = "active"


@dataclass(frozen=True)
class Group:
    """A group by what it carries, by index, and where it lies; with `level` it is a standing group."""

    unit: int
    roles: Sequence[int] = ()
    level: str = ""


@dataclass(frozen=True)
class Shape:
    """The world by index: the parent and the features of each unit, the rights of each role."""

    roles: list[list[str]]
    groups: list[Group]
    people: list[Person]
    parents: Sequence[int | None] = (None,)
    features: Sequence[Sequence[str]] = field(default=((),))
    # Groups that a measure needs, by what they are called there.
    special: dict[str, int] = field(default_factory=dict)

    def rights_of_group(self, index: int) -> set[str]:
        group = self.groups[index]
        if group.level:
            return set(catalogue().system_roles[group.level].permissions)
        return {key for role in group.roles for key in self.roles[role]}

    def permissions_of_group(self, index: int) -> set[str]:
        return {key for right in self.rights_of_group(index) for key in catalogue().given_by(right)}

    def own_permissions(self, person: Person) -> set[str]:
        known = catalogue()
        return {key for given in person.grants for key in known.level(given.module, given.level)}

    def line(self, unit: int) -> list[int]:
        """Return the unit and those above it, the root last."""
        parent = self.parents[unit]
        return [unit] if parent is None else [unit, *self.line(parent)]

    def below(self, unit: int) -> set[int]:
        """Return the unit and all below it."""
        return {each for each in range(len(self.parents)) if unit in self.line(each)}


def tree() -> list[int | None]:
    """Return the parent of each unit."""
    return [None, *[0] * CHILDREN, *(1 + index % CHILDREN for index in range(GRANDCHILDREN))]


def many_units(n: int) -> Shape:
    """Return U(n)."""
    random, known = Random(SEED), catalogue()
    parents = tree()
    count = range(len(parents))
    named = sorted(known.named)
    roles = [[*rules(random, sorted(known.resources)), random.choice(named)] for _ in range(ROLES)]
    groups = [
        Group(random.choice(count), random.sample(range(ROLES), ROLES_EACH))
        for _ in range(max(n // ACCOUNTS_A_GROUP, len(parents)))
    ]
    groups += [Group(unit, level=level) for unit in count for level in LEVELS]
    switched = sorted(known.features.keys() - {MULTI_UNIT})
    features = [random.sample(switched, 2) if unit % 2 == 0 else () for unit in count]
    shape = Shape(roles, groups, [], parents, features)
    shape.people.extend(_member(random, known, index, shape) for index in range(n))
    return shape


def rules(random: Random, resources: Sequence[str]) -> list[str]:
    """Return the permissions of one role."""
    keys: list[str] = []
    for resource in random.sample(resources, RULES_EACH):
        offered = [permission.key for permission in catalogue().resources[resource].permissions]
        keys += random.sample(offered, random.randint(1, len(offered)))
    return keys


def _modules(random: Random, known: Catalogue) -> list[str]:
    return random.sample([key for key in sorted(known.modules) if key != "admin_rights"], GRANTS_EACH)


def _member(random: Random, known: Catalogue, index: int, shape: Shape) -> Person:
    """Return somebody at home in one of the units, with rights there and in the units above it."""
    home = random.randrange(len(shape.parents))
    line = shape.line(home)
    near = [number for number, group in enumerate(shape.groups) if group.unit in line and not group.level]
    standing = [number for number, group in enumerate(shape.groups) if group.unit == home and group.level]
    groups = random.sample(near, min(GROUPS_EACH, len(near)))
    return Person(
        first=random.choice(FIRST.split()),
        last=f"{random.choice(LAST.split())}-{index}",
        email=f"account{index}@bench.example",
        groups=[*groups, *random.sample(standing, 1 if index % 2 else 0)],
        grants=[
            Given(random.choice(line), module, int(random.choice(known.modules[module].levels)))
            for module in _modules(random, known)
        ],
        doors=_doors(random, home, len(shape.parents)),
        status=random.choices(("active", "pending", "disabled"), (90, 6, 4))[0],
    )


def _doors(random: Random, home: int, units: int) -> list[Door]:
    below, own = random.choices(((False, False), (True, False), (False, True)), (60, 25, 15))[0]
    doors = [Door(home, below, own)]
    if random.random() < 0.2:
        other = random.randrange(units)
        doors += [Door(other, own_rights_only=random.random() < 0.5)] if other != home else []
    return doors
