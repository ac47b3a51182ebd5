"""Whether this process can answer, and whether it should be given requests."""

import logging
import uuid
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import Error
from django.utils import timezone

from adminrights import stopping
from adminrights.models import OutgoingMail

log = logging.getLogger(__name__)


def failed() -> list[str]:
    """Return the names of the checks that fail; nothing when requests may come."""
    names: list[str] = []
    for name, check in CHECKS.items():
        try:
            good = check()
        except Error as error:
            log.warning("Not ready: %s: %s", name, error)
            if "database" in names:
                # It is away altogether; the others would only wait for it as well.
                break
            good = False
        if not good:
            names.append(name)
    return names


def goes_on() -> bool:
    """Return whether nobody has asked the server to end."""
    return not stopping.is_asked()


def database_writes() -> bool:
    """Write a row and take it back; raises what the database says."""
    with transaction.atomic():
        Session(session_key=f"ready{uuid.uuid4().hex[:27]}", expire_date=timezone.now()).save(
            force_insert=True
        )
        transaction.set_rollback(True)
    return True


def is_migrated() -> bool:
    """Return whether the database has everything that this version of the product needs."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def mail_moves() -> bool:
    """Return whether somebody takes the mails whose time has come.

    A provider that is away doesn't count: its mails are tried, and get a new time. Nobody would be helped
    by pages that are switched off as well.
    """
    late = timezone.now() - timedelta(seconds=settings.HEALTH_OUTBOX_SECONDS)
    waiting = OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING, next_try_at__lt=late)
    return not waiting.exclude(leased_until__gt=late).exists()


CHECKS: dict[str, Callable[[], bool]] = {
    "stopping": goes_on,
    "database": database_writes,
    "migrations": is_migrated,
    "outbox": mail_moves,
}
