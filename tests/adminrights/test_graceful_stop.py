"""Asked to end, the server first says so, then takes no more, cuts nothing off, and ends (5.5)."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from adminrights.models import Unit

HOUSE = Path(__file__).parents[2]
DRAIN = 4.0


class Server:
    """The product as it runs in production, on the test's database."""

    def __init__(self, log: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = log
        own = {
            "DATABASE_URL": address_of_database(),
            "WEB_BIND": f"127.0.0.1:{self.port}",
            "WEB_WORKERS": "2",
        }
        own |= {"DRAIN_SECONDS": str(DRAIN), "LOG_FORMAT": "json"}
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "--config",
            "python:adminrights.server",
            "adminrights.wsgi",
        ]
        with log.open("wb") as out:
            self.process = subprocess.Popen(command, cwd=HOUSE, env=os.environ | own, stdout=out, stderr=out)

    def ask(self, path: str) -> int:
        """Return the status of an answer that came whole."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            client.request("GET", path)
            answer = client.getresponse()
            answer.read()
            return answer.status
        finally:
            client.close()

    def wait(self, path: str, status: int, seconds: float) -> float:
        """Return how long it took until the path was answered so."""
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            try:
                if self.ask(path) == status:
                    return time.monotonic() - start
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"{path} was not {status} within {seconds} s: {self.log.read_text()}")


def address_of_database() -> str:
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)


@pytest.fixture
def server(transactional_db: None, unit: Unit, tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "log")
    yield server
    server.process.kill()
    server.process.wait()


# 5.5
@pytest.mark.slow
def test_a_server_that_is_asked_to_end_cuts_nothing_off(server: Server) -> None:
    server.wait("/health/ready", 200, 60)
    sent_away, cut, answered = threading.Event(), [], []

    def keep_asking() -> None:
        """As a proxy does: until it hears that the server isn't ready."""
        while not sent_away.is_set():
            try:
                answered.append(server.ask("/sign-in/"))
            except OSError as error:
                cut.append(error)

    threads = [threading.Thread(target=keep_asking) for _number in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    server.process.send_signal(signal.SIGTERM)
    asked = time.monotonic()
    server.wait("/health/ready", 503, DRAIN)
    assert server.ask("/health/live") == 200
    time.sleep(0.5)
    sent_away.set()
    for thread in threads:
        thread.join()

    assert (cut, set(answered)) == ([], {200})
    assert server.process.wait(30) == 0
    assert time.monotonic() - asked >= DRAIN


# 5.4
@pytest.mark.slow
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no server to restart")
def test_a_server_whose_database_restarts_goes_on_by_itself(server: Server) -> None:
    server.wait("/health/ready", 200, 60)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    assert {server.ask("/health/ready") for _time in range(10)} == {200}
    assert server.ask("/sign-in/") == 200


@pytest.mark.slow
def test_the_processes_count_together(server: Server) -> None:
    server.wait("/health/ready", 200, 60)
    for _time in range(20):
        assert server.ask("/sign-in/") == 200

    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    client.request("GET", "/metrics")
    text = client.getresponse().read().decode()
    client.close()

    assert 'adminrights_request_seconds_count{method="GET",status="200"} 20.0' in text
    assert "adminrights_accounts{" in text or "adminrights_accounts Accounts" in text
