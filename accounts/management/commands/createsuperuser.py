from argparse import SUPPRESS, ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Not offered: nobody stands above the rights. create_administrator invites an administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("whoever", nargs="*", help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError("There are no superusers. Use create_administrator.")
