"""Whom the actor of a change may see: a refusal names nobody else."""

from typing import Protocol

from django.db.models import Q
from django.utils.translation import ngettext

from accounts.models import Account, UnitAccess
from adminrights.change import Change
from adminrights.models.facts import standing_now

# With one of these somebody sees an account, its name and what it may do.
SEEING = {"accounts:list", "accounts:get"}
# One of many is named.
FEW = 900


class Reader(Protocol):
    """Who is told, and what is effective for him in a unit; a `guards.Ceiling` is one."""

    account: Account

    def rights(self, unit: int) -> frozenset[str]:
        """Return what is effective for him in the unit."""


def first_seen(accounts: list[int], change: Change, reader: Reader) -> int | None:
    """Return the first of the accounts that he may see: where it has access, had it, or will have."""
    known = Q(standing_now(change.at)) | Q(ended_in=change.id)
    places = UnitAccess.objects.filter(known, account__in=accounts[:FEW]).values_list("account", "unit__path")
    units = {int(part) for _account, path in places for part in path.split("/") if part}
    seen = {unit for unit in units if not reader.rights(unit).isdisjoint(SEEING)}
    found = (pk for pk, path in sorted(places) if any(int(part) in seen for part in path.split("/") if part))
    return next(found, None)


def called(account: int, change: Change, reader: Reader) -> str:
    """Return the name of the account, for a sentence; of whom he may not see, only that there is somebody.

    Himself he knows, and whom he has just typed in.
    """
    made = any(isinstance(each, Account) and each.pk == account for each in change.created)
    if made or account == reader.account.pk or first_seen([account], change, reader) is not None:
        return Account.objects.get(pk=account).name
    # A number, because it begins a sentence or stands within one.
    words = ngettext("%(count)s person who isn't listed here", "%(count)s people who aren't listed here", 1)
    return words % {"count": 1}
