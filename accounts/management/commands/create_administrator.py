from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.db import transaction

from accounts.commands import account_data, refuse_unstorable, stamp
from accounts.links import invitation_link
from accounts.services.administrators import Appointment, appoint_administrator
from accounts.services.factors import set_factor_rule
from adminrights.commands import Outcome, ServiceCommand
from adminrights.models import Unit
from adminrights.services import create_root_unit
from roles.catalogue import catalogue
from roles.loading import load_catalogue
from roles.models import Module


class Command(ServiceCommand):
    help = (
        "Make an administrator: Read & Write on Admin & Rights, and owner of the organisation if nobody is "
        "(S0-07). Makes the organisation and loads the catalogue if they are missing. The person gets an "
        "invitation and chooses the password; who is there already is raised to administrator."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("email", help="the administrator's address")
        parser.add_argument("--first-name", default="", metavar="NAME")
        parser.add_argument("--last-name", default="", metavar="NAME")
        parser.add_argument("--organisation", default="", metavar="NAME", help="needed if there is none yet")
        parser.add_argument(
            "--print-link",
            action="store_true",
            help="print the one-time link instead of mailing it; whoever has it becomes the administrator",
        )

    def run(self, **options: Any) -> Outcome:
        with transaction.atomic():
            if not Module.objects.exists():
                load_catalogue(catalogue(), actor=self.actor)
                self.say("The catalogue is loaded.")
            unit = self._organisation(options["organisation"])
            appointment = appoint_administrator(
                unit,
                email=options["email"],
                names=(options["first_name"], options["last_name"]),
                actor=self.actor,
                by_mail=not options["print_link"],
            )
        return self._outcome(appointment, unit, options)

    def _organisation(self, name: str) -> Unit:
        roots = Unit.objects.open().roots()
        if not name and not roots.exists():
            raise CommandError("There is no organisation yet. Name it with --organisation NAME.")
        found = list(roots.filter(name=refuse_unstorable(name)) if name else roots[:2])
        if len(found) > 1:
            raise CommandError("There are several organisations. Name one with --organisation NAME.")
        if found:
            return found[0]
        if roots.exists():
            raise CommandError(f"There is no organisation {name}, but another one. It gets no second.")
        unit = create_root_unit(name, actor=self.actor)
        set_factor_rule(unit, required=settings.SECOND_FACTOR_REQUIRED, actor=self.actor)
        self.say(f"The organisation {unit} is made.")
        return unit

    def _outcome(self, done: Appointment, unit: Unit, options: dict[str, Any]) -> Outcome:
        told = {**account_data(done.account), "new": done.new, "owner": done.owner, "organisation": unit.name}
        role = "administers and owns" if done.owner else "administers"
        self.say(f"{done.account} {role} {unit}.")
        if done.invitation is None:
            mailed = done.new and not options["print_link"]
            return Outcome(data=told, text="An invitation goes out by mail." if mailed else "")
        # The link of a dry run would lead nowhere.
        link = "" if options["dry_run"] else invitation_link(done.invitation)
        told |= {"link": link, "expires_at": stamp(done.invitation.expires_at)}
        self.say("The link works once. Hand it over on a safe way:" if link else "A link would be printed.")
        return Outcome(data=told, text=link)
