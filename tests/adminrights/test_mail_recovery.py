"""Once the provider is back, nobody sits out the end of a long wait (5.1)."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from accounts.models import Account
from adminrights import outbox
from adminrights.management.commands import send_mail
from adminrights.models import OutgoingMail
from adminrights.patience import ASK_EVERY_SECONDS, Patience
from tests.post import api_error, promise

State = OutgoingMail.State
STEP = timedelta(seconds=10)


@dataclass
class Provider:
    """Refuses everything while it is down, and one mail always; remembers the keys it was given."""

    down: bool = False
    poison: object = None
    given: list[str] = field(default_factory=list)

    def send(self, mail: EmailMultiAlternatives) -> str:
        key = mail.extra_headers["Message-ID"].strip("<").partition("@")[0]
        self.given.append(key)
        if self.down or key == str(self.poison):
            raise api_error(500)
        return ""


@pytest.fixture
def post(letters: Any, monkeypatch: pytest.MonkeyPatch) -> Provider:
    found = Provider()
    monkeypatch.setattr(outbox, "_send", found.send)
    monkeypatch.setattr(send_mail, "close_old_connections", lambda: None)
    return found


class Worker:
    """A mail worker that looks every ten seconds of a clock that runs as fast as we like."""

    def __init__(self, now: datetime) -> None:
        self.command, self.asked, self.now = send_mail.Command(), threading.Event(), now
        self.command.verbosity = 0
        with time_machine.travel(now, tick=False):
            self.patience = Patience()

    def work(self, minutes: float, until: Callable[[], bool] = lambda: False) -> timedelta:
        """Work for some minutes, or until something is so; return how long."""
        begin = self.now
        while self.now < begin + timedelta(minutes=minutes) and not until():
            self.now += STEP
            with time_machine.travel(self.now, tick=False):
                self.command.look(self.asked, self.patience)
        return self.now - begin


def waiting() -> Counter[int]:
    return Counter(OutgoingMail.objects.filter(state=State.WAITING).values_list("attempts", flat=True))


# R1.5
@pytest.mark.parametrize("number", [1, 20])
def test_after_half_an_hour_without_a_provider_all_is_sent_within_five_minutes(
    nemo: Account, post: Provider, number: int
) -> None:
    for _ in range(number):
        promise(nemo, "test")
    worker = Worker(timezone.now())
    post.down = True
    worker.work(minutes=30)
    assert waiting().total() == number
    post.down = False

    took = worker.work(minutes=30, until=lambda: not waiting())

    assert not waiting()
    assert took <= timedelta(minutes=5)


def test_a_try_before_its_time_brings_the_end_of_all_tries_no_nearer(nemo: Account, post: Provider) -> None:
    promise(nemo, "test")
    post.down = True

    Worker(timezone.now()).work(minutes=60)

    # Counted by the waits that double up to a quarter of an hour, not by what was asked meanwhile.
    assert len(post.given) > 20
    assert max(waiting()) <= 12


def test_a_mail_with_a_trouble_of_its_own_is_not_called_by_every_other(nemo: Account, post: Provider) -> None:
    post.poison = promise(nemo, "test").key
    worker = Worker(timezone.now())
    for _ in range(60):
        promise(nemo, "test")
        worker.work(minutes=1)

    calls = post.given.count(str(post.poison))
    assert len(post.given) - calls == 60
    assert calls <= 60 * 60 / ASK_EVERY_SECONDS + 10
