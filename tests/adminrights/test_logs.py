"""The log: one JSON object an event, with the request it belongs to from page to mail to report (L5, 5.6)."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from adminrights import outbox
from adminrights.logs import configuration
from adminrights.models import JournalEntry, OutgoingMail
from adminrights.outbox import send_due
from tests.accounts.pages import signed_in

SECRET = "1-abcdefghijklmnopqrstuvwxyz012345"
FORGED = 'x\r\n{"level": "INFO"}\x1b[2J\u2028\u202e\x85\x00'


class Log:
    """What was written to the log."""

    def __init__(self, stream: io.StringIO) -> None:
        self.stream = stream

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def of(self, logger: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["logger"] == logger]


def to_a_test(form: str) -> Iterator[Log]:
    """Lead the log as production has it to where a test reads it."""
    stream = io.StringIO()
    wanted = configuration(form, "INFO")
    wanted["handlers"]["stderr"]["stream"] = stream
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    logging.config.dictConfig(wanted)
    yield Log(stream)
    root.handlers, root.level = before, level


@pytest.fixture
def log() -> Iterator[Log]:
    yield from to_a_test("json")


@pytest.fixture
def text_log() -> Iterator[Log]:
    yield from to_a_test("text")


# L5
def test_a_line_says_when_what_how_bad_and_from_where(log: Log) -> None:
    logging.getLogger("somewhere").warning("It is %s", "late", extra={"minutes": 5})

    [line] = log.lines
    assert datetime.fromisoformat(line.pop("time")).tzinfo is not None
    assert line == {"level": "WARNING", "logger": "somewhere", "message": "It is late", "minutes": 5}


# L5, as in CVE-2025-48432
@pytest.mark.parametrize("form", ["json", "text"])
def test_nothing_in_a_field_begins_a_line_or_moves_the_cursor(form: str) -> None:
    for log in to_a_test(form):
        logging.getLogger("somewhere").warning("Not Found: %s", FORGED)

        assert len(log.text.splitlines()) == 1
        assert log.text.strip("\n").isprintable()


def test_an_unexpected_error_is_one_line_with_its_trace(log: Log) -> None:
    try:
        raise ZeroDivisionError(f"/invitation/{SECRET}/")
    except ZeroDivisionError:
        logging.getLogger("somewhere").exception("It broke")

    [line] = log.lines
    assert "test_logs.py" in line["exc_info"]
    assert SECRET not in log.text


@pytest.mark.parametrize("form", ["json", "text"])
def test_the_secret_of_a_link_is_in_no_field(form: str, db: None) -> None:
    for log in to_a_test(form):
        Client().get(f"/invitation/{SECRET}/")
        Client().get(f"/password/{SECRET}/)")
        for field in ("request", "what"):
            logging.getLogger("somewhere").info("x", extra={field: {"path": f"/invitation/{SECRET}/"}})

        assert "GET /password/" in log.text
        assert SECRET not in log.text


def test_a_format_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="Choose one of: json, text"):
        configuration("xml", "INFO")


# ---- Requests


def test_a_request_is_one_line_without_its_query(log: Log, ada: Account) -> None:
    answer = signed_in(ada).get(reverse("accounts:account_list"), {"q": "somebody@example.org"})

    [line] = log.of("adminrights.requests")
    assert (line["method"], line["path"], line["status"]) == ("GET", "/accounts/", 200)
    assert line["request_id"] == answer["X-Request-ID"]
    assert 0 < line["seconds"] < 60
    assert "somebody" not in log.text


def test_every_request_has_an_id_of_its_own_which_the_client_cannot_choose(db: None) -> None:
    ids = {Client().get("/sign-in/", headers={"X-Request-ID": "mine"})["X-Request-ID"] for _n in range(3)}

    assert len(ids) == 3
    assert "mine" not in ids


# 5.6, L1
def test_the_id_of_the_request_goes_from_the_page_to_the_journal_to_the_mail_and_its_worker(
    log: Log, ada: Account, nemo: Account
) -> None:
    answer = signed_in(ada).post(reverse("accounts:account_disable", args=[nemo.pk]))
    number = answer["X-Request-ID"]

    mail = OutgoingMail.objects.get(account=nemo)
    send_due()

    assert JournalEntry.objects.latest("sequence").request_id == number
    assert mail.request_id == number
    [line] = log.of("adminrights.outbox")
    assert (line["request_id"], line["channel"]) == (number, "worker")
    assert line["message"] == f"Mail {mail.key} (disabled): sent"


def test_what_the_worker_journals_bears_it_too(
    ada: Account, nemo: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = signed_in(ada).post(reverse("accounts:account_disable", args=[nemo.pk]))
    monkeypatch.setattr(outbox, "is_permanent", lambda error: True)
    monkeypatch.setattr(outbox, "_send", lambda message: 1 / 0)

    send_due()

    entry = JournalEntry.objects.latest("sequence")
    assert (entry.event, entry.channel) == ("mail.not_delivered", "worker")
    assert entry.request_id == answer["X-Request-ID"]
