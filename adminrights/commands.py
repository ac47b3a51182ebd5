"""What every command of the product has in common.

    class Command(ServiceCommand):
        help = "Disable an account."

        def add_arguments(self, parser):
            super().add_arguments(parser)
            parser.add_argument("email")

        def run(self, **options):
            account = find(options["email"])
            disable_account(account, actor=self.actor, unit=self.find_unit(options["unit"]))
            return Outcome(data={"email": account.email}, text=f"{account} is disabled.")

`run` calls the same services as the pages and returns an `Outcome`; it prints nothing itself. It acts as
`self.actor`; what it says on the way goes through `self.say`. Around it this class

- opens the origin: channel "cli", address "<person>@<host>", and the reason of `--reason`;
- gives `--format text|json`: what was asked for on stdout, everything else on stderr;
- gives commands that write (`writes = True`) `--dry-run`, `--actor EMAIL` and `--reason`. A dry run does the
  work and rolls it back, so that it says all that the real run would say;
- gives commands that work in a unit (`in_unit = True`) `--unit NAME`;
- ends with 0 done or nothing to do, 1 error, 3 would change, 4 refused by a guard.

Called from Python, an exit code other than 0 is a CommandError with that `returncode`.
"""

import getpass
import json
import os
import socket
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from adminrights.change import SYSTEM, Actor, preview_all, record_lost_refusal
from adminrights.consequences import texts
from adminrights.exceptions import Refused
from adminrights.faults import FAULTS, Kept, kept
from adminrights.models import Unit
from adminrights.origin import current_origin, originating

WOULD_CHANGE = 3
KEPT = {
    Kept.NOTHING: "Nothing was saved.",
    Kept.ALL: "What was done before is saved.",
    Kept.UNKNOWN: "Look whether it was saved before you repeat it.",
}


@dataclass(slots=True)
class Outcome:
    """What a command found or did: `data` for machines, `text` (or lines of it) for people.

    Without data (None) nothing is printed: the command wrote its lines itself as they came. With an
    `exit_code` other than 0, both are printed first and `problem` is said on stderr.
    """

    data: Any = field(default_factory=dict)
    text: str | Sequence[str] = ""
    exit_code: int = 0
    problem: str = ""

    def lines(self) -> str:
        """Return the text as one string."""
        return self.text if isinstance(self.text, str) else "\n".join(self.text)


class ServiceCommand(BaseCommand):
    """A command that calls services; see the module's text."""

    writes: ClassVar[bool] = True
    in_unit: ClassVar[bool] = False
    formats: ClassVar[Sequence[str]] = ("text", "json")

    actor: Actor = SYSTEM

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=self.formats, default="text", help="how to print the result")
        if self.in_unit:
            parser.add_argument("--unit", default="", metavar="NAME", help="the unit to work in")
        if self.writes:
            parser.add_argument(
                "--dry-run", action="store_true", help="change nothing, say what would happen"
            )
            parser.add_argument("--actor", default="", metavar="EMAIL", help="act with this account's rights")
            parser.add_argument("--reason", default="", help="why, for the journal")

    def run(self, **options: Any) -> Outcome:
        """Do the work and return what came of it. May raise Refused."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        self.actor = self.find_actor(options.get("actor", ""))
        self.verbosity = options["verbosity"]
        with originating("cli", address=whence(), reason=options.get("reason", "")):
            try:
                self._run(options)
            except FAULTS as error:
                said = KEPT[kept(current_origin().progress)]
                raise CommandError(f"The database can't be used now: {error} {said}") from error
            except Refused as refusal:
                record_lost_refusal(refusal)
                self._tell_refusal(refusal, options)

    def _run(self, options: dict[str, Any]) -> None:
        if not options.get("dry_run"):
            self._print(self.run(**options), options)
            return
        self.say("Dry run: nothing is changed.")
        outcomes: list[Outcome] = []
        changes = preview_all(lambda: outcomes.append(self.run(**options)))
        self._tell_effects(texts(*changes) if changes else [], outcomes[0], options)
        self._print(outcomes[0], options)
        if changes:
            raise CommandError("This was a dry run: it would change something.", returncode=WOULD_CHANGE)

    def _tell_effects(self, effects: list[str], outcome: Outcome, options: dict[str, Any]) -> None:
        """Say who would gain and lose what: with the result for machines, else as remarks."""
        if options["format"] == "json" and isinstance(outcome.data, dict):
            outcome.data |= {"effects": effects}
            return
        for text in effects:
            self.say(text)

    def _print(self, outcome: Outcome, options: dict[str, Any]) -> None:
        if options["format"] == "json" and outcome.data is not None:
            self.stdout.write(json.dumps(outcome.data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
        elif outcome.text and self.verbosity > 0:
            self.stdout.write(outcome.lines())
        if outcome.exit_code:
            raise CommandError(outcome.problem or "Not everything was done.", returncode=outcome.exit_code)

    def _tell_refusal(self, refusal: Refused, options: dict[str, Any]) -> None:
        if options["format"] == "json":
            data = {"refused": refusal.code, "message": str(refusal)}
            self.stdout.write(json.dumps(data, ensure_ascii=False))
        raise CommandError(str(refusal), returncode=refusal.exit_code) from refusal

    def say(self, text: str) -> None:
        """Write a remark to stderr; none with --verbosity 0."""
        if self.verbosity > 0:
            self.stderr.write(text, style_func=str)

    def find_actor(self, email: str) -> Actor:
        """Return the account with the address, or the system without one. Raises CommandError."""
        if not email:
            return SYSTEM
        accounts = get_user_model()
        try:
            return accounts.objects.get_by_natural_key(email)
        except accounts.DoesNotExist:
            raise CommandError(f"--actor: there is no account with the address {email}.") from None

    def find_unit(self, name: str = "") -> Unit:
        """Return the open unit with the name, or the only one if no name is given. Raises CommandError."""
        units = Unit.objects.open()
        found = list(units.filter(name__iexact=name) if name else units[:2])
        if len(found) == 1:
            return found[0]
        if not found:
            raise CommandError(f"There is no unit {name!r}." if name else "There is no unit yet.")
        several = f"There are several units {name!r}." if name else "There are several units."
        raise CommandError(f"{several} Name one with --unit.")


def whence() -> str:
    """Return who types the command and where, for the journal: "ana@server"."""
    try:
        person = getpass.getuser()
    except (KeyError, OSError):
        person = str(os.getuid())
    return f"{person}@{socket.gethostname()}"[:64]
