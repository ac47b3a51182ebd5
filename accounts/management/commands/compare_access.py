from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from accounts.commands import find_account, read_moment, refuse_unstorable
from accounts.compare.difference import Difference
from accounts.compare.sides import Compared, side_of_account, side_of_group, side_of_role
from accounts.named import find_groups
from adminrights.commands import WOULD_CHANGE, Outcome, ServiceCommand
from adminrights.exceptions import Invalid
from adminrights.models import Unit
from roles.models import Role

MARKS = {"both": "=", "left": "<", "right": ">"}


class Command(ServiceCommand):
    help = (
        "Compare what two people may do in a unit, or a person with a group or a role: an address, "
        "group:NAME or role:NAME. Lines begin with < for the left alone, > for the right alone, = for both. "
        "Exit code 0 no difference, 3 they differ."
    )
    writes = False
    in_unit = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("left", metavar="LEFT", help="an e-mail address, group:NAME or role:NAME")
        parser.add_argument("right", metavar="RIGHT", help="the same")
        for name in ("left", "right"):
            parser.add_argument(
                f"--{name}-at", type=read_moment, metavar="DATE", help=f"the {name} person then, not now"
            )
        parser.add_argument("--all", action="store_true", help="also what both have")

    def run(self, **options: Any) -> Outcome:
        unit = self.find_unit(options["unit"])
        left, right = (find_side(options[side], unit, options[f"{side}_at"]) for side in ("left", "right"))
        difference = Difference(left, right)
        data = data_of(difference, everything=options["all"])
        self.say(
            f"{left.label} and {right.label} in {unit}: {len(difference.common)} rights in common, "
            f"{len(difference.only_left)} only left, {len(difference.only_right)} only right"
        )
        differs = bool(difference.only_left or difference.only_right)
        text = list(lines_of(data)) or ["No difference."]
        return Outcome(
            data=data, text=text, exit_code=WOULD_CHANGE if differs else 0, problem="The two sides differ."
        )


def find_side(text: str, unit: Unit, at: datetime | None) -> Compared:
    """Return the person, group or role that the text names. Raises Invalid, or CommandError."""
    kind, colon, name = text.partition(":")
    if not colon or kind not in {"group", "role"}:
        return side_of_account(find_account(text), unit, at)
    if at is not None:
        raise Invalid("Only people can be looked at on another day.")
    if kind == "group":
        return side_of_group(find_groups([name], unit)[0])
    role = Role.objects.offered_in(unit).filter(name__iexact=refuse_unstorable(name)).first()
    if role is None:
        raise Invalid(f"There is no role {name}.")
    return side_of_role(role)


def data_of(difference: Difference, *, everything: bool) -> dict[str, Any]:
    rows = [row for chapter in difference.chapters(everything=everything) for row in chapter.rows]
    return {
        "left": difference.left.label,
        "right": difference.right.label,
        "common": len(difference.common),
        "only_left": len(difference.only_left),
        "only_right": len(difference.only_right),
        "rows": [
            {
                "permission": row.key,
                "label": row.label,
                "where": row.where,
                "left": list(row.left),
                "right": list(row.right),
            }
            for row in rows
        ],
    }


def lines_of(data: dict[str, Any]) -> Iterator[str]:
    for row in data["rows"]:
        yield f"{MARKS[row['where']]} {row['permission']}  {row['label']}"
        yield from (f"    {source}" for source in dict.fromkeys([*row["left"], *row["right"]]))
