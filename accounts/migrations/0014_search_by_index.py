"""On PostgreSQL a search finds names and addresses by an index of three letters each."""

import warnings

from django.db import DatabaseError, migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

INDEX = "account_search"
NOT_THERE = (
    "The extension pg_trgm can't be made by this role, so a search reads every account. To have the index, let a"
    " superuser run CREATE EXTENSION pg_trgm, and then `migrate accounts 0013` and `migrate`."
)


def index(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(editor.connection.alias):
            editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        warnings.warn(NOT_THERE, stacklevel=2)
        return
    letters = f"{schema_of_extension(editor)}.gin_trgm_ops"
    editor.execute(f"CREATE INDEX {INDEX} ON accounts_account USING gin (search_text {letters})")


def schema_of_extension(editor: BaseDatabaseSchemaEditor) -> str:
    """Return where the extension is: another's hand may have put it where no search path leads."""
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'pg_trgm'")
        return str(cursor.fetchone()[0])


def take_away(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    # The extension stays: others may use it.
    if editor.connection.vendor == "postgresql":
        editor.execute(f"DROP INDEX IF EXISTS {INDEX}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0013_read_from_indexes")]

    operations = [migrations.RunPython(index, take_away)]
