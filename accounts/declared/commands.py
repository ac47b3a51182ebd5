"""What `plan` and `apply` have in common: a file in, the differences and their effects out."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management import CommandError

from accounts.declared.document import Document
from accounts.declared.parsing import PolicyUnreadable, parse_policy
from accounts.declared.planning import Plan, plan_policy
from accounts.declared.roots import find_organisation
from adminrights.commands import WOULD_CHANGE, Outcome, ServiceCommand
from adminrights.models import Unit

NO_CHANGES = "no changes"


class PolicyCommand(ServiceCommand):
    """A command about a policy file."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", help="what `export_policy` printed, perhaps edited; - for standard input")

    def run(self, **options: Any) -> Outcome:
        try:
            document = parse_policy(read_file(options["file"]))
        except PolicyUnreadable as error:
            told = [{"line": problem.line, "message": problem.text} for problem in error.problems]
            lines = [f"{options['file']}, {problem}" for problem in error.problems]
            said = f"The file has {len(lines)} errors; nothing was changed."
            said = said.replace("1 errors", "an error") if len(lines) == 1 else said
            return Outcome(data={"errors": told}, text=lines, exit_code=1, problem=said)
        root = find_organisation(document.organisation)
        plan = plan_policy(document, root=root, actor=self.actor)
        if not self.writes or options["dry_run"]:
            return planned(plan, root)
        return self.after(plan, document, root)

    def after(self, plan: Plan, document: Document, root: Unit) -> Outcome:
        """Do what was planned and return what to print."""
        raise NotImplementedError


def planned(plan: Plan, root: Unit) -> Outcome:
    """Return the plan as what a command ends with: 0 for no changes, 3, or 4 where it would be refused."""
    outcome = told(plan)
    if plan.refusal is not None:
        outcome.exit_code, outcome.problem = plan.refusal.exit_code, f"It would be refused: {plan.refusal}"
    elif plan.differences:
        outcome.exit_code, outcome.problem = WOULD_CHANGE, f"{root.name} differs from the file."
    return outcome


def told(plan: Plan) -> Outcome:
    """Return the plan in words and as values."""
    data: dict[str, Any] = {
        "changes": [difference.data() for difference in plan.differences],
        "effects": plan.effects,
        "sentences": plan.sentences,
        "refused": str(plan.refusal) if plan.refusal else None,
    }
    return Outcome(data=data, text=list(_lines(plan)))


def _lines(plan: Plan) -> Iterator[str]:
    if not plan.differences:
        yield NO_CHANGES
        return
    for difference in plan.differences:
        yield from difference.lines()
    if plan.refusal is None:
        yield ""
        yield from plan.sentences


def read_file(name: str) -> bytes:
    """Return the file's content, or that of standard input for "-". Raises CommandError."""
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except (OSError, ValueError) as error:
        raise CommandError(f"{name} can't be read: {error}.") from error
