"""On SQLite too a search finds names and addresses by an index of three letters each."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from accounts import search_index


def build(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "sqlite":
        search_index.build(editor.connection)


def take_away(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "sqlite":
        search_index.take_away(editor.connection)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_search_by_index")]

    operations = [migrations.RunPython(build, take_away)]
