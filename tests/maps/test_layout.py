"""Where nodes and lines stand: nothing over another, every line from edge to edge, the rest folded."""

import re
from itertools import combinations, pairwise

from accounts.maps.graph import Branch, Column, Graph, Node, Path, branches, folded, judged, too_long
from accounts.maps.layout import Drawing, cut, draw


def a_graph(groups: int, modules: int) -> Graph:
    """Everybody's way leads through a group and a role; one is given directly, one by a group alone."""
    columns = (
        Column("Person", (Node("p", "person", "Ann"),)),
        Column("Groups", tuple(Node(f"g{n}", "group", f"Group {n}") for n in range(groups))),
        Column("Roles", tuple(Node(f"r{n}", "role", f"Role {n}") for n in range(groups))),
        Column("Modules", tuple(Node(f"m{n}", "module", f"Module {n}", "Read") for n in range(modules))),
    )
    ways = [Path(("p", f"g{n}", f"r{n}", f"m{n % modules}")) for n in range(groups)]
    return Graph(columns, (*ways, Path(("p", "m0")), Path(("p", "g0", "m1"), works=False)), "given directly")


def ends(drawing: Drawing) -> set[tuple[str, str]]:
    """The labels of the nodes that each line joins, by what it touches."""
    right = {(box.x + box.width, box.y + box.height // 2): box.label for box in drawing.boxes}
    left = {(box.x, box.y + box.height // 2): box.label for box in drawing.boxes}
    found = set()
    for line in drawing.lines:
        numbers = [float(number) for number in re.findall(r"[\d.]+", line.path)]
        start, end = (numbers[0], numbers[1]), (numbers[-2], numbers[-1])
        one, other = (min(there, key=lambda at: abs(at[0] - x) + abs(at[1] - y)) for there, (x, y) in
                      ((right, start), (left, end)))  # fmt: skip
        assert max(abs(one[0] - start[0]), abs(one[1] - start[1])) <= 1
        assert max(abs(other[0] - end[0]), abs(other[1] - end[1])) <= 1
        found.add((right[one], left[other]))
    return found


def test_no_box_covers_another_and_all_are_inside() -> None:
    drawing = draw(a_graph(9, 4))

    for one, other in combinations(drawing.boxes, 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert beside or one.y + one.height <= other.y or other.y + other.height <= one.y
    assert all(box.x + box.width <= drawing.width for box in drawing.boxes)
    assert all(box.y >= 0 and box.y + box.height <= drawing.height for box in drawing.boxes)


def test_every_line_joins_what_the_paths_say() -> None:
    drawing = draw(a_graph(3, 3))

    chains = {pair for n in range(3) for pair in (("Ann", f"Group {n}"), (f"Group {n}", f"Role {n}"))}
    chains |= {(f"Role {n}", f"Module {n}") for n in range(3)}
    assert ends(drawing) == chains | {("Ann", "Module 0"), ("Group 0", "Module 1")}
    assert [line.works for line in drawing.lines].count(False) == 1
    assert [word.text for word in drawing.lanes] == ["given directly"]


def test_the_lines_through_a_node_are_those_of_its_own_ways() -> None:
    drawing = draw(a_graph(2, 2))

    names = {box.label: box.name for box in drawing.boxes}
    through = [line.ends for line in drawing.lines if names["Role 1"] in line.through.split()]
    way = [names[label] for label in ("Ann", "Group 1", "Role 1", "Module 1")]
    assert sorted(through) == sorted(f"{one} {other}" for one, other in pairwise(way))


def test_a_column_without_nodes_takes_no_room() -> None:
    column = Column("Modules", (Node("m", "module", "Customers"),))
    graph = Graph(
        (Column("Person", (Node("p", "person", "Ann"),)), Column("Groups", ()), column), (Path(("p", "m")),)
    )

    assert [head.text for head in draw(graph).heads] == ["Person", "Modules"]


def test_too_many_nodes_are_folded_into_one_and_the_list_has_them_all() -> None:
    graph = a_graph(12, 3)

    assert dict(too_long(graph, 5)) == {1: 7, 2: 7}
    assert dict(too_long(graph, 11)) == {}
    short = folded(graph, 5, {1: Node("more", "more", "and 7 more"), 2: Node("rest", "more", "and 7 more")})

    assert [len(column.nodes) for column in short.columns] == [1, 6, 6, 3]
    assert Path(("p", "more", "rest", "m2")) in short.paths
    assert ("and 7 more", "Module 2") in ends(draw(short))
    (person,) = branches(graph.nodes(), graph.paths)
    assert len(person.branches) == 12 + 1


def test_what_gives_nothing_says_so_and_a_way_beside_it_still_works() -> None:
    people = (Node("p", "person", "Ann"), Node("g", "group", "G"), Node("h", "group", "H", "in X"))
    columns = (Column("", people), Column("", (Node("m", "module", "M"),)))
    paths = (Path(("p", "g", "m")), Path(("p", "h", "m"), works=False))

    graph = judged(Graph(columns, paths), "Without effect")

    nodes = graph.nodes()
    assert (nodes["h"].works, nodes["h"].note) == (False, "Without effect · in X")
    assert nodes["g"].works
    assert nodes["m"].works
    line = Branch(nodes["m"], works=False, branches=())
    assert branches(nodes, graph.paths)[0].branches[1].branches == (line,)


def test_long_names_are_cut_to_their_room() -> None:
    assert cut("Customers", 22) == "Customers"
    assert cut("W" * 40, 22).endswith("…")
    assert len(cut("客" * 40, 20)) < len(cut("a" * 40, 20))
