"""The table of the cache that all processes share."""

from typing import Any

from django.core.management import call_command
from django.db import migrations


def create(apps: Any, schema_editor: Any) -> None:
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("adminrights", "0003_mail_delivery")]

    # Backwards the table stays: what is in it may be lost at any time, and forwards it is found again.
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
