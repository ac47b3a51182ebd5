"""What tests need of the post: work the outbox off, read a mail, follow its link."""

import re
from typing import Any, cast

import requests
from anymail.exceptions import AnymailRequestsAPIError
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from accounts.models import Account
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.models import OutgoingMail
from adminrights.outbox import send_due

LINK = re.compile(r"https?://\S+")


def promise(account: Account, message: str = "password_changed", **facts: Any) -> OutgoingMail:
    """Promise a mail as services do."""
    with change(Event.PASSWORD_CHANGED, actor=SYSTEM, target=account) as c:
        return c.send(message, account, **facts)


def deliver() -> list[EmailMultiAlternatives]:
    """Send what is due and return the mails that this sent."""
    before = len(mail.outbox)
    send_due()
    return cast(list[EmailMultiAlternatives], mail.outbox[before:])


def link_in(message: EmailMultiAlternatives) -> str:
    """Return the path of the link in the mail's text."""
    found = LINK.search(str(message.body))
    assert found, message.body
    return found[0].removeprefix(settings.BASE_URL)


def api_error(status: int) -> AnymailRequestsAPIError:
    """Return the error that stands for a provider's answer with the status."""
    response = requests.Response()
    response.status_code = status
    response._content = b"see https://provider.example/secret?key=1"
    return AnymailRequestsAPIError("no", response=response)


def wait_over(row: OutgoingMail) -> None:
    """Let the time until the next try pass."""
    OutgoingMail.objects.filter(pk=row.pk).update(next_try_at=timezone.now())
