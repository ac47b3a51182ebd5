"""The journal's tables take new rows and nothing else: the database itself refuses the rest (L3).

Triggers, because they stop the application's own role too. Whoever owns the tables can still drop them; so
`verify_journal` asks whether they are there, and an anchor outside the database notices what was done
meanwhile. A migration that alters one of these tables calls `protect` again at its end: SQLite makes the
table anew and forgets its triggers.
"""

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

ENTRIES, MENTIONS = "adminrights_journalentry", "adminrights_journalmention"
# What tells a row apart: SQLite's INSERT OR REPLACE would overwrite by it without any other trigger firing.
KEYS = {ENTRIES: ("id", "sequence", "change"), MENTIONS: ("id",)}
SAID = "The journal is append-only."
REFUSE = "adminrights_journal_refuse"


def protect(connection: BaseDatabaseWrapper) -> None:
    """Make the database refuse every change and removal of journal rows. Can be repeated."""
    lay_open(connection)
    for statement in STATEMENTS[connection.vendor]():
        _execute(connection, statement)


def lay_open(connection: BaseDatabaseWrapper) -> None:
    """Take the protection away: for undoing the migration that brought it."""
    for table, trigger in _named(connection.vendor):
        on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
        _execute(connection, f"DROP TRIGGER IF EXISTS {trigger}{on_table}")
    if connection.vendor == "postgresql":
        _execute(connection, f"DROP FUNCTION IF EXISTS {REFUSE}()")


def unprotected(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the tables of the journal whose rows could be altered or removed now."""
    ask = {
        # A: it fires whatever the session says of itself (session_replication_role).
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgname = ANY(%s) AND tgenabled = 'A'",
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND instr(%s, ',' || name || ',')",
    }
    named = list(_named(connection.vendor))
    wanted = [trigger for _table, trigger in named]
    with connection.cursor() as cursor:
        asked = wanted if connection.vendor == "postgresql" else f",{','.join(wanted)},"
        cursor.execute(ask[connection.vendor], [asked])
        there = {row[0] for row in cursor.fetchall()}
    return sorted({table for table, trigger in named if trigger not in there})


def _named(vendor: str) -> Iterator[tuple[str, str]]:
    """Yield each table with the name of a trigger on it."""
    kinds = {"postgresql": ("append_only",), "sqlite": ("no_update", "no_delete", "no_replace")}
    for table in KEYS:
        for kind in kinds[vendor]:
            yield table, f"{table}_{kind}"


def _postgresql() -> Iterator[str]:
    yield (
        f"CREATE FUNCTION {REFUSE}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{SAID}' USING ERRCODE = 'insufficient_privilege'; END $$"
    )
    for table, trigger in _named("postgresql"):
        yield (
            f"CREATE TRIGGER {trigger} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {REFUSE}()"
        )
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}"


def _sqlite() -> Iterator[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
    for table, keys in KEYS.items():
        same = " OR ".join(f'"{key}" = NEW."{key}"' for key in keys)
        taken = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 - constants
        yield f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}"
        yield f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}"
        yield f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} {taken} {refuse}"


STATEMENTS = {"postgresql": _postgresql, "sqlite": _sqlite}


def _execute(connection: BaseDatabaseWrapper, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
