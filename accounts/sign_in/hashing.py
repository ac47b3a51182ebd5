"""Hashing passwords without taking the machine from everybody else (R9.3).

One hash takes a hundred megabytes and a processor for a moment. However many sign in at once, each process
hashes one at a time, behind whatever else the machine has to do: whoever only reads a page gets it meanwhile.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import ParamSpec, TypeVar

from django.contrib.auth.hashers import Argon2PasswordHasher

AT_ONCE = 1
# A page that is being read goes before; where nothing else runs, hashing still has the whole processor.
NICENESS = 10

P = ParamSpec("P")
T = TypeVar("T")


def step_back() -> None:
    """Let this thread, and those that a hash starts from it, wait for others (where the system can do so)."""
    with suppress(AttributeError, OSError):
        me = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, me, os.getpriority(os.PRIO_PROCESS, me) + NICENESS)


class Turns:
    """The hashing of one process: whoever comes waits for the turn."""

    def __init__(self) -> None:
        self.begin()
        # Threads don't follow into a process that is forked.
        os.register_at_fork(after_in_child=self.begin)

    def begin(self) -> None:
        self._thread = ThreadPoolExecutor(AT_ONCE, "hashing", initializer=step_back)

    def take(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what the work returns, done when its turn comes. Raises what the work raises."""
        return self._thread.submit(work, *args, **kwargs).result()


_turns = Turns()


class PatientArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id, one at a time in each process."""

    def encode(self, password: str, salt: str) -> str:
        return _turns.take(super().encode, password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        return _turns.take(super().verify, password, encoded)
