"""When the database is away, locked, full or may only be read: what that looks like, and what was saved."""

from enum import Enum

from django.db import InterfaceError, OperationalError, connection
from django.db.utils import InternalError

from adminrights.origin import Progress

# A server that only lets read is an internal error to PostgreSQL's driver.
FAULTS = (OperationalError, InterfaceError, InternalError)


def fault_in(error: BaseException | None) -> bool:
    """Return whether the database is at fault, in the error itself or in what it came from."""
    while error is not None:
        if isinstance(error, FAULTS):
            return True
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return False


class Kept(Enum):
    """What was saved of a step that ended with a fault."""

    NOTHING = "nothing"
    UNKNOWN = "unknown"
    ALL = "all"


def kept(progress: Progress) -> Kept:
    """Return what was saved.

    A server that vanishes while it is told to commit may have done it: then nobody here can know. SQLite
    itself says how it ended.
    """
    if progress.saved:
        return Kept.ALL
    if progress.written and connection.vendor != "sqlite":
        return Kept.UNKNOWN
    return Kept.NOTHING
