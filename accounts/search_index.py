"""SQLite finds names and addresses by an index of three letters each; PostgreSQL's is in migration 0014.

The index is a table beside the accounts, which triggers keep. SQLite makes a table anew to alter it and
forgets its triggers: `mend` sees to that after every `migrate`.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import RawSQL

TABLE, ACCOUNTS = "accounts_search", "accounts_account"
# What is shorter stands in no index of three letters each.
LETTERS = 3
_PUT_IN = f"INSERT INTO {TABLE} (rowid, search_text) VALUES (new.id, new.search_text);"  # noqa: S608 - constants
_TAKE_OUT = f"INSERT INTO {TABLE} ({TABLE}, rowid, search_text) VALUES ('delete', old.id, old.search_text);"  # noqa: S608
TRIGGERS = {
    f"{TABLE}_added": f"AFTER INSERT ON {ACCOUNTS} BEGIN {_PUT_IN} END",
    f"{TABLE}_removed": f"AFTER DELETE ON {ACCOUNTS} BEGIN {_TAKE_OUT} END",
    f"{TABLE}_changed": f"AFTER UPDATE OF id, search_text ON {ACCOUNTS} BEGIN {_TAKE_OUT} {_PUT_IN} END",
}


def build(connection: BaseDatabaseWrapper) -> None:
    """Make the index of all accounts, and let it follow them. Can be repeated."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {TABLE} USING fts5(search_text, content='{ACCOUNTS}',"
            " content_rowid='id', tokenize='trigram case_sensitive 1', columnsize=0)"
        )
        for name, does in TRIGGERS.items():
            cursor.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {does}")
        cursor.execute(f"INSERT INTO {TABLE} ({TABLE}) VALUES ('rebuild')")  # noqa: S608 - constants


def take_away(connection: BaseDatabaseWrapper) -> None:
    """Remove the index: for undoing the migration that brought it."""
    with connection.cursor() as cursor:
        for name in TRIGGERS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")


def mend(using: str, **_kwargs: Any) -> None:
    """Build the index anew where a migration made the table of accounts anew: receiver of `post_migrate`."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master")
        there = {name for (name,) in cursor.fetchall()}
    if {TABLE, ACCOUNTS} <= there and not TRIGGERS.keys() <= there:
        build(connection)


def indexed(words: Iterable[str], using: str) -> list[str]:
    """Return the words that `accounts_with` can find in this database."""
    if connections[using].vendor != "sqlite":
        return []
    return [word for word in words if len(word) >= LETTERS]


def accounts_with(words: Collection[str]) -> RawSQL:
    """Return the numbers of the accounts whose name or address holds each of the words, as a subquery."""
    phrases = " AND ".join('"{}"'.format(word.replace('"', '""')) for word in words)
    return RawSQL(f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s", [phrases])  # noqa: S608, S611 - constants
