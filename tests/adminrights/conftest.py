"""A provider and a message that do what a test tells them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives

from adminrights import outbox
from adminrights.models import OutgoingMail


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Return a function that sets what becomes of the message "test": a mail, None or an error."""

    def become(result: object) -> None:
        def render(row: OutgoingMail) -> EmailMultiAlternatives | None:
            if isinstance(result, Exception):
                raise result
            return EmailMultiAlternatives("Test", "text", to=[row.address]) if result else None

        monkeypatch.setitem(outbox._renderers, "test", render)

    become("a mail")
    return become


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, letters: Any) -> Callable[[Exception], None]:
    """Return a function that makes the provider answer with an error."""

    class Failing:
        error: Exception = OSError()

        def send_messages(self, messages: list[Any]) -> int:
            raise self.error

    def fail_with(error: Exception) -> None:
        Failing.error = error
        monkeypatch.setattr(outbox, "get_connection", Failing)

    return fail_with
