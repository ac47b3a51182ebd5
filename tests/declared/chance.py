"""A small organisation made by chance, with names that are hard to write down and dates of every kind."""

from datetime import timedelta
from random import Random
from typing import Any

from django.utils import timezone

from accounts.access import resolve_held
from accounts.held import held_by
from accounts.models import Account, Grant, UnitAccess
from accounts.policy import load_policy
from accounts.services.levels import set_cells
from accounts.services.rules import Wanted, start_rule
from accounts.standing import Cell
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.models import Fact, Unit, UnitFeature
from adminrights.models.facts import live_at
from adminrights.services import set_owner
from groups.models import Group, GroupRole, Membership
from roles.catalogue import catalogue
from roles.models import Role, Rule
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory

NAMES = ("North / West", 'The "Annex"', "Back\\slash", "Straße in Köln", "[[unit]]", "A = 1 # no")
DAY = timedelta(days=1)


def found(name: str = "Northwind") -> Unit:
    """Make an organisation with one administrator, who owns it."""
    root = UnitFactory(name=name)
    rights = {"admin_rights": 2}
    ada = AccountFactory(first_name="Ada", last_name="Admin", unit=root, levels=rights, access=BELOW)
    set_owner(root, ada, actor=SYSTEM)
    return Unit.objects.get(pk=root.pk)


BELOW = {"includes_subunits": True}


def fill(root: Unit, chance: Random) -> None:
    """Fill it with units, roles, groups, people and all they may hold."""
    units = [root]
    for name in chance.sample(NAMES, chance.randrange(5)):
        units.append(UnitFactory(name=name, parent=chance.choice(units)))
    roles = [_role(root, number, chance) for number in range(chance.randrange(4))]
    groups = [_group(units, roles, number, chance) for number in range(chance.randrange(5))]
    people = [_person(units, groups, number, chance) for number in range(chance.randrange(6))]
    _features(units, chance)
    if people and chance.random() < 0.5:
        viewer = Role.objects.get(name="viewer", unit=None)
        person = chance.choice(people)
        place = person.unit_accesses.filter(ended_at=None).first()
        if place is not None and place.unit_id != root.pk:
            set_cells([Cell(person.pk, place.unit_id, viewer.pk)], [], actor=SYSTEM, unit=root)
    _rules(units, groups, chance)


def _role(root: Unit, number: int, chance: Random) -> Role:
    told = chance.choice(["", 'Says "yes".', "Ä – ö \\ # x"])
    role: Role = RoleFactory(
        unit=root, name=f"role-{number}", display_name=f"Rôle {number}", description=told
    )
    _start(
        [
            Rule(role=role, permission_id=key, **_dates(chance))
            for key in chance.sample(sorted(catalogue().holdable_keys()), chance.randrange(6))
        ]
    )
    return role


def _group(units: list[Unit], roles: list[Role], number: int, chance: Random) -> Group:
    group: Group = GroupFactory(unit=chance.choice(units), name=f"g{number}", display_name=f"Group {number}")
    levels = list(Role.objects.filter(module__isnull=False).order_by("pk"))
    offered = [*roles, *chance.sample(levels, 2)]
    carried = chance.sample(offered, chance.randrange(len(offered) + 1))
    _start([GroupRole(group=group, role=role, **_dates(chance)) for role in carried])
    return group


def _person(units: list[Unit], groups: list[Group], number: int, chance: Random) -> Account:
    status = chance.choice(["active", "active", "pending", "disabled"])
    home, *others = chance.sample(units, chance.randrange(1, len(units) + 1))
    names = {"first_name": f"Pérson{number}", "last_name": "O'Neil", "email": f"P{number}@example.org"}
    access = {"includes_subunits": chance.random() < 0.5, "own_rights_only": chance.random() < 0.2}
    person: Account = AccountFactory(unit=home, status=status, access=access, **names)
    _start([UnitAccess(account=person, unit=unit, **_dates(chance)) for unit in others])
    joined = chance.sample(groups, chance.randrange(len(groups) + 1))
    _start([Membership(account=person, group=group, **_dates(chance)) for group in joined])
    modules = chance.sample(sorted(catalogue().modules), 2)
    _start(
        [
            Grant(account=person, unit=chance.choice(units), module_id=key, level=1, **_dates(chance))
            for key in modules[: chance.randrange(3)]
        ]
    )
    keys = chance.sample(sorted(catalogue().holdable_keys()), chance.randrange(4))
    _start(
        [
            Grant(account=person, unit=chance.choice(units), permission_id=key, **_dates(chance))
            for key in keys
        ]
    )
    return person


def _rules(units: list[Unit], groups: list[Group], chance: Random) -> None:
    for _ in range(chance.randrange(5)):
        first, second = chance.sample(sorted(catalogue().permissions), 2)
        kind = chance.choice(["both", "nobody", "least", *(["group"] if groups else []), "unit"])
        about = {"group": chance.choice(groups) if groups else None, "inside": chance.choice(units)}
        wanted = Wanted(kind, first, second, **about, least=chance.randrange(1, 12))
        start_rule(wanted, unit=chance.choice(units), actor=SYSTEM, despite=True)


def _features(units: list[Unit], chance: Random) -> None:
    known = sorted(key for key, feature in catalogue().features.items() if not feature.computed)
    for unit in units:
        keys = chance.sample(known, chance.randrange(3))
        _start([UnitFeature(unit=unit, feature=key, **_dates(chance)) for key in keys])


def _dates(chance: Random) -> dict[str, Any]:
    now = timezone.now()
    return chance.choice(
        [
            {},
            {"expires_at": now + 5 * DAY},
            {"starts_at": now + DAY},
            {"starts_at": now + DAY, "expires_at": now + 2 * DAY},
            {"starts_at": now - 2 * DAY, "expires_at": now - DAY},
        ]
    )


def _start(facts: list[Any]) -> None:
    kinds: dict[type[Fact], list[Fact]] = {}
    for fact in facts:
        kinds.setdefault(type(fact), []).append(fact)
    with change(Event.GRANTS_CHANGED, actor=SYSTEM) as c:
        for some in kinds.values():
            c.start_all(some)


def rights(root: Unit, days: float = 0) -> dict[tuple[str, str], frozenset[str]]:
    """Return who may do what where, now or days later, by names, as if everybody had signed in once."""
    live = live_at(timezone.now() + days * DAY)
    policy = load_policy(live)
    names = dict(Unit.objects.values_list("pk", "name"))
    emails = dict(Account.objects.values_list("pk", "email"))
    found = {}
    for account, held in held_by(list(emails), live).items():
        for unit in policy.below(root.pk):
            line = [names[int(part)] for part in policy.units[unit].path.split("/") if part]
            resolution = resolve_held(account, held, policy, unit, as_if_active=True)
            if resolution.effective:
                found[emails[account], " > ".join(line)] = frozenset(resolution.effective)
    return found
