"""Workers of their own against a provider with all its moods, and its reports back to the running product."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account
from accounts.services.lifecycle import create_account
from adminrights.change import SYSTEM
from adminrights.models import JournalEntry, OutgoingMail, Unit
from tests.accounts.pages import signed_in, text_of
from tests.factories import AccountFactory, UnitFactory
from tests.mailgun import API_KEY, SIGNING_KEY, Provider, bounce, post, report, running, signature
from tests.post import LINK

HOUSE = Path(__file__).parents[2]
State = OutgoingMail.State

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running() as found:
        yield found


@pytest.fixture
def shared_unit(transactional_db: None, catalogue_rows: None) -> Unit:
    return UnitFactory(name="Northwind")


@pytest.fixture
def invite(shared_unit: Unit) -> Callable[[], OutgoingMail]:
    """Return a function that invites somebody and returns the promised mail."""

    def one() -> OutgoingMail:
        number = Account.objects.count()
        account = create_account(
            email=f"person{number}@example.org",
            first_name="Pia",
            last_name="Person",
            unit=shared_unit,
            actor=SYSTEM,
        )
        return account.mails.get()

    return one


def environment(provider: Provider, **more: str) -> dict[str, str]:
    database = connection.settings_dict
    url = f"sqlite:///{database['NAME']}"
    if connection.vendor != "sqlite":
        url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    return os.environ | {"DATABASE_URL": url, "MAIL_TIMEOUT_SECONDS": "1"} | provider.environment | more


def work(provider: Provider, **more: str) -> subprocess.CompletedProcess[str]:
    """Let a worker process send what is due and end; return what it said."""
    return subprocess.run(
        [sys.executable, "manage.py", "send_mail", "--once"],
        cwd=HOUSE,
        env=environment(provider, **more),
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def again(mail: OutgoingMail) -> OutgoingMail:
    mail.refresh_from_db()
    return mail


def due_now(mail: OutgoingMail) -> None:
    OutgoingMail.objects.filter(pk=mail.pk).update(next_try_at=mail.created_at)


# ---- What the provider does to a mail


def test_a_provider_takes_a_mail_with_both_texts_and_our_key(
    provider: Provider, invite: Callable[[], OutgoingMail]
) -> None:
    mail = invite()
    assert work(provider).returncode == 0
    [taken] = provider.taken
    assert (taken.key, taken.to) == (str(mail.key), mail.address)
    assert "/invitation/" in taken.text
    assert "/invitation/" in taken.html
    assert again(mail).outcome == "sent"


@pytest.mark.parametrize("trouble", ["error", "too many", "wrong key", "cut", "slow"])
def test_a_mail_survives_every_passing_trouble(
    provider: Provider, invite: Callable[[], OutgoingMail], trouble: str
) -> None:
    mail = invite()
    provider.trouble = trouble
    assert work(provider).returncode == 0
    assert (again(mail).state, mail.attempts) == (State.WAITING, 1)
    wait = (mail.next_try_at - mail.created_at).total_seconds()
    assert wait > (100 if trouble == "too many" else 7)
    provider.trouble = ""
    due_now(mail)
    work(provider)
    assert (again(mail).state, provider.keys()) == (State.SENT, [str(mail.key)])


def test_a_refusal_is_final_at_once_and_the_next_mail_goes_out(
    provider: Provider, invite: Callable[[], OutgoingMail]
) -> None:
    refused = invite()
    provider.trouble = "refusal"
    assert work(provider).returncode == 1
    assert (again(refused).state, provider.calls) == (State.FAILED, 1)
    assert "not a valid address" in refused.error
    provider.trouble = ""
    other = invite()
    work(provider)
    assert again(other).outcome == "sent"


def test_a_mail_that_was_taken_unheard_comes_twice_at_most_with_the_same_key_and_link(
    provider: Provider, invite: Callable[[], OutgoingMail]
) -> None:
    mail = invite()
    provider.trouble = "taken, then cut"
    work(provider)
    provider.trouble = ""
    due_now(mail)
    work(provider)
    first, second = provider.taken
    assert first.key == second.key == str(mail.key)
    assert first.headers["message-id"] == second.headers["message-id"]
    assert re.findall(LINK, first.text) == re.findall(LINK, second.text) != []


@pytest.mark.parametrize("trouble", ["", "error", "refusal", "cut"])
def test_a_worker_says_nothing_secret_whatever_happens(
    provider: Provider, invite: Callable[[], OutgoingMail], trouble: str
) -> None:
    mail = invite()
    provider.trouble = trouble
    ended = work(provider, LOG_LEVEL="DEBUG")
    said = ended.stdout + ended.stderr + again(mail).error
    for secret in (API_KEY, SIGNING_KEY, "/invitation/1", "/invitation/2"):
        assert secret not in said
    for entry in JournalEntry.objects.all():
        assert "/invitation/" not in str(entry.data)


@pytest.mark.slow
def test_while_the_provider_is_down_pages_answer_as_ever(
    provider: Provider, shared_unit: Unit, live_server: LiveServer
) -> None:
    ada = AccountFactory(unit=shared_unit, levels={"admin_rights": 2})
    provider.trouble = "slow"
    command = [sys.executable, "manage.py", "send_mail"]
    worker = subprocess.Popen(command, cwd=HOUSE, env=environment(provider, MAIL_TIMEOUT_SECONDS="15"))
    client = signed_in(ada)
    try:
        for number in range(5):
            data = {"email": f"p{number}@example.org", "first_name": "P", "last_name": "Q", "invite": "on"}
            began = time.monotonic()
            assert client.post("/accounts/add/", data).status_code == 302
            # The provider keeps its caller waiting for longer than this.
            assert time.monotonic() - began < 12
            if number == 0:
                assert provider.reached.wait(120)
        assert OutgoingMail.objects.filter(state=State.WAITING).count() == 5
        provider.trouble = ""
        provider.go_on.set()
        OutgoingMail.objects.update(next_try_at=OutgoingMail.objects.earliest("pk").created_at)
        until = time.monotonic() + 60
        while OutgoingMail.objects.filter(state=State.WAITING).exists() and time.monotonic() < until:
            time.sleep(0.2)
            OutgoingMail.objects.filter(leased_until=None).update(
                next_try_at=OutgoingMail.objects.earliest("pk").created_at
            )
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(60)
    assert len(set(provider.keys())) == 5


# ---- The way back


@pytest.fixture
def product(live_server: LiveServer, settings: Settings) -> str:
    """The address of the running product, whose provider is Mailgun."""
    settings.MAIL_PROVIDER, settings.MAIL_WEBHOOK = "mailgun", True
    keys = {"MAILGUN_API_KEY": API_KEY, "MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY}
    settings.ANYMAIL = settings.ANYMAIL | keys
    return str(live_server.url)


def test_from_the_invitation_to_the_bounce_on_the_page(
    provider: Provider, invite: Callable[[], OutgoingMail], product: str, shared_unit: Unit
) -> None:
    ada = AccountFactory(unit=shared_unit, levels={"admin_rights": 2})
    mail = invite()
    work(provider)
    [taken] = provider.taken
    assert post(product, bounce(taken.key, taken.to)) == 200
    page = text_of(signed_in(ada).get(mail.account.get_absolute_url()))
    assert "The mail didn't arrive." in page
    assert "No such mailbox" in page


def test_reports_from_many_sides_at_once_count_once(
    provider: Provider, invite: Callable[[], OutgoingMail], product: str
) -> None:
    mail = invite()
    work(provider)
    same = bounce(str(mail.key), mail.address)
    others = [report("delivered", str(mail.key), mail.address, at=time.time() - 60) for _ in range(4)]
    fake = {**bounce(str(mail.key), mail.address), "signature": signature("no key of ours")}
    statuses: list[int] = []
    calls = [*[same] * 4, *others, *[fake] * 4]
    threads = [threading.Thread(target=lambda c=call: statuses.append(post(product, c))) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 8 + [400] * 4
    assert again(mail).outcome == "bounced"
    assert mail.reports.count() == 5
    assert JournalEntry.objects.filter(event="mail.not_delivered").count() == 1
    call_command("verify_journal", verbosity=0)
