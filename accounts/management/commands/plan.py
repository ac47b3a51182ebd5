from argparse import ArgumentParser
from typing import ClassVar

from accounts.declared.commands import PolicyCommand


class Command(PolicyCommand):
    help = (
        "Say how an organisation differs from a policy file, and who would gain and lose what if it were "
        "applied. Changes nothing. Exit code: 0 no changes, 1 the file has errors, 3 it differs, 4 it "
        "differs and a guard would refuse to apply it."
    )
    writes: ClassVar[bool] = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--actor", default="", metavar="EMAIL", help="as if this account applied it")
