from django.db import migrations

from adminrights.append_only import lay_open, protect


def forwards(apps, schema_editor):
    protect(schema_editor.connection)


def backwards(apps, schema_editor):
    lay_open(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('adminrights', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(forwards, backwards),
    ]
