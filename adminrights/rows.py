"""The rows of a list, joined in Python: a template for each cell takes most of a long list's time.

Most of a row is the same for all records of a kind. A table that names its kinds has each drawn once, with
places for the number and the name of whom it is about.
"""

from collections.abc import Callable, Collection, Hashable
from functools import lru_cache
from html import escape
from inspect import signature
from typing import Any, NamedTuple

from django.utils.safestring import SafeString, mark_safe
from django_tables2.rows import BoundRow

from adminrights.escaping import escaped, filled
from adminrights.navigation import ANY

# Stands for a name; no text of a page has it.
SUBJECT = "\0"


class Cell(NamedTuple):
    """A column: its name, how its cells begin, and what draws the content from a row."""

    name: str
    opening: str
    draw: Callable[[Any], Any]


class Kinds(NamedTuple):
    """What of a table repeats.

    `of` returns the kind of a record, or None for a record that is like no other; `anyone` a record of the
    same kind whose number is `ANY` and whose name is `SUBJECT`. The cells of `own` columns differ by the row.
    """

    of: Callable[[Any], Hashable]
    anyone: Callable[[Any], Any]
    own: Collection[str]


def rows(table: Any) -> SafeString:
    """Return the rows of a table's page. On narrow screens each cell shows its column's name."""
    cells = [Cell(column.name, _opening(column), _drawing(column)) for column in table.columns]
    kinds: Kinds | None = getattr(table, "kinds", None)
    lines = _by_kind(table, cells, kinds) if kinds else (_line(cells, row) for row in table.paginated_rows)
    return mark_safe("".join(lines))  # noqa: S308 - each cell is escaped


def _line(cells: list[Cell], row: Any) -> str:
    inside = "".join(f"{cell.opening}{escaped(cell.draw(row))}</td>" for cell in cells)
    return f'<tr role="row">{inside}</tr>'


def _by_kind(table: Any, cells: list[Cell], kinds: Kinds) -> list[str]:
    patterns: dict[Hashable, str] = {}
    own = [cell for cell in cells if cell.name in kinds.own]
    lines = []
    for row in table.paginated_rows:
        record = row.record
        kind = kinds.of(record)
        if kind is None:
            lines.append(_line(cells, row))
            continue
        if kind not in patterns:
            patterns[kind] = _pattern(cells, kinds, BoundRow(kinds.anyone(record), table))
        values = {cell.name: escaped(cell.draw(row)) for cell in own}
        lines.append(patterns[kind] % (values | {"ANY": int(record.pk), "SUBJECT": escape(record.name)}))
    return lines


def _pattern(cells: list[Cell], kinds: Kinds, like: BoundRow) -> str:
    """Return a row of the kind, as a pattern: places for the cells that are drawn for each, number, name."""
    drawn = [_place(cell) if cell.name in kinds.own else cell for cell in cells]
    whole = _line(drawn, like).replace("%", "%%")
    for name in kinds.own:
        whole = whole.replace(f"\1{name}\1", f"%({name})s")
    return whole.replace(str(ANY), "%(ANY)d").replace(SUBJECT, "%(SUBJECT)s")


def _place(cell: Cell) -> Cell:
    """Return the cell with a mark instead of its content."""
    mark = SafeString(f"\1{cell.name}\1")
    return cell._replace(draw=lambda _row: mark)


def _drawing(column: Any) -> Callable[[Any], Any]:
    """Return what draws the column's cell of a row.

    The library looks up for every cell what to hand to which function. Where a cell is drawn from the
    record alone, and never left out, that is known beforehand.
    """
    render = column.render
    if column.column.empty_values == () and _takes_the_record_alone(getattr(render, "__func__", render)):
        return lambda row: render(row.record)
    return lambda row: row.get_cell(column.name)


@lru_cache(maxsize=512)
def _takes_the_record_alone(function: Callable[..., Any]) -> bool:
    return [name for name in signature(function).parameters if name != "self"] == ["record"]


def _opening(column: Any) -> str:
    kind = f"col-{column.name} {column.attrs['td'].get('class') or ''}".strip()
    if column.name in {"select", "details", "actions"}:
        return filled('<td role="cell" class="{}">', kind)
    return filled('<td role="cell" class="{}" data-label="{}">', kind, column.header)
