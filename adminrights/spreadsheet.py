"""CSV that is safe to open: no cell can be taken for a formula (N5)."""

import csv
from collections.abc import Iterable, Iterator, Sequence

# The full-width forms begin a formula in the spreadsheets of East Asia, "|" and "%" in very old ones.
FORMULA = ("=", "+", "-", "@", "|", "%", "\t", "\r", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class _Echo:
    """A file that hands back each line instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def safe_cell(value: object) -> str:
    """Return the value as text; what a spreadsheet would calculate gets an apostrophe in front."""
    text = "" if value is None else str(value)
    begins = text[:1] in FORMULA if text else False
    return f"'{text}" if begins or text.lstrip().startswith(FORMULA) else text


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield the rows as lines of CSV, one by one, so that a long list needs no memory."""
    writer = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow([safe_cell(value) for value in row])
