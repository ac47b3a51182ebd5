"""An authenticator app for tests, and somebody who has one."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value

from accounts.models import Account
from accounts.services.factors import add_app

PERIOD = 30


def code_of(secret: str, *, ahead: int = 0) -> str:
    """Return the code that the app shows now, or so many periods later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD + ahead))


def with_app(account: Account) -> str:
    """Give the account an app and return its secret."""
    secret: str = generate_totp_secret()
    add_app(account, secret)
    return secret


def kinds(account: Account) -> list[str]:
    """Return the kinds of what the account has beside its password."""
    return sorted(Authenticator.objects.filter(user=account).values_list("type", flat=True))
