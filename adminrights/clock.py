"""The clock of changes: the present, unless a block of code is said to happen at another time.

Only the demo sets it, to tell weeks of history; everything else happens now. Decisions about access
never ask it: what is in force is judged by the real time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_set_to: ContextVar[datetime | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """Return the time at which a change that is made here happens."""
    return _set_to.get() or timezone.now()


@contextmanager
def set_to(moment: datetime) -> Iterator[None]:
    """Let the changes inside the block happen at the moment."""
    token = _set_to.set(moment)
    try:
        yield
    finally:
        _set_to.reset(token)
