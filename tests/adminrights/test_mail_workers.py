"""Workers of their own, a real mail server, and a sudden death."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import connection

from accounts.models import Account
from adminrights.models import OutgoingMail
from tests.post import promise

HOUSE = Path(__file__).parents[2]
State = OutgoingMail.State


class PostOffice:
    """Takes mails like a mail server; while `slow` is set it never answers."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.slow = threading.Event()
        self.reached = threading.Event()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.reached.set()
        if self.slow.is_set():
            while self.slow.is_set():
                await asyncio.sleep(0.05)
            return "451 Too late"
        self.taken.append(envelope)
        return "250 Taken"


@pytest.fixture
def post_office() -> Iterator[tuple[PostOffice, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    office = PostOffice()
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    yield office, port
    office.slow.clear()
    controller.stop()


def worker(port: int, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    """Start a mail worker of its own on the test's database."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    own = {"DATABASE_URL": url, "MAIL_PROVIDER": "smtp", "MAIL_URL": f"smtp://127.0.0.1:{port}"}
    command = [sys.executable, "manage.py", "send_mail", *arguments]
    return subprocess.Popen(command, cwd=HOUSE, env=os.environ | own | environment)


@pytest.mark.django_db(transaction=True)
def test_a_mail_arrives_at_a_real_mail_server(nemo: Account, post_office: tuple[PostOffice, int]) -> None:
    office, port = post_office
    promise(nemo)
    assert worker(port, "--once").wait(60) == 0
    [envelope] = office.taken
    assert envelope.rcpt_tos == [nemo.email]
    assert b"multipart/alternative" in envelope.content


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_mail_survives_the_sudden_death_of_its_worker(
    nemo: Account, post_office: tuple[PostOffice, int]
) -> None:
    office, port = post_office
    row = promise(nemo)
    office.slow.set()
    first = worker(port, MAIL_LEASE_SECONDS="2")
    assert office.reached.wait(60)
    first.send_signal(signal.SIGKILL)
    first.wait()
    row.refresh_from_db()
    assert (row.state, row.lease is not None) == (State.WAITING, True)
    office.slow.clear()
    second = worker(port, MAIL_LEASE_SECONDS="2")
    until = time.monotonic() + 60
    while row.state == State.WAITING and time.monotonic() < until:
        time.sleep(0.1)
        row.refresh_from_db()
    second.send_signal(signal.SIGTERM)
    assert second.wait(20) == 0
    assert (row.state, row.attempts, len(office.taken)) == (State.SENT, 2, 1)


@pytest.mark.django_db(transaction=True)
def test_a_refused_recipient_is_final(nemo: Account, post_office: tuple[PostOffice, int]) -> None:
    office, port = post_office

    async def refuse(server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        return "550 No such mailbox"

    office.handle_RCPT = refuse
    row = promise(nemo)
    assert worker(port, "--once").wait(60) == 1
    row.refresh_from_db()
    assert row.state == State.FAILED
    assert "550" in row.error
