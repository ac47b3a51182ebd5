"""Try the product on this machine: database, demo, server and mail worker. `make run` starts it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from subprocess import Popen

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import OperationalError

ADDRESS = "127.0.0.1"
HOUSE = Path(__file__).resolve().parent.parent
SECONDS_TO_END = 10


class CannotServe(Exception):
    """The product can't be started here; the message says why and what to do."""


def read_port(text: str) -> int:
    """Return the port that the text names, or raise CannotServe."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65_536):
        raise CannotServe(f"PORT={text} is not a port. Choose a number up to 65535: make run PORT=8001")
    return int(text)


def ensure_free(port: int) -> None:
    """Raise CannotServe when the port is taken or forbidden, before anything is done."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError as error:
            raise CannotServe(
                f"Port {port} can't be used: {os.strerror(error.errno or 0)}. "
                "Choose another one: make run PORT=8001"
            ) from error


def prepare(shape: str = "") -> None:
    """Bring the database up to date and fill an empty one with the demo; data that is there stays.

    Raises CommandError for a shape that there isn't, and when the demo is there in another shape.
    """
    shaped = ["--shape", shape] if shape else []
    # Nothing is collected here: the static files come from where they are. whitenoise asks for the folder.
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    if get_user_model()._default_manager.exists():
        call_command("load_catalogue", verbosity=0)
        print("The data of earlier runs was kept.")
        shown = StringIO()
        call_command("demo", "--show", *shaped, stdout=shown)
        if shown.getvalue().strip():
            print(f"{shown.getvalue().rstrip()}\nThat is, here: make passwords")
        else:
            print("It isn't the demo, so whoever has an account here signs in with it.")
    else:
        call_command("demo", *shaped)


def commands(port: int) -> dict[str, list[str]]:
    """Return what runs side by side, by the name people know it under."""
    bind = ["--bind", f"{ADDRESS}:{port}", "--threads", "8", "--log-level", "warning"]
    return {
        "server": [sys.executable, "-m", "gunicorn", *bind, "adminrights.wsgi"],
        "mail worker": [sys.executable, str(HOUSE / "manage.py"), "send_mail"],
    }


def answers(port: int) -> bool:
    """Tell whether something listens on the port."""
    with socket.socket() as probe:
        return probe.connect_ex((ADDRESS, port)) == 0


def end(children: Mapping[str, Popen[bytes]]) -> None:
    """Ask every child to end, and insist after a while."""
    for child in children.values():
        child.terminate()
    deadline = time.monotonic() + SECONDS_TO_END
    for child in children.values():
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def supervise(named: Mapping[str, Sequence[str]], port: int, asked: threading.Event) -> str | None:
    """Run the commands side by side until one ends or the event is set, then end them all.

    Return the name of the one that ended by itself, None when the event was set.
    """
    children: dict[str, Popen[bytes]] = {}
    announced = False
    try:
        for name, command in named.items():
            # A group of its own: Ctrl-C reaches this process alone, which ends the others in order.
            children[name] = Popen(command, cwd=HOUSE, process_group=0)
        while not asked.wait(0.2):
            if ended := [name for name, child in children.items() if child.poll() is not None]:
                return ended[0]
            if not announced and answers(port):
                announced = True
                print(f"\nOpen http://{ADDRESS}:{port}/ (Ctrl-C ends everything)", flush=True)
        return None
    finally:
        end(children)


def serve() -> int:
    """Prepare and run everything; return the exit code."""
    port = read_port(os.environ.get("PORT", "8000"))
    ensure_free(port)
    os.environ.setdefault("BASE_URL", f"http://{ADDRESS}:{port}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "adminrights.settings")
    django.setup()
    prepare(os.environ.get("SHAPE", ""))
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: asked.set())
    if ended := supervise(commands(port), port, asked):
        print(f"The {ended} ended by itself, so everything was ended.", file=sys.stderr)
        return 1
    return 0


def main() -> int:
    """Run `serve` and say in one sentence what stops it."""
    try:
        return serve()
    except (CannotServe, CommandError, ImproperlyConfigured, OperationalError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
