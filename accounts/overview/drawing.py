"""What every picture of the overview is made of, for its template."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from adminrights.navigation import EmptyState, Link
from adminrights.pictures import Box

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Mark:
    """One value with its word. `tone` names its colour and `pattern` what is drawn over it: lines or dots.

    `url` leads to the list that shows exactly so many.
    """

    label: "StrOrPromise"
    count: int
    url: str = ""
    tone: str = "accent"
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A box of the drawing with the look of the value that it stands for."""

    box: Box
    tone: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Table:
    """The figures of a picture as a table; the first cell of a row names it."""

    heads: Sequence[str]
    rows: Sequence[Sequence["str | int | Link"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A finding in words, its drawing, the values with their words and links, and the same as a table.

    `beside` are values that are no part of the drawing. Without anything to draw, `empty` says what that
    means and what to do next.
    """

    key: str
    finding: str
    marks: Sequence[Mark] = ()
    table: Table | None = None
    drawn: Sequence[Drawn] = ()
    beside: Sequence[Mark] = ()
    note: str = ""
    warning: str = ""
    empty: EmptyState | None = None
    # Of columns over time: the values at the left edge from above, and the days below.
    levels: Sequence[int] = ()
    days: Sequence[str] = field(default=())

    @property
    def template(self) -> str:
        """The template that draws it."""
        return f"overview/{self.key}.html"

    @property
    def in_words(self) -> str:
        """All values that are drawn, in words."""
        return ", ".join(f"{mark.label}: {mark.count}" for mark in self.marks)


def draw(boxes: Sequence[Box], marks: Sequence[Mark]) -> tuple[Drawn, ...]:
    """Return the boxes with the looks of their values."""
    return tuple(Drawn(box, marks[box.of].tone, marks[box.of].pattern) for box in boxes)


def table_of(head: str, marks: Sequence[Mark]) -> Table:
    """Return the values as a table of two columns; its words lead where the values lead."""
    rows = [(Link(mark.label, mark.url) if mark.url else str(mark.label), mark.count) for mark in marks]
    return Table((head, _("Number")), rows)
