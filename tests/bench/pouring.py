"""Many rows at once, straight into a table, by the fastest way that each database has."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Max, Model


def next_pk(model: type[Model]) -> int:
    """Return the first number that no row has."""
    return (model._base_manager.aggregate(last=Max("pk"))["last"] or 0) + 1


def pour(model: type[Model], names: Sequence[str], rows: Iterable[Sequence[Any]], **same: Any) -> list[int]:
    """Insert rows of values in the order of the names of their columns, and return their numbers.

    Other columns are the `same` for every row, or as the model has it. What is in the rows is stored as is.
    """
    fields = [each for each in model._meta.concrete_fields if not each.generated and not each.primary_key]
    by_column = {str(field.column): field for field in fields}
    others = [column for column in by_column if column not in names]
    fixed = [_stored(by_column[column], same) for column in others]
    first = next_pk(model)
    count = 0

    def complete() -> Iterator[list[Any]]:
        nonlocal count
        for count, row in enumerate(rows, start=1):
            yield [first + count - 1, *row, *fixed]

    write(model._meta.db_table, [str(model._meta.pk.column), *names, *others], complete())
    _go_on_counting(model)
    return list(range(first, first + count))


def write(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert the rows into the table."""
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)


def _stored(field: Any, same: dict[str, Any]) -> Any:
    value = same[field.column] if field.column in same else field.get_default()
    return field.get_db_prep_save(value, connection)


def _go_on_counting(model: type[Model]) -> None:
    statements = connection.ops.sequence_reset_sql(no_style(), [model])
    with connection.cursor() as cursor:
        for statement in chain(statements):
            cursor.execute(statement)
