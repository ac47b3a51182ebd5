"""Every migration back to the first and forward again, with an organisation in the database (R7.3)."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from accounts.services.lifecycle import disable_account, update_account
from adminrights import journal
from adminrights.change import SYSTEM
from adminrights.models import JournalEntry
from adminrights.models.receipts import Receipt
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory
from tests.soak import Measure, run, times
from tests.soak.site import Site

OURS = ("accounts", "groups", "roles", "adminrights")
# What made the tables; further back there is nothing to keep.
FIRST = {"adminrights": "0001", "roles": "0001", "groups": "0001", "accounts": "0002"}
# Serve for seconds, or are told by the migrations themselves.
PASSING = {"adminrights_receipt", "adminrights_cache", "django_migrations"}


@run("Migrations there and back")
def migrations_lose_nothing(site: Site, scale: float) -> Iterable[Measure]:
    """Go back as far as there are tables, and forward; twice is as often as it can go wrong."""
    schemas, rows, breaks, rounds = 0, 0, 0, times(2, scale)
    compared = 0
    for number in range(rounds):
        _live(number)
        schema, entries = _schema(), JournalEntry.objects.count()
        for app, name in FIRST.items():
            call_command("migrate", app, name, verbosity=0)
        kept = {table: sorted(columns) for table, columns in _columns().items() if table not in PASSING}
        before = {table: _rows(table, columns) for table, columns in kept.items()}
        call_command("migrate", verbosity=0)
        rows += sum(before[table] != _rows(table, columns) for table, columns in kept.items())
        schemas += schema != _schema()
        breaks += len(list(journal.verify())) + abs(entries - JournalEntry.objects.count())
        compared = len(kept)
    yield Measure("rounds after which the schema differed", 0, schemas, schemas == 0)
    yield Measure(f"tables of {compared} whose rows differed", 0, rows, rows == 0)
    yield Measure("breaks in the journal, entries lost", 0, breaks, breaks == 0)


def _live(number: int) -> None:
    """Leave something in every table that there has been from the first."""
    unit = UnitFactory(name=f"Migrating {number}")
    role = RoleFactory(unit=unit, rules=["contacts:list"])
    AccountFactory(unit=unit, levels={"admin_rights": 2})
    person = AccountFactory(unit=unit, groups=[GroupFactory(unit=unit, roles=[role])])
    update_account(person, actor=SYSTEM, unit=unit, email=f"moved{number}@example.org")
    disable_account(person, actor=SYSTEM, unit=unit)
    Receipt.objects.create(key=f"migrating {number}", at=person.created_at)


def _columns() -> dict[str, set[str]]:
    with connection.cursor() as cursor:
        names = sorted(connection.introspection.table_names(cursor))
        return {
            name: {each.name for each in connection.introspection.get_table_description(cursor, name)}
            for name in names
        }


def _rows(table: str, columns: list[str]) -> str:
    """Return a digest of what the columns of the table hold."""
    quoted = ", ".join(map(connection.ops.quote_name, columns))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {quoted} FROM {connection.ops.quote_name(table)}")
        lines = sorted(map(repr, cursor.fetchall()))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _schema() -> list[Any]:
    """Return every column, constraint, index and trigger, in an order of their own."""
    with connection.cursor() as cursor:
        ask = connection.introspection
        found: list[Any] = []
        for table in sorted(ask.table_names(cursor)):
            described = ask.get_table_description(cursor, table)
            found += sorted((table, each.name, each.type_code, each.null_ok) for each in described)
            found += sorted(map(repr, _constraints(ask.get_constraints(cursor, table))))
        cursor.execute(TRIGGERS[connection.vendor])
        return [*found, *sorted(cursor.fetchall())]


def _constraints(found: dict[str, dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
    """Yield what each demands; the names of some hold a digest that SQLite makes anew."""
    for each in found.values():
        kinds = ("primary_key", "unique", "foreign_key", "check", "index")
        yield tuple(each["columns"] or ()), *(each[kind] for kind in kinds)


TRIGGERS = {
    "postgresql": "SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal",
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
}


def newest_and_the_one_before(app: str) -> tuple[str, str]:
    """Return the names of the last two migrations of an app."""
    loader = MigrationLoader(None)
    [(_app, newest)] = loader.graph.leaf_nodes(app)
    [before] = [name for label, name in loader.graph.node_map[app, newest].parents if label == app]
    return newest, before


def unlike_forwards() -> Iterator[str]:
    """Yield every migration of ours that can't be undone."""
    loader = MigrationLoader(None)
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        if app in OURS and not all(operation.reversible for operation in migration.operations):
            yield f"{app}.{name}"
