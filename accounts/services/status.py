"""The steps from one status to another, inside an open change."""

from collections.abc import Collection, Iterator
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from accounts.models import Account, StatusPeriod
from adminrights.change import Change
from adminrights.exceptions import WrongStatus
from adminrights.plain import batches

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
    read_all_again([account])


def read_all_again(accounts: Collection[Account]) -> None:
    """As `read_again`, of many accounts. Raises DoesNotExist for one that isn't there."""
    rows = {row["pk"]: row for row in _rows(accounts)}
    for account in accounts:
        if account.pk not in rows:
            raise Account.DoesNotExist
        for name in FRESH:
            setattr(account, name, rows[account.pk][name])


def _rows(accounts: Collection[Account]) -> Iterator[dict[str, Any]]:
    for batch in batches([account.pk for account in accounts], 500):
        yield from Account.objects.filter(pk__in=batch).values("pk", *FRESH)


def expect(account: Account, status: Account.Status, sentence: str) -> None:
    """Raise WrongStatus with the sentence and the present status unless the account has the status."""
    if account.status != status:
        now = _("It is %s now.") % account.get_status_display().lower()
        raise WrongStatus(f"{sentence} {now}")


def enter(c: Change, account: Account, status: Account.Status) -> None:
    """Give the account the status, and keep when it had which."""
    enter_all(c, [account], status)


def enter_all(c: Change, accounts: Collection[Account], status: Account.Status) -> None:
    """As `enter`, of many accounts."""
    c.concern(*accounts)
    periods = StatusPeriod.objects.not_ended().filter(account__in=[account.pk for account in accounts])
    c.end_all(periods.select_related("account").order_by("pk"))
    c.start_all([StatusPeriod(account=account, status=status) for account in accounts])
    c.update_each([(account, {"status": status}) for account in accounts])


def end_everything(c: Change, *accounts: Account) -> None:
    """End every session and every link of the accounts, and know none of their browsers any more (S3)."""
    c.update_each(
        [
            (each, {"session_epoch": each.session_epoch + 1, "browser_epoch": each.browser_epoch + 1})
            for each in accounts
        ]
    )


def confirm(c: Change, account: Account, password: str | None) -> None:
    """Set the first password and make a pending account active (T6). None is one that nobody has."""
    c.update(account, password=make_password(password), confirmed_at=c.at)
    enter(c, account, Account.Status.ACTIVE)
