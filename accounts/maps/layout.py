"""Where the nodes and lines of an access map stand: numbers in, numbers out, in pixels of the drawing. Pure.

Columns from left to right. The last keeps its order; those before it are sorted and placed by the middle of
what they lead to, so that few lines cross. A line that passes a column over gets a lane of its own there.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from accounts.maps.graph import Graph, Node
from adminrights.text import breadth

WIDTHS = {"person": 164, "people": 164}
WIDTH, GAP = 208, 54
HIGH, LANE, SPACE, HEAD = 44, 20, 10, 30
MARGIN = 2
# The width of a letter of usual width, in pixels, at the size of a name and of the note below it.
LETTER, SMALL = 8.6, 7.0


@dataclass(frozen=True, slots=True)
class Box:
    """A node's place; its words are cut to fit, `node` has them whole."""

    node: Node
    name: str
    x: int
    y: int
    width: int
    label: str
    note: str
    height: int = HIGH

    @property
    def left(self) -> int:
        return self.x + 12

    @property
    def top(self) -> int:
        """The line of the name: in the middle where nothing stands below it."""
        return self.y + (18 if self.note else 27)

    @property
    def bottom(self) -> int:
        return self.y + 35


@dataclass(frozen=True, slots=True)
class Line:
    """A curve between two nodes, its `ends`; `through` names all nodes whose rights come along it."""

    path: str
    works: bool
    ends: str
    through: str


@dataclass(frozen=True, slots=True)
class Word:
    """A text by itself: the heading of a column, or what a lane is."""

    text: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that is drawn, and how large it is."""

    width: int
    height: int
    heads: tuple[Word, ...]
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    lanes: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class _Stop:
    """Something that takes room in a column: a node, or the lane of what comes from a node before it."""

    key: str
    height: float
    lane_of: str = ""


@dataclass(frozen=True, slots=True)
class _Shape:
    """The columns with their lanes, and where each begins and ends."""

    stops: tuple[tuple[_Stop, ...], ...]
    starts: tuple[float, ...]
    widths: tuple[float, ...]


# From a stop of one column to a stop of the next.
Step = tuple[str, str]


def draw(graph: Graph) -> Drawing:
    """Return the drawing of a map that has at least one node; columns without one are left out."""
    graph = Graph(tuple(column for column in graph.columns if column.nodes), graph.paths, graph.direct)
    routes = _routes(graph)
    shape = _shape(graph, routes)
    tops, height = _placed(shape.stops, {step for route in routes.values() for step in pairwise(route)})
    names = {key: f"n{number}" for number, key in enumerate(graph.nodes())}
    return Drawing(
        width=round(shape.starts[-1] + shape.widths[-1] + MARGIN),
        height=round(HEAD + height + MARGIN),
        heads=tuple(
            Word(column.head, round(start) + 1, 16)
            for column, start in zip(graph.columns, shape.starts, strict=True)
        ),
        boxes=tuple(_boxes(graph, shape, tops, names)),
        lines=tuple(_lines(graph, shape, routes, tops, names)),
        lanes=tuple(_lane_words(graph, shape, tops)),
    )


def _routes(graph: Graph) -> dict[Step, tuple[str, ...]]:
    """Return, for each pair of nodes that a line joins, the stops on its way, lanes among them."""
    place = {node.key: number for number, column in enumerate(graph.columns) for node in column.nodes}
    found: dict[Step, tuple[str, ...]] = {}
    for path in graph.paths:
        for one, other in pairwise(path.nodes):
            between = range(place[one] + 1, place[other])
            found[one, other] = (one, *(_lane(one, number) for number in between), other)
    return found


def _lane(key: str, number: int) -> str:
    return f"{key}>{number}"


def _shape(graph: Graph, routes: Mapping[Step, tuple[str, ...]]) -> _Shape:
    lanes: dict[int, dict[str, _Stop]] = defaultdict(dict)
    for route in routes.values():
        for key in route[1:-1]:
            lanes[int(key.rpartition(">")[2])][key] = _Stop(key, LANE, route[0])
    columns, starts, widths, x = [], [], [], float(MARGIN)
    for number, column in enumerate(graph.columns):
        stops = (_Stop(node.key, HIGH) for node in column.nodes)
        columns.append((*stops, *lanes[number].values()))
        widths.append(float(WIDTHS.get(column.nodes[0].kind, WIDTH)))
        starts.append(x)
        x += widths[-1] + GAP
    return _Shape(tuple(columns), tuple(starts), tuple(widths))


def _placed(columns: Sequence[Sequence[_Stop]], steps: Iterable[Step]) -> tuple[dict[str, float], float]:
    """Return the upper edge of each stop, and the height of all; the last column is stacked as it is."""
    onward: dict[str, list[str]] = defaultdict(list)
    for one, other in steps:
        onward[one].append(other)
    height = max(_total(column) for column in columns)
    middles: dict[str, float] = {}
    tops: dict[str, float] = {}
    for column in reversed(columns):
        wanted = _wanted(column, onward, middles, height)
        for stop, top in _stacked(column, wanted, height):
            tops[stop.key], middles[stop.key] = top, top + stop.height / 2
    return {key: top + HEAD for key, top in tops.items()}, height


def _total(column: Sequence[_Stop]) -> float:
    return sum(stop.height for stop in column) + SPACE * (len(column) - 1)


def _wanted(
    column: Sequence[_Stop], onward: Mapping[str, list[str]], middles: Mapping[str, float], height: float
) -> dict[str, float]:
    """Return where the middle of each stop would best be: that of what it leads to."""
    if not middles:
        y, found = (height - _total(column)) / 2, {}
        for stop in column:
            found[stop.key] = y + stop.height / 2
            y += stop.height + SPACE
        return found
    return {
        stop.key: sum(middles[key] for key in onward[stop.key]) / len(onward[stop.key])
        if onward.get(stop.key)
        else height / 2
        for stop in column
    }


def _stacked(
    column: Sequence[_Stop], wanted: Mapping[str, float], height: float
) -> list[tuple[_Stop, float]]:
    """Return the stops in the order of where they want to be, none over another, all within the height."""
    order = sorted(column, key=lambda stop: wanted[stop.key])
    tops, free = [], 0.0
    for stop in order:
        free = max(free, wanted[stop.key] - stop.height / 2)
        tops.append(free)
        free += stop.height + SPACE
    limit = height
    for number in reversed(range(len(order))):
        tops[number] = min(tops[number], limit - order[number].height)
        limit = tops[number] - SPACE
    return list(zip(order, tops, strict=True))


def _boxes(graph: Graph, shape: _Shape, tops: Mapping[str, float], names: Mapping[str, str]) -> Iterable[Box]:
    for column, x, width in zip(graph.columns, shape.starts, shape.widths, strict=True):
        for node in sorted(column.nodes, key=lambda node: tops[node.key]):
            room = width - 24
            label, note = cut(node.label, room / LETTER), cut(node.note, room / SMALL)
            yield Box(node, names[node.key], round(x), round(tops[node.key]), round(width), label, note)


def cut(text: str, letters: float) -> str:
    """Return the text, shortened to the room of so many letters of usual width."""
    taken = 0.0
    for number, letter in enumerate(text):
        taken += breadth(letter)
        if taken > letters:
            return text[: max(number - 1, 1)].rstrip() + "…"
    return text


def _lines(
    graph: Graph,
    shape: _Shape,
    routes: Mapping[Step, tuple[str, ...]],
    tops: Mapping[str, float],
    names: Mapping[str, str],
) -> Iterable[Line]:
    works: dict[Step, bool] = {}
    through: dict[Step, set[str]] = defaultdict(set)
    for path in graph.paths:
        for step in pairwise(path.nodes):
            works[step] = works.get(step, False) or path.works
            through[step].update(path.nodes)
    edges = {
        stop.key: (start, tops[stop.key] + stop.height / 2, start + width)
        for column, start, width in zip(shape.stops, shape.starts, shape.widths, strict=True)
        for stop in column
    }
    order = {key: number for number, key in enumerate(names)}
    # What works lies over what doesn't.
    for step in sorted(routes, key=lambda step: works[step]):
        yield Line(
            _curve([edges[key] for key in routes[step]]),
            works[step],
            " ".join(names[key] for key in step),
            " ".join(names[key] for key in sorted(through[step], key=order.__getitem__)),
        )


def _curve(stops: Sequence[tuple[float, float, float]]) -> str:
    """Return a path from the right edge of the first stop to the left edge of the last, along the lanes."""
    parts = [f"M{stops[0][2]:g} {stops[0][1]:.1f}"]
    for (_left, y, right), (left, other, end) in pairwise(stops):
        bend = (left - right) / 2
        parts.append(f"C{right + bend:g} {y:.1f} {left - bend:g} {other:.1f} {left:g} {other:.1f}")
        parts.append(f"H{end:g}")
    return "".join(parts[:-1])


def _lane_words(graph: Graph, shape: _Shape, tops: Mapping[str, float]) -> Iterable[Word]:
    """Name the lane of what the first node gives without a node in between."""
    first = {node.key for node in graph.columns[0].nodes}
    if graph.direct and len(shape.stops) > 1:
        for stop in shape.stops[1]:
            if stop.lane_of in first:
                yield Word(graph.direct, round(shape.starts[1]) + 12, round(tops[stop.key]) + 5)
