from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import timezone
from tqdm import tqdm

from accounts.demo.builder import Demo, Step
from accounts.demo.data import SHAPES, Persona, organisation
from accounts.demo.foundation import plan_foundation
from accounts.demo.happenings import plan_happenings
from accounts.demo.lives import plan_lives
from accounts.demo.passwords import new_password
from accounts.demo.standing import refuse_other_people, refuse_other_shape, renew_passwords, shape_here
from adminrights.commands import Outcome, ServiceCommand
from adminrights.exceptions import WrongStatus


class Command(ServiceCommand):
    help = (
        "Fill an empty database with an organisation that looks real, and print who can sign in. Passwords "
        "are made at random and printed once. Refuses (exit code 4) on a database that holds other people."
    )
    # What it writes is printed with secrets that a dry run would make for nothing.
    writes = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--shape",
            choices=SHAPES,
            help="one company with groups and roles (the default), a parent account with child accounts, a "
            "site with sub-accounts, or an Admin Unit with Business Units",
        )
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--new-passwords", action="store_true", help="give these people new passwords")
        which.add_argument("--show", action="store_true", help="say who can sign in; passwords aren't kept")

    def run(self, **options: Any) -> Outcome:
        shape = shape_here()
        if options["shape"]:
            refuse_other_people()
            refuse_other_shape(options["shape"])
        if options["show"]:
            return self._answer(shape, {}, "") if shape else Outcome()
        if options["new_passwords"]:
            passwords = new_passwords(shape)
            renew_passwords(passwords)
            return self._answer(shape, passwords, "These are new:")
        refuse_other_people()
        if shape:
            raise WrongStatus("The demo is here already. New passwords: manage.py demo --new-passwords")
        return self._build(options["shape"] or SHAPES[0])

    def _build(self, shape: str) -> Outcome:
        passwords = new_passwords(shape)
        demo = Demo(organisation(shape), timezone.now(), passwords)
        plan_foundation(demo)
        plan_lives(demo)
        plan_happenings(demo)
        demo.run(self._watched)
        return self._answer(shape, passwords, f"{demo.root} is ready: {counted(demo)}, and weeks of history.")

    def _watched(self, steps: list[Step]) -> Iterable[Step]:
        watched = self.stderr.isatty() and self.verbosity > 0
        return tqdm(steps, desc="Building the demo", unit="step", leave=False, disable=not watched)

    def _answer(self, shape: str, passwords: dict[str, str], first: str) -> Outcome:
        personas = organisation(shape).personas
        told = [data_of(persona, passwords) for persona in personas]
        text = [*([first, ""] if first else []), f"Sign in at {settings.BASE_URL}/ as", ""]
        text += list(lines_of(personas, passwords))
        if not passwords:
            text.append("The passwords were printed once. New ones: manage.py demo --new-passwords")
        return Outcome(data={"shape": shape, "url": f"{settings.BASE_URL}/", "personas": told}, text=text)


def counted(demo: Demo) -> str:
    """Return how much of everything there is, without what the shape doesn't have."""
    units = len(demo.units) if len(demo.units) > 1 else 0
    counts = {
        "people": len(demo.accounts),
        "units": units,
        "groups": len(demo.groups),
        "roles": len(demo.roles),
        "events": len(demo.items),
    }
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)


def new_passwords(shape: str) -> dict[str, str]:
    """Return a new password for each persona's address; none without a shape."""
    return {persona.email: new_password() for persona in organisation(shape).personas} if shape else {}


def data_of(persona: Persona, passwords: dict[str, str]) -> dict[str, str]:
    told = {"role": persona.role, "email": persona.email, "what": persona.what}
    return told | ({"password": passwords[persona.email]} if passwords else {})


def lines_of(personas: Iterable[Persona], passwords: dict[str, str]) -> Iterable[str]:
    for persona in personas:
        yield f"  {persona.role}: {persona.what}"
        yield f"      {persona.email}"
        if passwords:
            yield f"      {passwords[persona.email]}"
        yield ""
