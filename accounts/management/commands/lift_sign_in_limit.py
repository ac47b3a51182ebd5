from argparse import ArgumentParser
from typing import Any

from accounts.services.sessions import lift_sign_in_limit
from adminrights.commands import Outcome, ServiceCommand


class Command(ServiceCommand):
    help = "Let a source of requests try to sign in again at once, after too many tries came from there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("address", help="the IP address, as the access log names it")

    def run(self, **options: Any) -> Outcome:
        place = lift_sign_in_limit(options["address"], actor=self.actor)
        return Outcome(data={"source": place}, text=f"Tries from {place} are counted anew.")
