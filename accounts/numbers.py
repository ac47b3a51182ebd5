"""Many numbers out of the database at once: one text for each part, instead of a row for each number.

A row costs a process more than a database: a hundred thousand numbers come, as text, in a fifth of the time.
"""

import json
from typing import Any

from django.db.models import Aggregate, QuerySet, TextField
from django.db.models.sql.compiler import SQLCompiler


class Numbers(Aggregate):
    """The numbers of a column, as the text of a JSON list."""

    function = "JSON_GROUP_ARRAY"
    output_field = TextField()

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Any:
        template = "%(function)s(%(expressions)s)::text"
        return self.as_sql(compiler, connection, function="JSON_AGG", template=template, **context)


def numbers_of(rows: QuerySet[Any], number: str = "account_id") -> list[int]:
    """Return the numbers in a column of the rows, in no order, in one statement."""
    return _read(rows.order_by().aggregate(found=Numbers(number))["found"])


def numbers_by(rows: QuerySet[Any], *parts: str, number: str = "account_id") -> dict[Any, list[int]]:
    """Return the numbers in a column of the rows by the values of other columns, in one statement.

    The values are a tuple, or one value where there is one column.
    """
    found = rows.order_by().values_list(*parts).annotate(found=Numbers(number))
    if len(parts) == 1:
        return {part: _read(text) for part, text in found}
    return {tuple(values): _read(text) for *values, text in found}


def _read(text: str | None) -> list[int]:
    found: list[int] = json.loads(text or "[]")
    return found
