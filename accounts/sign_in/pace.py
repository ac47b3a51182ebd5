"""Answers that take the same time whatever was found, so that a clock tells nobody who works here (A9)."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

from django.conf import settings


def sleep_from(begun: float) -> None:
    """Sleep until STEADY_SECONDS after the moment `begun`."""
    sleep(max(0.0, begun + settings.STEADY_SECONDS - monotonic()))


@contextmanager
def steady() -> Iterator[None]:
    """Leave the block no earlier than STEADY_SECONDS after it was entered."""
    begun = monotonic()
    yield
    sleep_from(begun)
