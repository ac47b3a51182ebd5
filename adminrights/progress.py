"""How far a long step has come, told while its transaction is still open.

What isn't committed can't be read from the database, and another process may be the one that is asked. So it
stands in a small file that every process of this machine reads, for as long as the step runs. Where there
can be none, nobody is told, and the step is done all the same.
"""

import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import TypeVar

from django.utils.crypto import salted_hmac

RUN = re.compile(r"[0-9a-f]{32}")
SECONDS_BETWEEN = 0.3
T = TypeVar("T")

_file: ContextVar[Path | None] = ContextVar("progress_file", default=None)


@contextmanager
def telling(run: str, account: int) -> Iterator[None]:
    """Let the account follow what is counted inside the block, under the name that its page gave the run."""
    path = _path(run, account) if RUN.fullmatch(run) else None
    token = _file.set(path)
    try:
        yield
    finally:
        _file.reset(token)
        if path is not None:
            with suppress(OSError):
                path.unlink(missing_ok=True)


def counted(items: Sequence[T], size: Callable[[T], int] = lambda _item: 1) -> Iterator[T]:
    """Yield the items and tell now and then how many are done; an item may stand for several."""
    path = _file.get()
    if path is None:
        yield from items
        return
    told, done, whole = 0.0, 0, sum(map(size, items))
    for item in items:
        if time.monotonic() - told >= SECONDS_BETWEEN:
            _write(path, done, whole)
            told = time.monotonic()
        yield item
        done += size(item)
    _write(path, whole, whole)


def read(run: str, account: int) -> tuple[int, int] | None:
    """Return how many of how many are done in the account's own run; None where nothing is told."""
    if not RUN.fullmatch(run):
        return None
    try:
        done, whole = _path(run, account).read_text().split()
        return int(done), int(whole)
    except (OSError, ValueError):
        return None


def _write(path: Path, done: int, whole: int) -> None:
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, exist_ok=True)
        if path.parent.lstat().st_uid == os.getuid():
            part = path.with_suffix(f".{os.getpid()}")
            part.write_text(f"{done} {whole}")
            part.replace(path)


def _path(run: str, account: int) -> Path:
    """Return where it stands: a name that nobody finds who doesn't know the run, and is not the account."""
    name = salted_hmac("adminrights.progress", f"{account}:{run}", algorithm="sha256").hexdigest()
    return Path(tempfile.gettempdir()) / f"adminrights-{os.getuid()}" / name
