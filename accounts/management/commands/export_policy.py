from argparse import ArgumentParser
from typing import Any

from accounts.declared.document import SECTIONS
from accounts.declared.reading import read_policy
from accounts.declared.roots import find_organisation
from accounts.declared.writing import to_text
from adminrights.commands import Outcome, ServiceCommand


class Command(ServiceCommand):
    help = (
        "Print the policy of an organisation as text: units, roles, groups, access rules and, with --people, "
        "who has which access, groups and own rights. The same policy always gives the same "
        "text, so it can be kept under version control. `plan` and `apply` read it."
    )
    writes = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--organisation", default="", metavar="NAME", help="needed if there are several")
        parser.add_argument(
            "--people",
            action="store_true",
            help="people too: their addresses and names then stand in the file, and applying it decides "
            "about everybody. Without it a file leaves people alone",
        )

    def run(self, **options: Any) -> Outcome:
        root = find_organisation(options["organisation"])
        document = read_policy(root, people=options["people"])
        text = to_text(document)
        counts = ", ".join(f"{section.name}: {len(document.of(section))}" for section in SECTIONS)
        self.say(f"{root.name}. {counts}.")
        return Outcome(data={"organisation": root.name, "policy": text}, text=text.rstrip("\n"))
