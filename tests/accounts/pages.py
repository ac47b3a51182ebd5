"""What the tests of pages share: somebody's browser, and what a page shows."""

import html
import re
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from adminrights.navigation import Button


def signed_in(account: Account) -> Client:
    """Return a browser in which the account is signed in."""
    client = Client()
    client.force_login(account)
    return client


def path(name: str, account: Account | None = None) -> str:
    """Return the path of a page of accounts."""
    return reverse(f"accounts:{name}", args=[account.pk] if account else [])


def text_of(response: Any) -> str:
    """Return the words of a page, with single spaces and without tags."""
    body = re.sub(r"<(script|style|svg).*?</\1>", " ", response.content.decode(), flags=re.S)
    body = body.replace("<wbr>", "")
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def labels(buttons: list[Button]) -> list[str]:
    """Return what stands on the buttons."""
    return [str(button.label) for button in buttons]


def names_in(response: Any) -> list[str]:
    """Return the names in a list, in order."""
    return [row.record.name for row in response.context["table"].page.object_list]


def messages_of(response: HttpResponse) -> list[str]:
    """Return the messages on the page that follows."""
    return [str(message) for message in response.context["messages"]]
