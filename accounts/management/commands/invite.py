import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.core.serializers.json import DjangoJSONEncoder
from tqdm import tqdm

from accounts.commands import account_data, stamp
from accounts.importing import Invited, Person, Result, bring_in, invite_person, summary_of
from accounts.known import Standing
from accounts.people_table import OPTIONAL, REQUIRED, Line, read_lines
from adminrights.commands import Outcome, ServiceCommand
from adminrights.days import day_of, in_words
from adminrights.models import Unit

COLUMNS = f"{', '.join(REQUIRED)} and, if wanted, {', '.join(OPTIONAL)}"


class Command(ServiceCommand):
    help = (
        "Create an account and send its invitation, or one for each line of a CSV file. "
        "Somebody here by that address and name, pending or active, is left as they are: that is no error. "
        "Somebody known from elsewhere, or removed before, gets access with the details as they are. "
        f"The file's first line names its columns: {COLUMNS}; groups are parted by ; or |, levels look like "
        "“customers:write”, a last_day like 2027-03-31. Each line comes in whole or not at all. "
        "Exit code: 0 all in or there already, "
        "1 a line was refused, 4 a guard refused one, 3 a dry run that would change something."
    )
    in_unit = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("email", nargs="?", default="", help="the new account's address")
        parser.add_argument("--first-name", default="", metavar="NAME")
        parser.add_argument("--last-name", default="", metavar="NAME")
        parser.add_argument("--phone", default="", metavar="NUMBER")
        parser.add_argument("--group", action="append", default=[], metavar="NAME", help="may be repeated")
        parser.add_argument(
            "--level",
            action="append",
            default=[],
            metavar="MODULE:LEVEL",
            help="read, write or publish; repeatable",
        )
        parser.add_argument(
            "--until", default="", metavar="DAY", help="the last day of the access, such as 2027-03-31"
        )
        parser.add_argument("--campaign-notifications", action="store_true", help="mails from campaigns")
        parser.add_argument(
            "--no-send", action="store_true", help="send no invitation; resend_invite does later"
        )
        parser.add_argument("--csv", default="", metavar="FILE", help="a CSV file, or - for standard input")

    def run(self, **options: Any) -> Outcome:
        if bool(options["email"]) == bool(options["csv"]):
            raise CommandError("Name one address, or a file with --csv FILE.")
        unit = self.find_unit(options["unit"])
        return self._many(unit, options) if options["csv"] else self._one(unit, options)

    def _one(self, unit: Unit, options: dict[str, Any]) -> Outcome:
        person = Person(
            email=options["email"],
            first_name=options["first_name"],
            last_name=options["last_name"],
            phone=options["phone"],
            groups=tuple(options["group"]),
            levels=tuple(options["level"]),
            campaign_notifications=options["campaign_notifications"],
            send=not options["no_send"],
            last_day=options["until"],
        )
        invited = invite_person(person, unit=unit, actor=self.actor)
        told = account_data(invited.account) if invited.may_be_told else {"email": invited.email}
        case = {"new": invited.new, "case": invited.known.told.value, "until": stamp(invited.ends)}
        return Outcome(data={**told, **case}, text=as_sentence(invited, unit, send=person.send))

    def _many(self, unit: Unit, options: dict[str, Any]) -> Outcome:
        lines = read_lines(read_file(options["csv"]))
        results = []
        for result in bring_in(
            self._watched(lines), unit=unit, actor=self.actor, send=not options["no_send"]
        ):
            results.append(result)
            self._tell(result, options)
        self.say(summary_of(results))
        worst = max((result.exit_code for result in results), default=0)
        return Outcome(data=None, exit_code=worst, problem="Not every line came in.")

    def _watched(self, lines: list[Line]) -> Iterable[Line]:
        watched = self.stderr.isatty() and self.verbosity > 0
        return tqdm(lines, unit="line", file=sys.stderr, disable=not watched)

    def _tell(self, result: Result, options: dict[str, Any]) -> None:
        # A bar on the same screen steps aside for the line.
        with tqdm.external_write_mode(sys.stdout) if self.stdout.isatty() else nullcontext():
            self.stdout.write(as_json(result) if options["format"] == "json" else as_text(result))


def as_sentence(invited: Invited, unit: Unit, *, send: bool) -> str:
    """Return what became of one person."""
    who = str(invited.account) if invited.may_be_told else invited.email
    if invited.new:
        done = f"{who} is invited." if send else f"{who} is pending. No invitation was sent."
        return done + until(invited.ends)
    if invited.known.told is Standing.HERE:
        return f"{who} is {invited.words()}."
    return f"{who} is added to {unit}: {invited.words()}.{until(invited.ends)}"


def until(ends: datetime | None) -> str:
    """Return when the access ends by itself as a sentence after another; nothing where it doesn't."""
    return f" The access ends by itself at {in_words(ends)}." if ends else ""


def as_text(result: Result) -> str:
    """Return the line's result for people."""
    told = {
        "invited": f"invited {result.email}",
        "created": f"created {result.email}, no invitation sent",
        "added": f"added {result.email}: {result.message}",
        "added_again": f"added {result.email} again: {result.message}",
        "there": f"{result.email} is {result.message}",
    }.get(result.outcome, f"refused {result.email or '(no address)'}: {result.message}")
    return f"line {result.number}: {told}{f', until {day_of(result.ends)}' if result.ends else ''}"


def as_json(result: Result) -> str:
    """Return the line's result for machines."""
    told = {
        "line": result.number,
        "email": result.email,
        "outcome": result.outcome,
        "message": result.message,
        "until": stamp(result.ends),
    }
    return DjangoJSONEncoder(ensure_ascii=False).encode(told)


def read_file(name: str) -> bytes:
    """Return the file's content, or that of standard input for "-". Raises CommandError."""
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise CommandError(f"{name} can't be read: {error.strerror}.") from error
