from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError

from accounts.log import entries_seen_from
from accounts.services.taking_back import take_back
from adminrights.commands import Outcome, ServiceCommand
from adminrights.models import JournalEntry

MOST = 2**62


class Command(ServiceCommand):
    help = (
        "Take a change back, by its number in the journal, as far as nothing newer stands in its way; what "
        "stays as it is is named. With --dry-run it says so beforehand."
    )
    in_unit = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("number", type=int, help="the number of the entry, as the access log names it")

    def run(self, **options: Any) -> Outcome:
        unit, number = self.find_unit(options["unit"]), min(max(options["number"], 0), MOST)
        try:
            entry = entries_seen_from(unit).get(sequence=number)
        except JournalEntry.DoesNotExist:
            raise CommandError(f"The journal of {unit} has no entry {options['number']}.") from None
        left = take_back(entry, actor=self.actor, unit=unit)
        text = [f"Entry {number} is taken back.", *(f"Stays as it is: {words}" for words in left)]
        return Outcome(data={"taken_back": number, "left": left}, text=text)
