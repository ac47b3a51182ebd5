import time
from typing import Any

from django.core.management import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections

# Who waits for a table holds up everybody behind him in the queue: a migration waits briefly, steps back
# and tries again (R7.2).
LOCK_TIMEOUT, REST_SECONDS, TRIES = "2s", 1.0, 60
LOCK_NOT_AVAILABLE = "55P03"


class Command(migrate.Command):
    """Django's own, which on PostgreSQL waits for a table for two seconds at most, and tries again."""

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        for number in range(1, TRIES + 1):
            wait_for_locks(connection, LOCK_TIMEOUT)
            try:
                super().handle(*args, **options)
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                    raise
            else:
                wait_for_locks(connection, None)
                return
            # Django leaves the transaction open if the last statements of a migration fail.
            connection.close()
            connection.connect()
            self.stderr.write(f"Somebody uses a table that this needs. Trying again ({number} of {TRIES}).")
            time.sleep(REST_SECONDS)
        raise CommandError(
            "A table that the next migration needs was in use all the time. Nothing of that migration is "
            "done; those before it are. Run this again when there is less to do."
        )


def wait_for_locks(connection: Any, time_out: str | None) -> None:
    """Wait no longer for a lock; None is as long as the settings say. SQLite has no queue to hold up."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            if time_out is None:
                cursor.execute("RESET lock_timeout")
            else:
                cursor.execute("SELECT set_config('lock_timeout', %s, false)", [time_out])
