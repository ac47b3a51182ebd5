"""Where a change comes from: the channel, the request and the address, carried beside the code."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class Progress:
    """How far the changes of a request have come: which were written, and whether they are kept for good."""

    changes: list[uuid.UUID] = field(default_factory=list)
    written: bool = False
    saved: bool = False

    def write(self, change: uuid.UUID) -> None:
        """Remember that a change was written, and is kept unless what is around it fails."""
        self.changes.append(change)
        self.written = True

    def save(self) -> None:
        """Remember that a change was committed."""
        self.saved = True


@dataclass(frozen=True, slots=True)
class Origin:
    """The channel ("web", "cli", "worker", "system"), the request's id, the address it came from, and why."""

    channel: str = "system"
    request_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    address: str = ""
    reason: str = ""
    progress: Progress = field(default_factory=Progress)


_current: ContextVar[Origin | None] = ContextVar("origin", default=None)


def current_origin() -> Origin:
    """Return the origin of the running code; outside requests and commands the system itself."""
    return _current.get() or Origin()


def origin_or_none() -> Origin | None:
    """Return the origin of the running code, None where nobody named one."""
    return _current.get()


@contextmanager
def originating(
    channel: str, *, address: str = "", request_id: str = "", reason: str = ""
) -> Iterator[Origin]:
    """Name the origin of everything done inside the block."""
    origin = Origin(channel, request_id or uuid.uuid4().hex, address, reason)
    token = _current.set(origin)
    try:
        yield origin
    finally:
        _current.reset(token)
