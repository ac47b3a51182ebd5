"""When rights were last used: recorded from decisions, at most one write a day for each person and right.

A use is a decision that was answered yes because somebody wanted to do something:

- a page was opened that needs the permission (`AccessMixin.needs`);
- a change went through by it, whether a service required it or a guard judged by it (`Change.use`); a change
  that was refused or only previewed used nothing;
- other software asked `account.has_perm("ad_campaigns:update", unit)`, and acts on the answer.

To ask what to show is no use: menus, buttons and templates ask `account.may(…)`, which is the same answer.
What is recorded decides nothing, and whatever goes wrong here costs neither a request nor its time.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Lock
from time import time
from typing import NamedTuple

from django.conf import settings
from django.db import Error, IntegrityError, connection, transaction
from django.db.models import Min
from django.http import HttpRequest, HttpResponse

from accounts.models import Account, Use
from adminrights.change import Change, in_preview
from adminrights.models import Unit

log = logging.getLogger(__name__)

DAY = 86_400
EPOCH = date(1970, 1, 1)
# Outside requests nobody says when the work is done: then what was noted is written after a while.
WAIT_SECONDS, MOST_WAITING = 60, 200
# A busy database is left alone at once, and for a while.
PATIENCE_MILLISECONDS, REST_SECONDS = 50, 30
BATCH = 300


class Key(NamedTuple):
    """Who used which permission where."""

    account: int
    unit: int
    permission: str


class _Notes:
    """What this process noted today, and what of it waits to be written."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.day = 0
        self.known: set[Key] = set()
        self.waiting: dict[Key, int] = {}
        self.since = self.rests_until = 0.0


_notes = _Notes()
# Tests, and whoever puts another database in the place of this one.
forget_what_is_known = _notes.forget


def record(account: int, permission: str, unit: int) -> None:
    """Note that the account uses the permission in the unit; it is written at the end of the request."""
    now = time()
    today = int(now // DAY)
    if today != _notes.day:
        _notes.day, _notes.known = today, set()
    key = Key(account, unit, permission)
    if key in _notes.known or not settings.KEEP_USES_DAYS or in_preview():
        return
    with _notes.lock:
        _notes.known.add(key)
        _notes.since = _notes.since if _notes.waiting else now
        _notes.waiting[key] = today
    is_time = now - _notes.since > WAIT_SECONDS or len(_notes.waiting) >= MOST_WAITING
    if is_time and not connection.in_atomic_block:
        write()


def record_change(change: Change) -> None:
    """Note by which rights of the actor a change went through."""
    for permission, unit in change.used:
        record(change.actor.pk, permission, unit)


def write() -> None:
    """Write what was noted. Where the database is busy or away it waits for a later time."""
    if not _notes.waiting or time() < _notes.rests_until:
        return
    with _notes.lock:
        taken, _notes.waiting = _notes.waiting, {}
    try:
        with _in_a_hurry():
            for batch in _batches(taken):
                write_uses(batch)
    except IntegrityError:
        log.exception("Uses that name what isn't there any more were dropped")
    except Error as error:
        log.warning("When rights were used is written later: %s", error)
        _notes.rests_until = time() + REST_SECONDS
        with _notes.lock:
            _notes.waiting = taken | _notes.waiting if len(taken) < 50 * MOST_WAITING else {}


def write_uses(batch: Mapping[Key, date]) -> None:
    """Write the day of each use, unless it or a later one is written already."""
    rows = Use.objects.filter(
        account__in={key.account for key in batch},
        unit__in={key.unit for key in batch},
        permission__in={key.permission for key in batch},
    )
    known = {Key(use.account_id, use.unit_id, use.permission): use for use in rows}
    new = [
        Use(account_id=key.account, unit_id=key.unit, permission=key.permission, first=day, last=day)
        for key, day in batch.items()
        if key not in known
    ]
    Use.objects.bulk_create(new, ignore_conflicts=True)
    for day in set(batch.values()):
        old = [use.pk for key, use in known.items() if key in batch and use.last < batch[key] == day]
        if old:
            Use.objects.filter(pk__in=old, last__lt=day).update(last=day)


@contextmanager
def _in_a_hurry() -> Iterator[None]:
    """Open a transaction that waits for no lock: SQLite has one for all, PostgreSQL one for each row."""
    connection.ensure_connection()
    if connection.vendor != "sqlite":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE_MILLISECONDS}")
            yield
        return
    usual = int(1000 * connection.settings_dict["OPTIONS"].get("timeout", 5))
    connection.connection.execute(f"PRAGMA busy_timeout = {PATIENCE_MILLISECONDS}")
    try:
        with transaction.atomic():
            yield
    finally:
        connection.connection.execute(f"PRAGMA busy_timeout = {usual}")


def _batches(taken: Mapping[Key, int]) -> Iterator[dict[Key, date]]:
    keys = sorted(taken)
    for index in range(0, len(keys), BATCH):
        yield {key: EPOCH + timedelta(days=taken[key]) for key in keys[index : index + BATCH]}


class UsesMiddleware:
    """Writes at the end of a request what was used in it, after its own transactions."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.answer(request)
        write()
        return response


def last_used(accounts: Collection[int], units: Collection[int] | None = None) -> Mapping[Key, date]:
    """Return the last day on which each account used each permission, by account, unit and permission.

    In these units, or in all. What isn't there was never used since it is recorded. One statement.
    """
    uses = Use.objects.filter(account__in=accounts)
    if units is not None:
        uses = uses.filter(unit__in=units)
    rows = uses.values_list("account_id", "unit_id", "permission", "last")
    return {Key(account, unit, permission): last for account, unit, permission, last in rows}


def recording_since() -> date | None:
    """Return the day since which uses are recorded; None where nothing was, or nothing is to be."""
    return Use.objects.aggregate(since=Min("first"))["since"] if settings.KEEP_USES_DAYS else None


def today() -> date:
    """Return the day, as uses count it: by UTC."""
    return EPOCH + timedelta(days=int(time() // DAY))


def forget_old() -> int:
    """Forget uses that are too old to keep, all of them where none are recorded; return their number."""
    oldest = today() - timedelta(days=settings.KEEP_USES_DAYS)
    uses = Use.objects.filter(last__lt=oldest) if settings.KEEP_USES_DAYS else Use.objects.all()
    return uses.delete()[0]


def forget_uses(account: Account, units: Iterable[Unit]) -> None:
    """Forget what somebody used where there is no access any more."""
    Use.objects.filter(account=account, unit__in=units).delete()
