from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import CommandError

from adminrights.commands import Outcome, ServiceCommand
from roles.catalogue import FILE, Catalogue, CatalogueError, read_catalogue
from roles.loading import load_catalogue


class Command(ServiceCommand):
    help = (
        "Mirror the catalogue file into the database and say what changed. Refuses (exit code 4) to drop "
        "what somebody holds, unless --retire says to take it away from them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--file", type=Path, default=FILE, help="another file than the product's own")
        parser.add_argument("--retire", action="store_true", help="end rights that the file drops")

    def run(self, **options: Any) -> Outcome:
        report = load_catalogue(read(options["file"]), retire=options["retire"], actor=self.actor)
        return Outcome(data=report.data(), text=list(report.lines()))


def read(path: Path) -> Catalogue:
    """Return the catalogue in the file. Raises CommandError with the place and the reason."""
    try:
        return read_catalogue(path)
    except CatalogueError as error:
        raise CommandError(str(error)) from error
