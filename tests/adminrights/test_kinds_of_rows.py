"""Rows that are alike are drawn once, with places for what differs."""

from typing import Any, NamedTuple

import django_tables2 as tables

from adminrights.navigation import ANY
from adminrights.rows import SUBJECT, Kinds, rows


class Thing(NamedTuple):
    """Something listed."""

    pk: int
    name: str
    share: str


class Things(tables.Table):
    """Things by name."""

    name = tables.Column(empty_values=())
    told = tables.Column(empty_values=())
    share = tables.Column(empty_values=())
    kinds: Kinds | None = None
    drawn = 0

    def render_name(self, record: Thing) -> str:
        return f"<{record.name}> {record.pk}"

    def render_told(self, record: Thing) -> str:
        self.drawn += 1
        return "100 % of %(SUBJECT)s"


def listed(kinds: Kinds | None) -> tuple[str, int]:
    """Return the rows, and how often the second cell was drawn."""
    table: Any = Things([Thing(1, "a % b", "5 %"), Thing(2, "%s", "<%d>"), Thing(3, "odd", "%(ANY)d")])
    table.kinds = kinds
    return str(rows(table)), table.drawn


def test_a_kind_is_drawn_once_and_says_what_each_row_would_say() -> None:
    def of(record: Thing) -> bool | None:
        return None if record.name == "odd" else True

    alone, times = listed(None)
    assert times == 3
    assert "&lt;a % b&gt; 1" in alone
    assert listed(Kinds(of, lambda record: record._replace(pk=ANY, name=SUBJECT), ("share",))) == (alone, 2)
