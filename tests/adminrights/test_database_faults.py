"""A database that is away, locked, full or read-only: a page that tells the truth, and it goes on (5.4)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.contrib import messages
from django.contrib.sessions.models import Session
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from adminrights.models import JournalEntry, OutgoingMail, Unit
from tests.accounts.pages import text_of
from tests.locks import locked_by_somebody
from tests.tampering import tamper
from tests.terminal import run

SQLITE = connection.vendor == "sqlite"
NOTHING = "Nothing was saved."
UNKNOWN = "Nobody can tell yet whether your last step was saved."
SAVED = "Your last step was saved; only the page that comes after it can't be shown."
on_sqlite = pytest.mark.skipif(not SQLITE, reason="SQLite's own faults")
on_postgresql = pytest.mark.skipif(SQLITE, reason="PostgreSQL's own faults")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(transactional_db: None, ada: Account, nemo: Account) -> None:
    """Ada, who administers, and Nemo, saved for good."""


@pytest.fixture
def browser(people: None, ada: Account) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(ada)
    return client


def disable(browser: Client, account: Account) -> Any:
    return browser.post(reverse("accounts:account_disable", args=[account.pk]))


def state() -> tuple[Any, ...]:
    """Return everything that a step would write."""
    counts = (JournalEntry.objects.count(), OutgoingMail.objects.count())
    return (*Account.objects.order_by("pk").values_list("status", "version"), *counts)


def assert_nothing_was_saved(answer: Any, before: tuple[Any, ...]) -> None:
    assert answer.status_code == 503
    assert NOTHING in text_of(answer)
    assert answer["X-Request-ID"] in text_of(answer)
    assert answer["Retry-After"]
    assert answer["Cache-Control"] == "no-store"
    assert "Content-Security-Policy" in answer
    assert state() == before


# ---- Locked


def be_impatient() -> None:
    """Wait as long for a lock as a test may, not as production does."""
    tamper("PRAGMA busy_timeout = 300" if SQLITE else "SET lock_timeout = '300ms'")


# 5.4
def test_a_lock_that_stays_is_told_and_nothing_is_saved(browser: Client, nemo: Account) -> None:
    be_impatient()
    before = state()

    with locked_by_somebody():
        assert_nothing_was_saved(disable(browser, nemo), before)

    assert disable(browser, nemo).status_code == 302
    assert Account.objects.get(pk=nemo.pk).status == "disabled"


# 5.4
def test_a_lock_that_passes_is_waited_for(browser: Client, nemo: Account) -> None:
    with locked_by_somebody() as release:
        threading.Timer(1, release.set).start()

        assert disable(browser, nemo).status_code == 302

    assert Account.objects.get(pk=nemo.pk).status == "disabled"


# 5.4
def test_nobody_waits_longer_than_a_few_seconds() -> None:
    options = settings.DATABASES["default"]["OPTIONS"]
    if SQLITE:
        assert options["timeout"] <= 15
    else:
        assert options["connect_timeout"] <= 5
        assert "lock_timeout=15s" in options["options"]


def test_a_command_says_it_in_a_sentence(people: None, nemo: Account) -> None:
    be_impatient()
    before = state()

    with locked_by_somebody():
        ran = run("disable_account", nemo.email)

    assert (ran.code, ran.err.startswith("The database can't be used now:")) == (1, True)
    assert ran.err.endswith(NOTHING)
    assert state() == before


# ---- Read only, full


@contextmanager
def said(first: str, then: str) -> Iterator[None]:
    tamper(first)
    try:
        yield
    finally:
        tamper(then)


# 5.4
def test_what_may_only_be_read_is_read(browser: Client, nemo: Account) -> None:
    lists = reverse("accounts:account_list")
    before = state()
    with (
        said("PRAGMA query_only = ON", "PRAGMA query_only = OFF")
        if SQLITE
        else said("SET default_transaction_read_only = on", "SET default_transaction_read_only = off")
    ):
        assert browser.get(lists).status_code == 200
        assert_nothing_was_saved(disable(browser, nemo), before)
        assert browser.get("/health/ready").json()["failed"] == ["database"]

    assert disable(browser, nemo).status_code == 302


# 5.4
@on_sqlite
def test_a_full_disk_saves_nothing_by_halves(browser: Client, unit: Unit) -> None:
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
    before = state()
    with said(f"PRAGMA max_page_count = {pages}", "PRAGMA max_page_count = 1073741823"):
        answers = [invite(browser, number) for number in range(60)]
        full = [answer for answer in answers if answer.status_code == 503]
        assert full
        assert NOTHING in text_of(full[0])
        assert browser.get(reverse("accounts:account_list")).status_code == 200

    made = len(answers) - len(full)
    assert state()[-2:] == (before[-2] + made, before[-1] + made)
    assert invite(browser, 100).status_code == 302


def invite(browser: Client, number: int) -> Any:
    names = {"first_name": "N" * 150, "last_name": f"{number}", "email": f"{number}@example.org"}
    return browser.post(reverse("accounts:account_create"), {**names, "invite": "on"})


# ---- Away


# 5.4
@on_postgresql
def test_a_server_that_restarts_is_found_again(browser: Client, nemo: Account) -> None:
    before = state()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    params = connection.get_connection_params()
    own = {name: params[name] for name in ("dbname", "user", "password", "host", "port") if params.get(name)}
    with psycopg.connect(**own) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    cut = disable(browser, nemo)
    # As the server does before each request.
    close_old_connections()
    connection.close_if_unusable_or_obsolete()

    assert_nothing_was_saved(cut, before)
    assert disable(browser, nemo).status_code == 302


def test_the_page_needs_no_database_itself(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise InterfaceError("connection already closed")

    monkeypatch.setattr(connection, "cursor", refuse)

    for path in (reverse("home"), reverse("accounts:account_list")):
        answer = browser.get(path)
        assert (answer.status_code, NOTHING in text_of(answer)) == (503, True)


# ---- The truth


def test_what_was_saved_before_the_fault_is_said_to_be_saved(
    browser: Client, nemo: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(messages, "success", refuse)

    answer = disable(browser, nemo)

    assert (answer.status_code, SAVED in text_of(answer)) == (503, True)
    assert Account.objects.get(pk=nemo.pk).status == "disabled"


# The server may have committed and then vanished; SQLite knows how it ended.
def test_a_commit_without_an_answer_is_said_to_be_unknown(
    browser: Client, nemo: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def vanish() -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "_commit", vanish)
        answer = disable(browser, nemo)

    assert answer.status_code == 503
    assert (NOTHING if SQLITE else UNKNOWN) in text_of(answer)


def test_a_mistake_of_ours_is_none_of_the_database(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.views.accounts.with_state", lambda *args: 1 / 0)

    answer = browser.get(reverse("accounts:account_list"))

    assert answer.status_code == 500
    assert answer["X-Request-ID"] in text_of(answer)


def test_sessions_are_left_alone(browser: Client, nemo: Account) -> None:
    be_impatient()
    with locked_by_somebody():
        disable(browser, nemo)

    assert Session.objects.count() == 1
