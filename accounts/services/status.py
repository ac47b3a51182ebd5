"""The steps from one status to another, inside an open change."""

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from accounts.models import Account, StatusPeriod
from adminrights.change import Change
from adminrights.exceptions import WrongStatus

FRESH = [
    "status",
    "confirmed_at",
    "locked_at",
    "failed_sign_ins",
    "version",
    "session_epoch",
    "browser_epoch",
    "email",
    "password",
]


def read_again(account: Account) -> None:
    """Read the account's present state, now that no other change can run beside this one."""
    account.refresh_from_db(fields=FRESH)


def expect(account: Account, status: Account.Status, sentence: str) -> None:
    """Raise WrongStatus with the sentence and the present status unless the account has the status."""
    if account.status != status:
        raise WrongStatus(f"{sentence} {_('It is %s now.') % account.get_status_display().lower()}")


def enter(c: Change, account: Account, status: Account.Status) -> None:
    """Give the account the status, and keep when it had which."""
    c.concern(account)
    c.end_all(StatusPeriod.objects.not_ended().filter(account=account))
    c.start(StatusPeriod(account=account, status=status))
    c.update(account, status=status)


def end_everything(c: Change, account: Account) -> None:
    """End every session and every link of the account, and know none of its browsers any more (S3)."""
    c.update(account, session_epoch=account.session_epoch + 1, browser_epoch=account.browser_epoch + 1)


def confirm(c: Change, account: Account, password: str | None) -> None:
    """Set the first password and make a pending account active (T6). None is one that nobody has."""
    c.update(account, password=make_password(password), confirmed_at=c.at)
    enter(c, account, Account.Status.ACTIVE)
