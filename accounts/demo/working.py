"""What the demo's people did with their rights in the past weeks: most of them some of it, some nothing."""

import zlib
from datetime import datetime, timedelta

from accounts.access import effective, units_of
from accounts.models import Account
from accounts.uses import Key, write_uses
from adminrights.models import Unit

MOST_UNITS, MOST_RIGHTS = 3, 30


def work(now: datetime, since: datetime) -> None:
    """Write when everybody who is active last used what they use, as if recorded since a day."""
    for account in Account.objects.filter(status=Account.Status.ACTIVE):
        # One in six never does anything.
        for unit in units_of(account)[:MOST_UNITS] if spread(account.email, 6) else ():
            used = _used(account, unit)
            for later in (False, True):
                moments = {
                    key: now - timedelta(days=spread(str(key), 28)) if later else since for key in used
                }
                write_uses({key: moment.date() for key, moment in moments.items()})


def _used(account: Account, unit: Unit) -> list[Key]:
    rights = [right for right in effective(account, unit).effective if spread(f"{account.email} {right}", 2)]
    rights.sort(key=lambda right: spread(f"{right} {account.email}", 9_999))
    return [Key(account.pk, unit.pk, right) for right in rights[:MOST_RIGHTS]]


def spread(key: str, most: int) -> int:
    """Return a number below `most` that is always the same for the key."""
    return zlib.crc32(key.encode()) % most
