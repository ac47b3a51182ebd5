"""The rows of a long list: its last page costs what its first does."""

from typing import Any

from django.db.models import QuerySet
from django_tables2.data import TableQuerysetData


class LongList(TableQuerysetData):
    """Rows in an order without ties, read from whichever end is nearer; `number` of them where it is known.

    A database walks past all rows that stand before those which it is asked for.
    """

    def __init__(self, rows: QuerySet[Any], number: int | None = None) -> None:
        super().__init__(rows)
        if number is not None:
            self._length = number

    def __getitem__(self, key: Any) -> Any:
        """Return rows, or one of them, as the library asks for a page."""
        if not isinstance(key, slice) or not key.start:
            return self.data[key]
        length = len(self)
        stop = min(length, length if key.stop is None else key.stop)
        if key.start <= length - stop:
            return self.data[key]
        return list(self.data.reverse()[length - stop : length - key.start])[::-1]
