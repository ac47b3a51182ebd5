"""What watches over the product: alive, ready, how it is doing; for those who may ask, at no cost (5.6)."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Account
from accounts.services.sessions import record_failed_sign_in
from adminrights import health, stopping
from adminrights.models import OutgoingMail
from tests.accounts.pages import signed_in
from tests.post import promise

PROBES = ["/health/live", "/health/ready", "/metrics"]


def ask(path: str, address: str = "127.0.0.1", **headers: str) -> Any:
    return Client().get(path, REMOTE_ADDR=address, headers=headers)


def failing(answer: Any) -> list[str]:
    """Return what an answer that isn't ready names."""
    assert answer.status_code == 503
    assert answer.json().keys() == {"status", "failed"}
    return answer.json()["failed"]


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise DatabaseError("password=secret host=db.example.org")

    monkeypatch.setattr(connection, "ensure_connection", refuse)
    monkeypatch.setattr(connection, "cursor", refuse)


# ---- Alive


def test_being_alive_touches_nothing(no_database: None) -> None:
    browser = Client()
    browser.cookies["session"] = "of somebody"

    answer = browser.get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "live"})


# ---- Ready


def test_a_server_with_a_database_that_can_be_written_to_is_ready_and_leaves_no_trace(nemo: Account) -> None:
    answer = ask("/health/ready")

    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})
    assert not Session.objects.exists()


def test_without_a_database_it_is_not_and_tells_no_more_than_that(no_database: None) -> None:
    answer = ask("/health/ready")

    assert failing(answer) == ["database"]
    assert b"secret" not in answer.content


@pytest.mark.django_db(transaction=True)
def test_with_a_migration_outstanding_it_is_not() -> None:
    call_command("migrate", "sessions", "zero", verbosity=0)
    try:
        assert failing(ask("/health/ready")) == ["database", "migrations"]
    finally:
        call_command("migrate", verbosity=0)
    call_command("migrate", "adminrights", "0001", fake=True, verbosity=0)
    try:
        assert failing(ask("/health/ready")) == ["migrations"]
    finally:
        call_command("migrate", fake=True, verbosity=0)
    assert ask("/health/ready").status_code == 200


@pytest.fixture
def promised(nemo: Account) -> OutgoingMail:
    return promise(nemo)


def overdue(mail: OutgoingMail, **more: object) -> None:
    at = timezone.now() - timedelta(seconds=301)
    OutgoingMail.objects.filter(pk=mail.pk).update(**{"next_try_at": at} | more)


def test_without_a_mail_worker_it_is_not(promised: OutgoingMail) -> None:
    assert ask("/health/ready").status_code == 200

    overdue(promised)

    assert failing(ask("/health/ready")) == ["outbox"]


@pytest.mark.parametrize("state", ["sent", "failed", "void", "given_up"])
def test_a_mail_that_nobody_has_to_take_any_more_is_no_reason(state: str, promised: OutgoingMail) -> None:
    overdue(promised, state=state)

    assert ask("/health/ready").status_code == 200


def test_a_provider_that_is_away_is_no_reason(promised: OutgoingMail) -> None:
    day = timedelta(days=1)
    overdue(promised, created_at=timezone.now() - day, next_try_at=timezone.now() + timedelta(minutes=9))
    assert ask("/health/ready").status_code == 200

    overdue(promised, leased_until=timezone.now() + timedelta(seconds=30))
    assert ask("/health/ready").status_code == 200


@pytest.fixture
def asked_to_stop() -> Iterator[None]:
    stopping.ask()
    yield
    stopping.withdraw()


def test_a_server_that_was_asked_to_end_takes_no_more(asked_to_stop: None, db: None) -> None:
    assert failing(ask("/health/ready")) == ["stopping"]
    assert ask("/health/live").status_code == 200


# ---- For whom


@pytest.mark.parametrize("path", PROBES)
@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.1.2.3", {}, 200),
        ("::ffff:10.1.2.3", {}, 200),
        ("192.168.0.9", {}, 200),
        ("fd00::9", {}, 200),
        ("", {}, 200),
        ("198.51.100.7", {}, 404),
        ("2001:db8::1", {}, 404),
        ("::ffff:198.51.100.7", {}, 404),
        ("nowhere", {}, 404),
        # A proxy that nobody declared passes on whatever comes.
        ("127.0.0.1", {"X-Forwarded-For": "198.51.100.7"}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 404),
    ],
)
def test_only_the_neighbourhood_may_ask(
    path: str, address: str, headers: dict[str, str], status: int, db: None
) -> None:
    assert ask(path, address, **headers).status_code == status


@pytest.mark.parametrize(("outside", "status"), [("198.51.100.7", 404), ("10.0.0.9", 200)])
def test_behind_a_declared_proxy_the_client_counts(
    outside: str, status: int, db: None, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = 1

    answer = ask("/health/ready", **{"X-Forwarded-For": f"127.0.0.1, {outside}"})

    assert answer.status_code == status


def test_who_may_ask_is_a_setting(db: None, settings: Settings) -> None:
    settings.HEALTH_ALLOWED = ["198.51.100.0/24"]

    assert ask("/health/ready", "198.51.100.7").status_code == 200
    assert ask("/health/ready").status_code == 404


# 5.6
@pytest.mark.parametrize("path", PROBES)
def test_a_probe_needs_no_sign_in_sets_no_cookie_and_is_not_redirected(
    path: str, db: None, settings: Settings
) -> None:
    settings.SECURE_SSL_REDIRECT = True

    answer = ask(path, Host="10.0.0.5:8000")

    assert (answer.status_code, answer.cookies) == (200, {})
    assert answer["Cache-Control"] == "no-store"
    assert "Content-Security-Policy" in answer


@pytest.mark.parametrize("path", PROBES)
def test_nothing_is_sent_to_a_probe(path: str, db: None) -> None:
    assert Client().post(path).status_code == 405
    assert Client().get(f"{path}/x").status_code in {302, 404}


# ---- How it is doing


def figures() -> dict[str, float]:
    lines = ask("/metrics").content.decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}


def test_the_figures_tell_of_accounts_mails_and_failures(
    ada: Account, penny: Account, locked: Account, promised: OutgoingMail
) -> None:
    record_failed_sign_in("nobody@example.org")
    OutgoingMail.objects.filter(pk=promised.pk).update(created_at=timezone.now() - timedelta(hours=1))

    found = figures()

    assert found['adminrights_accounts{status="active"}'] == 3
    assert found['adminrights_accounts{status="pending"}'] == 1
    assert found["adminrights_accounts_locked"] == 1
    assert found['adminrights_outbox_mails{state="waiting"}'] >= 1
    assert found["adminrights_outbox_oldest_seconds"] == pytest.approx(3600, abs=60)
    refused = 'adminrights_journal_recent{event="session.sign_in_failed",outcome="refused"}'
    assert found[refused] == 1
    assert found["adminrights_journal_entries"] > 3


def test_the_figures_tell_of_requests_and_decisions(ada: Account, nemo: Account) -> None:
    counted = ['adminrights_request_seconds_count{method="GET",status="403"}']
    counted += [
        f'adminrights_page_decisions_total{{outcome="{outcome}"}}' for outcome in ("opened", "refused")
    ]
    before = figures()

    for account in (ada, nemo, nemo):
        signed_in(account).get("/accounts/")

    after = figures()
    assert [after[name] - before.get(name, 0) for name in counted] == [2, 1, 2]


def test_figures_name_nobody(ada: Account) -> None:
    record_failed_sign_in(ada.email)

    text = ask("/metrics").content.decode()

    assert not re.search(r"@|Ada|192\.0\.2", text)


def test_a_scrape_costs_the_same_however_many_there_are(
    ada: Account, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with CaptureQueriesContext(connection) as first:
        ask("/metrics")
    for _number in range(5):
        record_failed_sign_in("nobody@example.org")
    with django_assert_max_num_queries(len(first)):
        ask("/metrics")


def test_without_a_database_there_are_no_figures(no_database: None) -> None:
    assert ask("/metrics").status_code == 503


def test_every_check_has_a_name_that_the_manual_explains() -> None:
    assert set(health.CHECKS) == {"stopping", "database", "migrations", "outbox"}
