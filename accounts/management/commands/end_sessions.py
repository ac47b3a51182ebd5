from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError

from accounts.commands import AccountCommand
from accounts.models import Account
from accounts.services.sessions import end_sessions, end_sessions_of_all
from adminrights.commands import Outcome
from adminrights.models import Unit


class Command(AccountCommand):
    help = (
        "Sign an account out everywhere, for example after a device was lost; with --all everybody of an "
        "organisation, as after a break-in."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--all", action="store_true", help="everybody of the organisation named by --unit"
        )

    def address_argument(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", nargs="?", default="", help="the account's e-mail address")

    def run(self, **options: Any) -> Outcome:
        if options["all"] == bool(options["email"]):
            raise CommandError("Name an account, or say --all.")
        if not options["all"]:
            return super().run(**options)
        root = self.find_unit(options["unit"])
        number = end_sessions_of_all(root, actor=self.actor)
        return Outcome(data={"people": number}, text=f"{number} people are signed out everywhere.")

    def apply(self, account: Account, unit: Unit, options: dict[str, Any]) -> str:
        end_sessions(account, actor=self.actor, unit=unit)
        return f"{account} is signed out everywhere."
