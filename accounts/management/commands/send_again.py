from argparse import ArgumentParser
from typing import Any

from accounts.commands import find_account
from accounts.letters import undelivered_in
from accounts.services.mail import send_all_again
from adminrights.commands import Outcome, ServiceCommand
from adminrights.exceptions import Invalid


class Command(ServiceCommand):
    help = "Send mails again that never left or didn't arrive: those to one account, or all of a unit."
    in_unit = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("email", nargs="?", default="", help="only the mails to this account")
        parser.add_argument("--all", action="store_true", help="the mails to everybody in the unit")

    def run(self, **options: Any) -> Outcome:
        if bool(options["email"]) == options["all"]:
            raise Invalid("Name an account, or say --all.")
        unit = self.find_unit(options["unit"])
        mails = undelivered_in(unit).select_related("account")
        if options["email"]:
            mails = mails.filter(account=find_account(options["email"]))
        done = send_all_again(mails, actor=self.actor, unit=unit)
        for mail, why in done.left:
            self.say(f"Left: {mail}. {why}")
        again = [{"to": mail.address, "message": mail.message} for mail in done.mails]
        data = {"sent_again": again, "left": len(done.left)}
        return Outcome(data=data, text=[f"On its way again: {mail}" for mail in done.mails])
