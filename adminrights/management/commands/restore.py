from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, call_command

from adminrights import backups
from adminrights.backups import BackupFailed


class Command(BaseCommand):
    help = (
        "Put a backup in the place of the whole database, all of it or nothing, bring it up to date and run "
        "post_restore, with whose code it ends. Stop the web servers and mail workers first."
    )
    # The database may be empty, or older than the code: nothing is asked of it before.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="what backup wrote")
        parser.add_argument("--key-file", type=Path, required=True, help="what backup_key wrote")
        parser.add_argument("--journal", type=Path, metavar="FILE", help="as for post_restore")
        parser.add_argument("--replace", action="store_true", help="there are accounts; do away with them")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["replace"] and not backups.is_empty():
            raise CommandError(
                "There are accounts in this database, which would be lost. Nothing was done. Look at "
                "DATABASE_URL, and add --replace if that is what you want."
            )
        try:
            backups.restore(options["file"], options["key_file"])
        except BackupFailed as error:
            raise CommandError(f"{error} The database is as it was.") from error
        call_command("migrate", verbosity=0)
        journal = ["--journal", str(options["journal"])] if options["journal"] else []
        call_command("post_restore", *journal, stdout=self.stdout, stderr=self.stderr)
