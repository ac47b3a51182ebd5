"""The product as it runs: a database, web processes, mail workers, and people at their browsers."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from threading import Barrier
from typing import Any

import environ
import requests
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from requests.adapters import HTTPAdapter

from accounts.models import Account

HOUSE = Path(__file__).parents[2]
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
MD5 = "django.contrib.auth.hashers.MD5PasswordHasher"


@contextmanager
def fresh_database(folder: Path) -> Iterator["Site"]:
    """Make a database with the catalogue, and remove it afterwards."""
    # The people of these runs come from the tests' factories, whose passwords are hashed fast.
    settings.PASSWORD_HASHERS = [*settings.PASSWORD_HASHERS, MD5]
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(folder / "soak.sqlite3")
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    call_command("load_catalogue", verbosity=0, stdout=StringIO(), stderr=StringIO())
    try:
        yield Site(folder)
    finally:
        connections.close_all()
        connection.creation.destroy_test_db(before, verbosity=0)


@contextmanager
def elsewhere(address: str, folder: Path) -> Iterator["Site"]:
    """Make the database on another server of the same kind, and use that one for a while."""
    kept = dict(connection.settings_dict)
    connections.close_all()
    connection.settings_dict.update({**environ.Env.db_url_config(address), "OPTIONS": kept["OPTIONS"]})
    connection.settings_dict["NAME"] = "soak"
    try:
        with fresh_database(folder) as site:
            yield site
    finally:
        connections.close_all()
        connection.settings_dict.update(kept)


def database_url() -> str:
    """Return the address of the database in use, for other processes."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**values)


@dataclass
class Process:
    """A process of the product that can die suddenly."""

    command: list[str]
    environment: dict[str, str]
    log: Path
    running: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                self.command, cwd=HOUSE, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def children(self) -> list[int]:
        pid = self.running.pid
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def die(self) -> None:
        """End at once, as by a power cut, and come up again."""
        self.running.kill()
        self.running.wait()
        self.start()

    def stop(self) -> None:
        if self.running.poll() is None:
            self.running.terminate()
        try:
            self.running.wait(40)
        except subprocess.TimeoutExpired:
            os.killpg(self.running.pid, signal.SIGKILL)


@dataclass
class Site:
    """The running product on the test's database."""

    folder: Path

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        own = {"DATABASE_URL": database_url(), "DEBUG": "1", "SECRET_KEY": settings.SECRET_KEY}
        return {**os.environ, **own, **more}

    @contextmanager
    def process(self, *command: str, **environment: str) -> Iterator[Process]:
        process = Process(list(command), self.environment(environment), self.folder / "log.txt")
        try:
            yield process
        finally:
            process.stop()

    @contextmanager
    def worker(self, **environment: str) -> Iterator[Process]:
        """Run a mail worker."""
        with self.process(sys.executable, "manage.py", "send_mail", **environment) as process:
            yield process

    @contextmanager
    def web(self, *arguments: str, **environment: str) -> Iterator[tuple[str, Process]]:
        """Run the web server and give its address."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{probe.getsockname()[1]}"
        words = ("-m", "gunicorn", "adminrights.wsgi", "--bind", address, "--backlog", "512", *arguments)
        with self.process(sys.executable, *words, **environment) as process:
            wait_until(lambda: answers(f"http://{address}/sign-in/"), 120, "the web server answers")
            yield f"http://{address}", process

    @contextmanager
    def product(self, *arguments: str, **environment: str) -> Iterator[tuple[str, Process]]:
        """Run the web server as production does, with its pages for faults instead of a developer's."""
        own = {"DEBUG": "0", "DEMO": "1", "LOG_FORMAT": "text", "WEB_WORKERS": "2"}
        words = ("--config", "python:adminrights.server", *arguments)
        with self.web(*words, **own | environment) as running:
            yield running


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=10).status_code < 500
    except requests.RequestException:
        return False


def wait_until(true: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait for something. Raises TimeoutError."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            raise TimeoutError(f"In vain: {what}.")
        time.sleep(0.05)


class Visitor:
    """Somebody's browser at a real server: keeps cookies, and the token of the page last seen."""

    def __init__(self, site: str, account: Account | None = None) -> None:
        self.site, self.token, self.page = site, "", ""
        self.session = requests.Session()
        self.session.mount("http://", HTTPAdapter(pool_maxsize=64))
        # A server may close a connection that it kept open at the moment in which it is used again. Browsers
        # then try once more by themselves; these ask for no such connection.
        self.session.headers["Connection"] = "close"
        if account is not None:
            client = Client()
            client.force_login(account)
            self.session.cookies.set(
                settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value
            )

    def open(self, path: str) -> requests.Response:
        answer = self.session.get(f"{self.site}{path}", timeout=120)
        self.page = answer.text
        found = TOKEN.search(answer.text)
        self.token = found[1] if found else ""
        return answer

    def value(self, name: str) -> str:
        """Return what a field of the page holds."""
        found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', self.page)
        return found[1] if found else ""

    def send(self, path: str, **form: str | list[str]) -> requests.Response:
        data = {"csrfmiddlewaretoken": self.token, **form}
        return self.session.post(f"{self.site}{path}", data=data, timeout=120, allow_redirects=False)


def at_once(steps: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do the steps at the same moment and return what came of each; an error is what came of it, too."""
    barrier = Barrier(len(steps))

    def do(step: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return step()
        except requests.RequestException as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(do, steps))
