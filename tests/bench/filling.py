"""Puts a workload into the product's tables, past the pipeline for speed; nothing else may do so."""

import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.addresses import canonical
from accounts.models import Account, Grant, StatusPeriod, UnitAccess
from adminrights.change import _writing
from adminrights.models import JournalHead, Unit, UnitFeature
from groups.models import Group, GroupRole, Membership
from roles.catalogue import catalogue
from roles.loading import load_catalogue
from roles.models import Role, Rule
from tests.bench.shape import Door, Given, Person, Shape

AT = timezone.now() - timedelta(days=30)
FACT: dict[str, Any] = {"starts_at": AT, "started_in": uuid.uuid4()}
BOSS = Person("Ada", "Admin", "admin@bench.example", (), [Given(0, "admin_rights", 2)], [Door(0, below=True)])


def fill(shape: Shape) -> tuple[list[Unit], list[Account]]:
    """Put the workload and one administrator, the last of the accounts, into the database."""
    load_catalogue(catalogue())
    with _writing():
        units = _units(shape)
        groups = _policy(shape, units)
        people = _people([*shape.people, BOSS], units, groups)
        # What was put in past the pipeline makes every copy of the policy stale.
        JournalHead.objects.update(policy=uuid.uuid4())
    return units, people


def _units(shape: Shape) -> list[Unit]:
    units: list[Unit] = []
    for index, parent in enumerate(shape.parents):
        above = None if parent is None else units[parent]
        unit = Unit(
            name=f"Unit {index:02}", parent=above, root=above and (above.root or above), created_at=AT
        )
        unit.save(force_insert=True)
        unit.path = f"{above.path if above else ''}{unit.pk}/"
        unit.save(update_fields=["path"])
        units.append(unit)
    facts = [
        UnitFeature(unit=unit, feature=feature, **FACT)
        for unit, features in zip(units, shape.features, strict=True)
        for feature in features
    ]
    UnitFeature.objects.bulk_create(facts)
    return units


def _policy(shape: Shape, units: list[Unit]) -> list[Group]:
    roles = Role.objects.bulk_create(
        Role(unit=units[0], name=f"role{i}", display_name=f"Role {i}", created_at=AT)
        for i in range(len(shape.roles))
    )
    pairs = [(role, key) for role, keys in zip(roles, shape.roles, strict=True) for key in keys]
    Rule.objects.bulk_create([Rule(role=role, permission_id=key, **FACT) for role, key in pairs], 500)
    standing = {role.name: role for role in Role.objects.system()}
    groups: list[Group] = Group.objects.bulk_create(
        Group(
            unit=units[group.unit],
            name=group.level or f"group{i}",
            display_name=group.level or f"Group {i}",
            standing_role=standing.get(group.level),
            created_at=AT,
        )
        for i, group in enumerate(shape.groups)
    )
    facts = []
    for row, group in zip(groups, shape.groups, strict=True):
        carried = [standing[group.level]] if group.level else [roles[role] for role in group.roles]
        facts += [GroupRole(group=row, role=role, **FACT) for role in carried]
    GroupRole.objects.bulk_create(facts, 500)
    return groups


def _people(people: list[Person], units: list[Unit], groups: list[Group]) -> list[Account]:
    accounts: list[Account] = Account.objects.bulk_create(map(_account, people), 500)
    facts: dict[type[Any], list[Any]] = {StatusPeriod: [], UnitAccess: [], Membership: [], Grant: []}
    for account, person in zip(accounts, people, strict=True):
        who = {"account": account, **FACT}
        facts[StatusPeriod].append(StatusPeriod(status=person.status, **who))
        facts[UnitAccess] += [
            UnitAccess(
                unit=units[door.unit],
                includes_subunits=door.below,
                own_rights_only=door.own_rights_only,
                **who,
            )
            for door in person.doors
        ]
        facts[Membership] += [Membership(group=groups[index], **who) for index in person.groups]
        facts[Grant] += [
            Grant(unit=units[given.unit], module_id=given.module, level=given.level, **who)
            for given in person.grants
        ]
    for model, rows in facts.items():
        model._default_manager.bulk_create(rows, 500)
    return accounts


def _account(person: Person) -> Account:
    return Account(
        email=person.email,
        email_key=canonical(person.email),
        first_name=person.first,
        last_name=person.last,
        search_text=canonical(f"{person.first} {person.last} {person.email}"),
        password="!",
        status=person.status,
        confirmed_at=None if person.status == "pending" else AT,
        last_login=None if person.status == "pending" else AT,
        created_at=AT,
    )
