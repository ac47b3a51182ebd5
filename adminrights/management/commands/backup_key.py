from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from adminrights.backups import BackupFailed, make_key


class Command(BaseCommand):
    help = (
        "Make a key for backups: the file can read them and belongs off this machine, in two safe places; "
        "what is printed goes into BACKUP_RECIPIENTS and can only write them. Touches no database."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a new file for the secret half")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(make_key(options["file"]))
        except BackupFailed as error:
            raise CommandError(str(error)) from error
