from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.utils import timezone

from accounts.commands import account_data, stamp
from accounts.dates.ending import Ending, ending
from accounts.dates.kinds import KINDS
from adminrights.commands import Outcome, ServiceCommand
from adminrights.days import brief

MOST_DAYS = 36_500


class Command(ServiceCommand):
    help = "List what ends by itself in a unit and below, the next end first."
    writes = False
    in_unit = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--days", type=_days, metavar="N", help="only what ends within N days")
        parser.add_argument("--kind", choices=list(KINDS), default="", help="only what is of this kind")
        parser.add_argument("--search", default="", metavar="TEXT", help="in name, e-mail and right")

    def run(self, **options: Any) -> Outcome:
        unit = self.find_unit(options["unit"])
        asked = {"days": options["days"], "kind": options["kind"], "text": options["search"]}
        found = ending(unit, **asked)
        self.say("1 right ends" if len(found) == 1 else f"{len(found)} rights end")
        return Outcome(data=[_data(end) for end in found], text=[_text(end) for end in found])


def _days(text: str) -> int:
    days = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
    if not 0 <= days <= MOST_DAYS:
        raise ArgumentTypeError(f"{text[:40]} is no number of days. Write 30.")
    return days


def _data(end: Ending) -> dict[str, Any]:
    return {
        **account_data(end.account),
        "kind": end.kind.key,
        "what": end.what,
        "unit": end.unit.name,
        "from": stamp(end.fact.starts_at),
        "until": stamp(end.until),
        "given_by": end.by.email if end.by else None,
    }


def _text(end: Ending) -> str:
    dates = brief(end.fact.starts_at, end.until, timezone.now())
    return f"{end.account}: {end.what} in {end.unit}, {dates}"
