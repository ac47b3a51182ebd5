"""Values as shapes: a bar in parts, bars one below the other, columns over time. Pure: no model, no word.

Places and sizes are in per cent of the drawing, as text such as "12.5%", so that they mean the same in every
language and the drawing fits any width without its strokes and patterns being stretched.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# What is there at all can be seen, however little it is beside the rest.
LEAST = 1.0
# How much of its row a bar fills, and of its slot a column.
BAR, COLUMN = 0.5, 0.72
# The ends of scales: each can be halved without a fraction.
ENDS = (2, 4, 6, 10)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, in per cent of the drawing; `of` is the index of the value that it stands for."""

    x: str
    y: str
    width: str
    height: str
    of: int = 0


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns over time: their boxes, and the value at the upper edge of the drawing."""

    boxes: tuple[Box, ...]
    top: int

    @property
    def middle(self) -> int:
        """The value halfway up."""
        return self.top // 2


def stacked(values: Sequence[int]) -> tuple[Box, ...]:
    """Return one bar over the whole drawing, a box for each value that isn't zero, in their order."""
    widths = _shares(values)
    boxes, x = [], 0.0
    for index, width in enumerate(widths):
        if width:
            boxes.append(_box(x, 0, width, 100, index))
        x += width
    return tuple(boxes)


def bars(values: Sequence[int]) -> tuple[Box, ...]:
    """Return a bar for each value, one below the other; the greatest is as long as the drawing is wide."""
    most, row = max(values, default=0), 100 / max(len(values), 1)
    margin = row * (1 - BAR) / 2
    return tuple(
        _box(0, index * row + margin, max(value / most * 100, LEAST), row * BAR, index)
        for index, value in enumerate(values)
        if value
    )


def columns(stacks: Sequence[Sequence[int]]) -> Columns:
    """Return a column for each stack of values, from left to right; the first value of a stack is lowest."""
    top = scale(max(map(sum, stacks), default=0))
    slot = 100 / max(len(stacks), 1)
    boxes: list[Box] = []
    for index, stack in enumerate(stacks):
        floor = 100.0
        for of, value in enumerate(stack):
            height = max(value / top * 100, LEAST) if value else 0.0
            floor -= height
            if value:
                x = index * slot + slot * (1 - COLUMN) / 2
                boxes.append(_box(x, floor, slot * COLUMN, height, of))
    return Columns(tuple(boxes), top)


def scale(most: int) -> int:
    """Return the end of a scale on which the value still fits: 2, 4, 6, 10, 20, 40, 60, 100 and so on."""
    power = 1
    while most > ENDS[-1] * power:
        power *= 10
    return next(end * power for end in ENDS if most <= end * power)


def _shares(values: Sequence[int]) -> list[float]:
    """Return how much of a hundred belongs to each value; what isn't zero has a share that can be seen."""
    total = sum(values)
    raised = [max(value / total * 100, LEAST) if value else 0.0 for value in values]
    return [share * 100 / sum(raised) if share else 0.0 for share in raised]


def _box(x: float, y: float, width: float, height: float, of: int) -> Box:
    return Box(_per_cent(x), _per_cent(y), _per_cent(width), _per_cent(height), of)


def _per_cent(value: float) -> str:
    return f"{max(value, 0):.2f}".rstrip("0").rstrip(".") + "%"
