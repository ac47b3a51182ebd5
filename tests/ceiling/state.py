"""The rows that give access, read as plain values: what the independent judgement starts from.

Nothing here asks the product what follows from the rows; `ceiling/rules.py` tells that once more.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection
from guardian.models import UserObjectPermission

from accounts.models import Account, Grant, Invitation, Item, StatusPeriod, UnitAccess
from adminrights.models import OutgoingMail, Unit, UnitFeature
from groups.models import Group, GroupRole, Membership
from roles.models import Role, Rule

ALWAYS = datetime.min.replace(tzinfo=UTC)
# Signing in writes these, and they give nobody anything.
IGNORED = {"last_login", "failed_sign_ins", "locked_at", "version"}
TABLES = (
    Account, StatusPeriod, UnitAccess, Grant, Membership, Group, GroupRole, Role, Rule, Unit, UnitFeature,
    Invitation, Item, UserObjectPermission, OutgoingMail,
)  # fmt: skip


class Fact(NamedTuple):
    """A fact that nobody ended: whom or what it is about, what it gives, from when until when."""

    pk: int
    about: int
    gives: Any
    start: datetime
    end: datetime | None
    giver: int | None

    def live(self, at: datetime) -> bool:
        return self.start <= at and (self.end is None or self.end > at)


class Door(NamedTuple):
    """How an account enters a unit; with the names by which the rules know it."""

    unit: int
    includes_subunits: bool
    own_rights_only: bool


class Person(NamedTuple):
    active: bool
    has_password: bool
    email: str
    name: str


@dataclass(frozen=True)
class State:
    """Everything that decides who may do what, at the moment when it was read."""

    people: dict[int, Person]
    parents: dict[int, int | None]
    owners: dict[int, int]
    features: list[Fact]
    doors: dict[int, list[Fact]]
    grants: dict[int, list[Fact]]
    memberships: dict[int, list[Fact]]
    group_units: dict[int, int]
    group_roles: dict[int, list[Fact]]
    rules: dict[int, list[Fact]]
    handed: frozenset[tuple[int, int]]
    items: dict[int, tuple[str, int]]

    def dates(self) -> set[datetime]:
        """Return every moment at which a fact starts or runs out."""
        by_subject = (self.doors, self.grants, self.memberships, self.group_roles, self.rules)
        facts = [*self.features, *(fact for each in by_subject for some in each.values() for fact in some)]
        return {date for fact in facts for date in (fact.start, fact.end) if date is not None}


def read_state() -> State:
    """Return the state as the database has it."""
    roots = Unit.objects.filter(closed_at=None)
    rights = ("module_id", "level", "permission_id")
    rules = _facts(Rule, "role_id", "permission_id")
    for pk, module, level in Role.objects.filter(module__isnull=False).values_list("pk", "module", "level"):
        rules[pk].append(Fact(0, pk, f"{module}@{level}", ALWAYS, None, None))
    return State(
        people=_people(),
        parents=dict(roots.values_list("pk", "parent_id")),
        owners={pk: owner for pk, owner in roots.values_list("pk", "owner_id") if owner},
        features=[fact for some in _facts(UnitFeature, "unit_id", "feature").values() for fact in some],
        doors=_facts(UnitAccess, "account_id", "unit_id", "includes_subunits", "own_rights_only"),
        grants=_facts(Grant, "account_id", "unit_id", *rights),
        memberships=_facts(Membership, "account_id", "group_id"),
        group_units=dict(Group.objects.filter(deleted_at=None).values_list("pk", "unit_id")),
        group_roles=_facts(GroupRole, "group_id", "role_id"),
        rules=rules,
        handed=frozenset(
            (user, int(item)) for user, item in UserObjectPermission.objects.values_list("user", "object_pk")
        ),
        items={pk: (kind, unit) for pk, kind, unit in Item.objects.values_list("pk", "resource", "unit")},
    )


def _people() -> dict[int, Person]:
    fields = ("pk", "status", "password", "confirmed_at", "email_key", "first_name", "last_name")
    return {
        pk: Person(
            active=status == "active",
            has_password=confirmed is not None and not password.startswith("!"),
            email=email,
            name=f"{first} {last}",
        )
        for pk, status, password, confirmed, email, first, last in Account.objects.values_list(*fields)
    }


def _facts(model: Any, about: str, *gives: str) -> dict[int, list[Fact]]:
    found: dict[int, list[Fact]] = defaultdict(list)
    fields = ("pk", about, *gives, "starts_at", "expires_at", "started_by_id")
    for pk, subject, *what, start, end, giver in (
        model.objects.filter(ended_at=None).order_by("pk").values_list(*fields)
    ):
        found[subject].append(Fact(pk, subject, _given(model, what), start, end, giver))
    return found


def _given(model: Any, what: list[Any]) -> Any:
    if model is UnitAccess:
        return Door(*what)
    if model is Grant:
        unit, module, level, permission = what
        return (unit, permission or f"{module}@{level}")
    return what[0]


def fingerprint() -> int:
    """Return a number that differs once any row of the policy, an invitation or a mail does."""
    rows = []
    with connection.cursor() as cursor:
        for model in TABLES:
            names = ", ".join(
                str(field.column) for field in model._meta.concrete_fields if field.name not in IGNORED
            )
            cursor.execute(f"SELECT {names} FROM {model._meta.db_table} ORDER BY 1")
            rows.append(repr(cursor.fetchall()))
    return hash(tuple(rows))
