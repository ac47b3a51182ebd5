"""Values as the journal writes them, and lists in parts that a statement can hold."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any


def plain(value: Any) -> Any:
    """Return the value as JSON has it: a moment, and whatever else isn't plain, as text."""
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.isoformat() if isinstance(value, datetime) else str(value)


def batches(items: list[int], size: int) -> Iterator[list[int]]:
    """Yield the items in lists of at most so many."""
    for index in range(0, len(items), size):
        yield items[index : index + size]
