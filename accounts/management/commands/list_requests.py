from argparse import ArgumentParser
from typing import Any

from accounts.asking.reading import requests_in
from accounts.commands import account_data, stamp
from accounts.models import AccessRequest
from adminrights.commands import Outcome, ServiceCommand
from adminrights.days import in_words


class Command(ServiceCommand):
    help = "List what people ask for in a unit and below, the newest first."
    writes = False
    in_unit = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--all", action="store_true", help="those that were answered as well")

    def run(self, **options: Any) -> Outcome:
        found = requests_in(self.find_unit(options["unit"]))
        asked = list(found if options["all"] else found.open())
        self.say("1 request" if len(asked) == 1 else f"{len(asked)} requests")
        return Outcome(data=[_data(each) for each in asked], text=[_text(each) for each in asked])


def _data(asked: AccessRequest) -> dict[str, Any]:
    return {
        **account_data(asked.account),
        "permission": asked.permission,
        "unit": asked.unit.name,
        "reason": asked.reason,
        "until": stamp(asked.until),
        "asked": stamp(asked.asked_at),
        "state": asked.state_now,
        "answer": asked.answer,
        "answered_by": asked.answered_by.email if asked.answered_by else None,
    }


def _text(asked: AccessRequest) -> str:
    until = f", until {in_words(asked.until)}" if asked.until else ""
    return f"{asked.account}: {asked.label} in {asked.unit}{until}: {asked.reason} ({asked.state_now})"
