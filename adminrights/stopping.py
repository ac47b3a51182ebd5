"""Whether the server was asked to end: one byte, shared by the processes that come from one."""

import mmap

_asked = mmap.mmap(-1, 1)


def ask() -> None:
    """Say that no new requests should come; those that run are finished."""
    _asked[0] = 1


def withdraw() -> None:
    """Say that requests may come again."""
    _asked[0] = 0


def is_asked() -> bool:
    """Return whether the server was asked to end."""
    return bool(_asked[0])
