from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import CommandError

from adminrights import exports
from adminrights.commands import Outcome, ServiceCommand
from adminrights.exports import AnotherJournal


class Command(ServiceCommand):
    help = (
        "Add the journal's new entries to a file, one JSON object a line. Kept on another machine it proves "
        "what the journal said, and after a restore post_restore --journal FILE tells what happened since."
    )
    writes = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="the file so far, or a new one")

    def run(self, **options: Any) -> Outcome:
        try:
            number = exports.add_new(options["file"])
        except (AnotherJournal, OSError) as error:
            raise CommandError(str(error)) from error
        return Outcome(data={"file": str(options["file"]), "added": number}, text=f"{number} entries added.")
