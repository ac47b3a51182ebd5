from argparse import ArgumentParser
from typing import Any

from accounts.services.sessions import lift_sign_in_limit
from adminrights.change import SYSTEM
from adminrights.commands import Outcome, ServiceCommand


class Command(ServiceCommand):
    help = "Let a source of requests try to sign in again at once, after too many tries came from there."
    in_unit = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("address", help="the IP address, as the access log names it")

    def run(self, **options: Any) -> Outcome:
        # Whoever runs the installation lifts every limit; with --actor only what the account sees in a unit.
        unit = None if self.actor is SYSTEM else self.find_unit(options["unit"])
        place = lift_sign_in_limit(options["address"], actor=self.actor, unit=unit)
        return Outcome(data={"source": place}, text=f"Tries from {place} are counted anew.")
