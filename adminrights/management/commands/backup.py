from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError

from adminrights import backups
from adminrights.backups import BackupFailed
from adminrights.change import change
from adminrights.commands import Outcome, ServiceCommand
from adminrights.events import Event
from adminrights.models import JournalHead


class Command(ServiceCommand):
    help = (
        "Write the whole database into a new file, encrypted for BACKUP_RECIPIENTS. It can be done while the "
        "product runs. Sessions are left out."
    )
    writes = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="a new file; it appears once it is whole")

    def run(self, **options: Any) -> Outcome:
        file: Path = options["file"]
        head = JournalHead.objects.filter(pk=1).values_list("sequence", flat=True).first() or 0
        try:
            size = backups.make(file, settings.BACKUP_RECIPIENTS)
        except BackupFailed as error:
            raise CommandError(str(error)) from error
        # Whoever has the file has everything about everybody: the journal tells that there is one.
        with change(Event.BACKUP_MADE, actor=self.actor) as c:
            c.note(file=file.name, size=size)
        data = {"file": str(file), "size": size, "entries": head}
        return Outcome(data=data, text=f"{file}: {size} bytes, with {head} entries of the journal or more.")
