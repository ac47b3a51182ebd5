"""The password of whoever is signed in, asked for once more: an open window is no place to guess (A10)."""

from django.contrib.auth.hashers import check_password
from django.http import HttpRequest

from accounts.models import Account
from accounts.services.sessions import record_failed_sign_in
from accounts.sign_in.browsers import known_browser
from accounts.sign_in.throttle import Tries, count_try


def count_guess(request: HttpRequest, account: Account) -> Tries:
    """Count a try as one to sign in, by browser and source. Raises TooManyTries."""
    return count_try(request, known_browser(request, account))


def is_present_password(request: HttpRequest, account: Account, password: str) -> bool:
    """Return whether it is. A wrong one counts like one at sign-in, against the account too.

    Raises TooManyTries.
    """
    tries = count_guess(request, account)
    if not check_password(password, account.password):
        record_failed_sign_in(account.email)
        return False
    tries.usage.rollback()
    return True
