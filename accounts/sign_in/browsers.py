"""Browsers in which a person has signed in before: a lock that strangers caused spares them (A10).

The mark is a signed cookie. It lets nobody in; it only says whose wrong passwords are counted apart. It
dies with `browser_epoch`: when the account is disabled and when its password or a second factor changes.
"""

import secrets
from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from accounts.models import Account

SALT = "accounts.sign_in.browsers"
DAYS = 180
# One desk may be shared; more people than this in one browser, and the first is a stranger again.
MOST_PEOPLE = 5


class Mark(NamedTuple):
    """Who signed in, at which epoch of theirs, and the number of this browser."""

    account: int
    epoch: int
    browser: str


def known_browser(request: HttpRequest | None, account: Account) -> str:
    """Return the number of the browser if the person has signed in with it before, else nothing."""
    for mark in _marks(request):
        if (mark.account, mark.epoch) == (account.pk, account.browser_epoch):
            return mark.browser
    return ""


def remember_browser(request: HttpRequest, response: HttpResponse, account: Account) -> None:
    """Mark the browser as one in which the person has signed in."""
    number = known_browser(request, account) or secrets.token_urlsafe(16)
    others = [mark for mark in _marks(request) if mark.account != account.pk]
    marks = [Mark(account.pk, account.browser_epoch, number), *others][:MOST_PEOPLE]
    response.set_cookie(
        settings.BROWSER_COOKIE_NAME,
        signing.dumps(marks, salt=SALT, compress=True),
        max_age=DAYS * 86_400,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _marks(request: HttpRequest | None) -> list[Mark]:
    cookie = request.COOKIES.get(settings.BROWSER_COOKIE_NAME) if request else None
    if not cookie:
        return []
    try:
        return [Mark(*mark) for mark in signing.loads(cookie, salt=SALT, max_age=DAYS * 86_400)]
    except (signing.BadSignature, TypeError):
        return []
