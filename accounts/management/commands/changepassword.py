from argparse import SUPPRESS, ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Not offered: whoever has an account chooses the password, and nobody else knows it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("whoever", nargs="*", help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError("Passwords are chosen by their owners. “Forgotten password” sends them a link.")
