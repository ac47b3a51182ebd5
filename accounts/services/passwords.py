"""Passwords: only the person chooses and sees one (A5)."""

from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from accounts import links
from accounts.addresses import canonical
from accounts.models import Account
from accounts.services.status import end_everything, read_again
from accounts.sign_in.lengths import ALONE
from adminrights.change import SYSTEM, Change, change, record_refusal
from adminrights.events import Event
from adminrights.exceptions import Refused, ResetDead

BETWEEN_RESETS = timedelta(minutes=2)


def ask_password_reset(email: str) -> None:
    """Promise a reset mail to the address on record, if there is an active, confirmed account (A12).

    Says nothing about what it found, so that nobody learns who works here (A9).
    """
    # Costs the same for everybody, and so much that the rest can't be told by a clock.
    make_password(email)
    account = Account.objects.filter(email_key=canonical(email)).first()
    if account is None or not links.may_reset(account):
        unknown = Refused(_("There is no account here whose password could be replaced."))
        record_refusal(Change(Event.PASSWORD_RESET_ASKED, SYSTEM), unknown)
        return
    with change(Event.PASSWORD_RESET_ASKED, actor=SYSTEM, target=account) as c:
        recent = account.mails.filter(message="password_reset", created_at__gt=c.at - BETWEEN_RESETS)
        if recent.exists():
            c.note(repeated=True)
        else:
            c.send("password_reset", account)


def reset_password(account: Account, *, stamp: str, password: str) -> None:
    """Set a new password by an opened link, end all sessions and the lock, and tell the person (A11).

    Raises ResetDead when the link was used or has run out meanwhile.
    """
    with change(Event.PASSWORD_CHANGED, actor=account, target=account) as c:
        _read_again(account)
        if not links.stamp_holds(account, stamp):
            raise ResetDead(_("This link doesn't work any more. Ask for a new one."))
        _set_password(c, account, password)
        c.update(account, locked_at=None, failed_sign_ins=0)


def change_own_password(account: Account, *, password: str) -> None:
    """Set a new password from My profile; every other session ends, and the person is told (A11).

    The page keeps its own session by `update_session_auth_hash(request, account)`.
    """
    with change(Event.PASSWORD_CHANGED, actor=account, target=account) as c:
        _read_again(account)
        _set_password(c, account, password)


def rehash_password(account: Account, password: str) -> None:
    """Store the same password in today's form (A4)."""
    with change(Event.PASSWORD_REHASHED, actor=SYSTEM, target=account) as c:
        c.update(account, password=make_password(password))


def _read_again(account: Account) -> None:
    read_again(account)
    account.refresh_from_db(fields=["last_login", "email_key"])


def _set_password(c: Change, account: Account, password: str) -> None:
    c.concern(account)
    c.update(account, password=make_password(password), password_is_short=len(password) < ALONE)
    end_everything(c, account)
    c.send("password_changed", account)
