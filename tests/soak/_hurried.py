"""Run a command with the waits of the mail divided: `python -m tests.soak._hurried 20 send_mail`."""

import os
import sys
from importlib import import_module

import django
from django.core.management import execute_from_command_line

WAITS = {
    "adminrights.outbox": ("FIRST_WAIT", "LONGEST_WAIT"),
    "adminrights.patience": ("ASK_EVERY_SECONDS",),
    "adminrights.management.commands.send_mail": ("SECONDS_BETWEEN_LOOKS",),
}


def hurry(times: float) -> None:
    """Let every wait between two tries be so many times shorter."""
    for name, waits in WAITS.items():
        module = import_module(name)
        for wait in waits:
            setattr(module, wait, getattr(module, wait) / times)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "adminrights.settings")
    django.setup()
    hurry(float(sys.argv[1]))
    execute_from_command_line(["manage.py", *sys.argv[2:]])
