"""What an access map says, before it is drawn: nodes in columns, and paths of rights through them. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Node:
    """A person, group, role or module. `url` is empty where the reader may not open it."""

    key: str
    kind: str
    label: str
    note: str = ""
    url: str = ""
    works: bool = True


@dataclass(frozen=True, slots=True)
class Column:
    """Nodes of one kind under a heading; `more` says in words that the rest is elsewhere, at `more_url`."""

    head: str
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """One way on which rights come: the keys of its nodes from left to right; a column may be passed over."""

    nodes: tuple[str, ...]
    works: bool = True


@dataclass(frozen=True, slots=True)
class Graph:
    """The whole map. What begins the path without a node in between is told by `direct`."""

    columns: tuple[Column, ...]
    paths: tuple[Path, ...]
    direct: str = ""

    def nodes(self) -> dict[str, Node]:
        """Return the nodes by key."""
        return {node.key: node for column in self.columns for node in column.nodes}


@dataclass(frozen=True, slots=True)
class Branch:
    """A node of the map as a line of the list, with what follows it."""

    node: Node
    works: bool
    branches: tuple["Branch", ...]


def joined(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return each path once; it works if anything on it does."""
    found: dict[tuple[str, ...], bool] = {}
    for path in paths:
        found[path.nodes] = found.get(path.nodes, False) or path.works
    return tuple(Path(nodes, works) for nodes, works in found.items())


def judged(graph: Graph, idle: str) -> Graph:
    """Return the map with its nodes told apart: through some comes nothing that works, which `idle` says."""
    working = {key for path in graph.paths if path.works for key in path.nodes}
    columns = (
        replace(column, nodes=tuple(_judged(node, working, idle) for node in column.nodes))
        for column in graph.columns
    )
    return replace(graph, columns=tuple(columns))


def _judged(node: Node, working: set[str], idle: str) -> Node:
    if node.key in working:
        return node
    note = " · ".join(filter(None, (idle, node.note)))
    return replace(node, works=False, note=note)


def branches(nodes: Mapping[str, Node], paths: Sequence[Path], depth: int = 0) -> tuple[Branch, ...]:
    """Return the paths as nested lists, in the order of the nodes."""
    there: dict[str, list[Path]] = {}
    for path in paths:
        if len(path.nodes) > depth:
            there.setdefault(path.nodes[depth], []).append(path)
    return tuple(
        Branch(node, any(path.works for path in there[key]), branches(nodes, there[key], depth + 1))
        for key, node in nodes.items()
        if key in there
    )


def folded(graph: Graph, most: int, more: Mapping[int, Node]) -> Graph:
    """Return the map with at most so many nodes in a column: the rest is one node, given for each number.

    `more` has, for each column that is too long, the node that stands for what is left out.
    """
    instead: dict[str, str] = {}
    columns = []
    for number, column in enumerate(graph.columns):
        if number in more:
            kept, rest = column.nodes[:most], column.nodes[most:]
            instead |= {node.key: more[number].key for node in rest}
            column = replace(column, nodes=(*kept, more[number]))  # noqa: PLW2901
        columns.append(column)
    paths = (Path(tuple(instead.get(key, key) for key in path.nodes), path.works) for path in graph.paths)
    return Graph(tuple(columns), joined(paths), graph.direct)


def too_long(graph: Graph, most: int) -> Iterator[tuple[int, int]]:
    """Yield the numbers of the columns that are too long, each with how many nodes are too many.

    One more than fits is drawn: its place is that of the node which would stand for it.
    """
    for number, column in enumerate(graph.columns):
        if len(column.nodes) > most + 1:
            yield number, len(column.nodes) - most
