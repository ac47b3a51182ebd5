import logging
import signal
import threading
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import close_old_connections

from adminrights.faults import FAULTS
from adminrights.origin import originating
from adminrights.outbox import send_due
from adminrights.patience import Patience

log = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 1
SECONDS_WITHOUT_DATABASE = 5
WORDS = {
    "sent": "sent",
    "void": "no longer needed",
    "later": "to be tried again",
    "failed": "given up",
    "overtaken": "taken over by another worker",
}


class Command(BaseCommand):
    help = (
        "Send the mails that are waiting: for ever, or with --once what is due now. Several may run side by "
        "side. With --once it ends with 1 if a mail was given up; accounts show why."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="send what is due and end")

    def handle(self, *args: Any, **options: Any) -> None:
        self.verbosity = options["verbosity"]
        with originating("worker"):
            if options["once"]:
                self.send_once()
            else:
                self.send_until_asked()

    def send_once(self) -> None:
        counts = send_due(limit=1_000_000)
        self.say(counts)
        if counts["failed"]:
            raise CommandError(f"{counts['failed']} given up.", returncode=1)

    def send_until_asked(self) -> None:
        """Send until SIGTERM or SIGINT; what is being sent then is finished first."""
        asked, patience = threading.Event(), Patience()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: asked.set())
        while not asked.is_set():
            asked.wait(self.look(asked, patience))

    def look(self, asked: threading.Event, patience: Patience) -> float:
        """Send one mail after the other while there are any; return how long to wait then."""
        close_old_connections()
        counts: Counter[str] = Counter()
        try:
            while not asked.is_set() and (done := send_due(limit=1)):
                counts += done
                patience.hear(*done)
            patience.ask()
        except FAULTS as error:
            log.warning("The database didn't answer: %s", error)
            return SECONDS_WITHOUT_DATABASE
        finally:
            self.say(counts)
        return SECONDS_BETWEEN_LOOKS

    def say(self, counts: Counter[str]) -> None:
        if counts and self.verbosity > 0:
            text = ", ".join(f"{number} {WORDS[outcome]}" for outcome, number in counts.items())
            self.stderr.write(text, style_func=str)
