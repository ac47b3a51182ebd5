"""Puts a workload into the product's tables, past the pipeline for speed; nothing else may do so."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from accounts.addresses import canonical
from accounts.models import Account, Grant, StatusPeriod, UnitAccess
from adminrights.change import _writing
from adminrights.models import JournalHead, Unit, UnitFeature
from groups.models import Group, GroupRole, Membership
from roles.catalogue import catalogue
from roles.loading import load_catalogue
from roles.models import Role, Rule
from tests.bench.pouring import pour
from tests.bench.shape import Door, Given, Person, Shape

AT = timezone.now() - timedelta(days=30)
FACT: dict[str, Any] = {"starts_at": AT, "started_in": uuid.uuid4()}
ENTERS = [Door(0, below=True)]
BOSS = Person("Ada", "Admin", "admin@bench.example", (), [Given(0, "admin_rights", 2)], ENTERS)


class Filled(NamedTuple):
    """What was put in, in the order of the shape: units, and the others' numbers; the boss comes last."""

    units: list[Unit]
    roles: list[int]
    groups: list[int]
    people: list[int]


def fill(shape: Shape) -> Filled:
    """Put the workload and one administrator, the last of the accounts, into the database."""
    load_catalogue(catalogue())
    with transaction.atomic(), _writing():
        units = _units(shape)
        roles, groups = _policy(shape, units)
        people = _people([*shape.people, BOSS], units, groups)
        # What was put in past the pipeline makes every copy of the policy stale.
        JournalHead.objects.update(policy=uuid.uuid4())
    return Filled(units, roles, groups, people)


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
    pairs = zip(units, shape.features, strict=True)
    facts = [(unit.pk, feature) for unit, features in pairs for feature in features]
    pour(UnitFeature, ("unit_id", "feature"), facts, **FACT)
    return units


def _policy(shape: Shape, units: list[Unit]) -> tuple[list[int], list[int]]:
    named = ((f"role{i}", f"Role {i}") for i in range(len(shape.roles)))
    roles = pour(Role, ("name", "display_name"), named, unit_id=units[0].pk, created_at=AT)
    pairs = ((role, key) for role, keys in zip(roles, shape.roles, strict=True) for key in keys)
    pour(Rule, ("role_id", "permission_id"), pairs, **FACT)
    standing = dict(Role.objects.system().values_list("name", "pk"))
    rows = (
        (
            units[group.unit].pk,
            group.level or f"group{i}",
            group.level or f"Group {i}",
            standing.get(group.level),
        )
        for i, group in enumerate(shape.groups)
    )
    columns = ("unit_id", "name", "display_name", "standing_role_id")
    groups = pour(Group, columns, rows, created_at=AT)
    carried = (
        (row, role)
        for row, group in zip(groups, shape.groups, strict=True)
        for role in ([standing[group.level]] if group.level else [roles[role] for role in group.roles])
    )
    pour(GroupRole, ("group_id", "role_id"), carried, **FACT)
    return roles, groups


def _people(people: list[Person], units: list[Unit], groups: list[int]) -> list[int]:
    accounts = pour(Account, COLUMNS, map(_account, people), password="!", created_at=AT)
    pairs = list(zip(accounts, people, strict=True))
    pour(StatusPeriod, ("account_id", "status"), ((who, person.status) for who, person in pairs), **FACT)
    doors = ("account_id", "unit_id", "includes_subunits", "own_rights_only")
    pour(
        UnitAccess,
        doors,
        ((who, units[d.unit].pk, d.below, d.own_rights_only) for who, d in _doors(pairs)),
        **FACT,
    )
    joined = ((who, groups[index]) for who, person in pairs for index in person.groups)
    pour(Membership, ("account_id", "group_id"), joined, **FACT)
    given = ((who, units[g.unit].pk, g.module, g.level) for who, person in pairs for g in person.grants)
    pour(Grant, ("account_id", "unit_id", "module_id", "level"), given, **FACT)
    return accounts


def _doors(pairs: list[tuple[int, Person]]) -> Iterator[tuple[int, Door]]:
    return ((who, door) for who, person in pairs for door in person.doors)


COLUMNS = (
    "email",
    "email_key",
    "first_name",
    "last_name",
    "search_text",
    "status",
    "confirmed_at",
    "last_login",
)


def _account(person: Person) -> tuple[Any, ...]:
    known = None if person.status == "pending" else connection.ops.adapt_datetimefield_value(AT)
    searched = canonical(f"{person.first} {person.last} {person.email}")
    key = canonical(person.email)
    return (person.email, key, person.first, person.last, searched, person.status, known, known)
