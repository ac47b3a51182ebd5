from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.db import connection

from adminrights import anchors
from adminrights.anchors import Anchor, AnchorsUnreadable
from adminrights.append_only import protect
from adminrights.commands import Outcome, ServiceCommand
from adminrights.journal import Break, verify
from adminrights.models import JournalEntry


class Command(ServiceCommand):
    help = (
        "Check the journal and name every place where it was altered, shortened, gone around or left without "
        "protection (L2, L3). With --anchor FILE it is compared with the ends that were written down there, "
        "and if it is whole its present end is added. Ends with 0 for a whole journal, with 1 for any other "
        "and for a file that can't be read or written."
    )
    writes = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--anchor", type=Path, metavar="FILE", help="the ends so far, one JSON object a line"
        )

        parser.add_argument(
            "--protect", action="store_true", help="put the tables' protection back where it is missing"
        )

    def run(self, **options: Any) -> Outcome:
        file: Path | None = options["anchor"]
        entries = JournalEntry.objects.count()
        known = self.known(file)
        breaks = [*verify(), *anchors.compare(known)]
        if options["protect"]:
            protect(connection)
            self.say("The tables are protected.")
        data = {
            "entries": entries,
            "whole": not breaks,
            "breaks": [{"sequence": each.sequence, "reason": each.reason} for each in breaks],
            "anchors": len(known),
        }
        if breaks:
            lines = [line_of(each) for each in breaks]
            problem = f"The chain doesn't hold in {len(breaks)} places."
            return Outcome(data=data, text=lines, exit_code=1, problem=problem)
        if file is not None:
            self.add(file, known)
        return Outcome(data=data, text=f"The journal is whole: {entries} entries.")

    def known(self, file: Path | None) -> list[Anchor]:
        try:
            return anchors.read(file) if file else []
        except (AnchorsUnreadable, OSError) as error:
            raise CommandError(str(error)) from error

    def add(self, file: Path, known: Sequence[Anchor]) -> None:
        try:
            added = anchors.add(file, known)
        except OSError as error:
            raise CommandError(f"The anchor was not written: {error}") from error
        if added:
            self.say(f"Anchored: {added.sequence} entries, {added.digest}")


def line_of(found: Break) -> str:
    """Return one break as people read it."""
    return f"entry {found.sequence}: {found.reason}" if found.sequence else found.reason
