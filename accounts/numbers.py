"""Many numbers into the database and out of it at once.

Out of it comes one text for each part, instead of a row for each number: a row costs a process more than a
database, and a hundred thousand numbers come as text in a fifth of the time. Into it they go as a text, too:
thousands of parameters cost more than the rows that they find.
"""

import json
from collections.abc import Collection
from typing import Any

from django.db.models import Aggregate, ForeignKey, Lookup, Q, QuerySet, TextField
from django.db.models.sql.compiler import SQLCompiler


class Numbers(Aggregate):
    """The numbers of a column, as the text of a JSON list."""

    function = "JSON_GROUP_ARRAY"
    output_field = TextField()

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Any:
        template = "%(function)s(%(expressions)s)::text"
        return self.as_sql(compiler, connection, function="JSON_AGG", template=template, **context)


class _Some:
    """Numbers as they stand in a statement. No collection, of which Django would look at each."""

    def __init__(self, numbers: Collection[int]) -> None:
        self.text = ",".join(str(int(number)) for number in numbers) or "NULL"


@ForeignKey.register_lookup
class Among(Lookup):
    """`account__among`: as `in`, with numbers that stand in the statement itself."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        """Return the condition; only what was made of numbers is written into it."""
        if not isinstance(self.rhs, _Some):
            raise TypeError("Only numbers stand in a statement")
        column, params = self.process_lhs(compiler, connection)
        return f"{column} IN ({self.rhs.text})", params


def among(accounts: Collection[int]) -> Q:
    """Return the condition on facts that they are about one of the accounts; thousands at once are well."""
    return Q(account__among=_Some(accounts))


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
