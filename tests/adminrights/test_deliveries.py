"""The provider's reports: signed or refused, in any order, and about nothing but the mail they name."""

import itertools
import json
import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from accounts.models import Account
from adminrights.events import Event
from adminrights.models import JournalEntry, MailReport, OutgoingMail, Unit
from adminrights.outbox import send_again, send_due
from adminrights.views import webhooks
from tests.mailgun import API_KEY, SIGNING_KEY, bounce, report, signature
from tests.post import promise

State = OutgoingMail.State
Post = Callable[[object], int]


@pytest.fixture
def post(settings: Settings, client: Client, monkeypatch: pytest.MonkeyPatch) -> Post:
    """Return a function that sends a report to a product whose provider is Mailgun."""
    settings.MAIL_PROVIDER, settings.MAIL_WEBHOOK = "mailgun", True
    keys = {"MAILGUN_API_KEY": API_KEY, "MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY}
    settings.ANYMAIL = settings.ANYMAIL | keys
    monkeypatch.setattr(webhooks.refused, "told_at", -1000.0)

    def send(data: object) -> int:
        body = data if isinstance(data, str | bytes) else json.dumps(data)
        return client.post("/webhooks/mail/mailgun/", body, content_type="application/json").status_code

    return send


@pytest.fixture
def sent(nemo: Account) -> OutgoingMail:
    row = promise(nemo)
    send_due()
    return again(row)


def again(row: OutgoingMail) -> OutgoingMail:
    row.refresh_from_db()
    return row


def about(row: OutgoingMail, event: str = "delivered", **details: Any) -> dict[str, Any]:
    make = bounce if event == "bounced" else lambda *args, **more: report(event, *args, **more)
    return make(str(row.key), row.address, **details)


# ---- What a report does


def test_a_delivered_mail_is_known_as_delivered(post: Post, sent: OutgoingMail) -> None:
    assert post(about(sent)) == 200
    assert (again(sent).outcome, sent.is_undelivered) == ("delivered", False)


def test_a_mail_that_came_back_says_why_and_stands_in_the_history_once(
    post: Post, sent: OutgoingMail, nemo: Account
) -> None:
    assert post(about(sent, "bounced")) == 200
    post(about(sent, "complained", at=time.time() + 1))
    assert again(sent).outcome in {"bounced", "complained"}
    assert "No such mailbox" in sent.why_not or sent.outcome == "complained"
    assert JournalEntry.objects.about(nemo).filter(event=Event.MAIL_NOT_DELIVERED).count() == 1


@pytest.mark.parametrize(
    ("event", "details", "outcome"),
    [
        ("failed", {"severity": "temporary", "reason": "generic"}, "deferred"),
        ("rejected", {"reject": {"reason": "Sandbox"}}, "rejected"),
        ("complained", {}, "complained"),
        ("opened", {}, "sent"),
        ("something new", {}, "sent"),
    ],
    ids=str,
)
def test_each_report_has_its_meaning(
    post: Post, sent: OutgoingMail, event: str, details: dict[str, Any], outcome: str
) -> None:
    assert post(about(sent, event, **details)) == 200
    assert again(sent).outcome == outcome


def test_a_report_changes_no_account_and_no_right(post: Post, sent: OutgoingMail, nemo: Account) -> None:
    before = Account.objects.filter(pk=nemo.pk).values().get()
    post(about(sent, "bounced"))
    assert Account.objects.filter(pk=nemo.pk).values().get() == before


# ---- Any order, any number


def test_the_order_of_arrival_does_not_matter(post: Post, nemo: Account) -> None:
    for number, order in enumerate(itertools.permutations(range(3))):
        row = promise(nemo)
        send_due()
        now = time.time() - 60
        reports = [
            about(row, "failed", severity="temporary", at=now),
            about(row, "delivered", at=now + 1),
            about(row, "bounced", at=now + 2),
        ]
        assert [post(reports[place]) for place in order] == [200] * 3
        assert again(row).outcome == "bounced", (number, order)


def test_a_report_that_comes_twice_counts_once(post: Post, sent: OutgoingMail, nemo: Account) -> None:
    once = about(sent, "bounced")
    assert [post(once), post(once)] == [200, 200]
    assert MailReport.objects.count() == 1
    assert JournalEntry.objects.about(nemo).filter(event=Event.MAIL_NOT_DELIVERED).count() == 1


def test_a_report_of_the_first_sending_says_nothing_about_the_second(
    post: Post, sent: OutgoingMail, ada: Account, unit: Unit
) -> None:
    began = time.time()
    post(about(sent, "bounced", at=began - 30))
    send_again(again(sent), actor=ada, unit=unit)
    post(about(sent, "bounced", at=began - 20))
    assert again(sent).outcome == "waiting"
    send_due()
    assert again(sent).outcome == "sent"


def test_a_report_from_the_future_does_not_hide_later_ones(post: Post, sent: OutgoingMail) -> None:
    post(about(sent, "delivered", at=time.time() + 10_000_000))
    with time_machine.travel(sent.created_at + timedelta(minutes=5)):
        post(about(sent, "bounced"))
    assert again(sent).outcome == "bounced"


def test_what_the_provider_reports_on_is_not_sent_once_more(post: Post, nemo: Account) -> None:
    # The worker died after the provider had taken the mail, before it could say so.
    row = promise(nemo)
    OutgoingMail.objects.filter(pk=row.pk).update(attempts=1)
    post(about(row))
    assert again(row).state == State.SENT
    assert not send_due()


# ---- Forged, foreign, broken


def forged(data: dict[str, Any]) -> dict[str, Any]:
    return data | {"signature": signature("somebody else's key")}


@pytest.mark.parametrize(
    "spoil",
    [
        forged,
        lambda data: data | {"signature": {}},
        lambda data: data["event-data"],
        lambda data: data | {"signature": [1]},
        lambda data: [data],
        lambda data: "{",
        lambda data: b"\xff\xfe",
        lambda data: "[" * 100_000,
        lambda data: data | {"signature": data["signature"] | {"timestamp": "ü"}},
    ],
)
def test_a_report_without_proof_is_refused_and_changes_nothing(
    post: Post, sent: OutgoingMail, spoil: Any
) -> None:
    assert post(spoil(about(sent, "bounced"))) == 400
    assert again(sent).outcome == "sent"


def test_a_thousand_forged_reports_leave_one_line_in_the_log(
    post: Post, sent: OutgoingMail, caplog: pytest.LogCaptureFixture
) -> None:
    entries = JournalEntry.objects.count()
    for _ in range(50):
        post(forged(about(sent)))
    lines = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len([line for line in lines if line.name == webhooks.__name__]) == 1
    assert JournalEntry.objects.count() == entries


@pytest.mark.parametrize(
    "details",
    [
        {"user-variables": {"mail": "6ba7b810-9dad-11d1-80b4-00c04fd430c8"}},
        {"user-variables": {"mail": "x' OR 1=1"}},
        {"user-variables": {"mail": ["a"]}},
        {"user-variables": []},
        {"user-variables": {}},
        {"recipient": "somebody.else@example.org"},
    ],
    ids=str,
)
def test_a_report_about_no_mail_of_ours_changes_nothing(
    post: Post, sent: OutgoingMail, details: dict[str, Any]
) -> None:
    assert post(about(sent, "bounced", **details)) == 200
    assert again(sent).outcome == "sent"


@pytest.mark.parametrize("missing", ["event", "timestamp", "recipient"])
def test_a_signed_report_in_a_strange_shape_is_not_asked_for_again(
    post: Post, sent: OutgoingMail, missing: str
) -> None:
    odd = about(sent)
    odd["event-data"].pop(missing)
    assert post(odd) == 200


def test_what_a_provider_quotes_is_kept_short_and_without_links(post: Post, sent: OutgoingMail) -> None:
    text = "see http://127.0.0.1/invitation/1-" + "s" * 40 + " \x00\ud800 " + "x" * 2000
    status = {"code": 550, "message": text, "description": ""}
    assert post(about(sent, "bounced", **{"delivery-status": status})) == 200
    assert "sss" not in again(sent).why_not
    assert len(sent.why_not) <= 500


# ---- Where there is no such address


@pytest.mark.parametrize("provider", ["postmark", "nobody", "amazon_ses"])
def test_only_the_provider_in_use_can_report(post: Post, client: Client, provider: str) -> None:
    assert client.post(f"/webhooks/mail/{provider}/").status_code == 404


def test_without_reports_there_is_no_address_for_them(
    post: Post, settings: Settings, sent: OutgoingMail
) -> None:
    settings.MAIL_WEBHOOK = False
    assert post(about(sent)) == 404
    assert again(sent).outcome == "sent"


def test_reports_need_no_session_and_start_none(post: Post, client: Client, sent: OutgoingMail) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/webhooks/mail/mailgun/", json.dumps(about(sent)), content_type="application/json")
    assert (answer.status_code, dict(answer.cookies)) == (200, {})
    assert strict.head("/webhooks/mail/mailgun/").status_code == 200
    assert strict.get("/webhooks/mail/mailgun/").status_code == 405
