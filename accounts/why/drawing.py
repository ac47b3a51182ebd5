"""The sources of a right as a drawing: person → group → role → permission. Geometry only; CSS draws it.

Two drawings of the same: from left to right where there is room, from top to bottom on a phone. Each kind of
box is named in it, so that no colour is needed; the sentences beside it say the same in words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from textwrap import wrap

from django.utils.translation import gettext as _

from adminrights.text import breadth

MOST = 8
LETTERS, LINES = 17, 2  # of usual width, in a box of the usual width
WIDE, HIGH, GAP_X, GAP_Y = 158, 66, 38, 14
NARROW, INDENT, STEP = 300, 26, 24


@dataclass(frozen=True, slots=True)
class Box:
    """A box with its kind and its name, cut to fit; `title` is the whole name."""

    kind: str
    caption: str
    title: str
    lines: tuple[tuple[int, str], ...]
    x: int
    y: int
    width: int
    height: int = HIGH

    @property
    def left(self) -> int:
        return self.x + 12

    @property
    def top(self) -> int:
        return self.y + 19

    @property
    def middle(self) -> int:
        return self.y + self.height // 2


@dataclass(frozen=True, slots=True)
class Picture:
    """Boxes and the arrows between them, as paths."""

    key: str
    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[str, ...]
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """The same sources, wide and narrow; `left_out` are those for which there is no room."""

    wide: Picture
    narrow: Picture
    title: str
    left_out: int = 0


Chain = Sequence[tuple[str, str]]


def draw(person: str, permission: str, chains: Sequence[Chain], *, effective: bool) -> Drawing:
    """Return the drawing of the chains between the person and the permission.

    An arrow that has no effect is broken.
    """
    shown = list(chains[:MOST])
    title = _("How %(person)s comes to: %(right)s") % {"person": person, "right": permission}
    return Drawing(
        _wide(person, permission, shown, effective=effective),
        _narrow(person, permission, shown, effective=effective),
        title,
        len(chains) - len(shown),
    )


def captions() -> dict[str, str]:
    """Return what each kind of box is called."""
    return {
        "person": _("Person"),
        "group": _("Group"),
        "role": _("Role"),
        "grant": _("Own right"),
        "owner": _("Owner"),
        "permission": _("Permission"),
    }


def _box(kind: str, name: str, x: int, y: int, width: int) -> Box:
    # What has broad letters has room for fewer.
    letters = max(4, int(LETTERS * width / WIDE * len(name) / max(breadth(name), len(name))))
    lines = wrap(name, letters, max_lines=LINES, placeholder="…") or [name[:letters]]
    placed = tuple((y + 37 + 17 * number, line) for number, line in enumerate(lines))
    return Box(kind, captions()[kind], name, placed, x, y, width)


def _wide(person: str, permission: str, chains: Sequence[Chain], *, effective: bool) -> Picture:
    step = WIDE + GAP_X
    height = len(chains) * (HIGH + GAP_Y) - GAP_Y
    centre = (height - HIGH) // 2
    first, last = (
        _box("person", person, 1, centre, WIDE),
        _box("permission", permission, 3 * step + 1, centre, WIDE),
    )
    boxes, arrows, ends = [first], [], []
    for row, chain in enumerate(chains):
        y = row * (HIGH + GAP_Y)
        width = WIDE if len(chain) > 1 else WIDE + step
        drawn = [_box(kind, name, step * (n + 1) + 1, y, width) for n, (kind, name) in enumerate(chain)]
        boxes += drawn
        arrows.append(_elbow(first, drawn[0]))
        arrows += [_elbow(one, other) for one, other in pairwise(drawn)]
        ends.append(_elbow(drawn[-1], last))
    whole, broken = (tuple(ends), ()) if effective else ((), tuple(ends))
    return Picture("wide", 3 * step + WIDE + 2, height, (*boxes, last), (*arrows, *whole), broken)


def _elbow(one: Box, other: Box) -> str:
    start, end = one.x + one.width, other.x - 2
    middle = (start + end) // 2
    return f"M{start} {one.middle}H{middle}V{other.middle}H{end}"


def _narrow(person: str, permission: str, chains: Sequence[Chain], *, effective: bool) -> Picture:
    """Draw downwards: a rail at the left leads from the person to each chain, one at the right to the end."""
    first = _box("person", person, 1, 0, NARROW)
    boxes, arrows, ends = [first], [], []
    y = HIGH + STEP
    for chain in chains:
        drawn = list(_downwards(chain, y))
        y = drawn[-1].y + HIGH + STEP
        boxes += drawn
        arrows.append(f"M12 {HIGH}V{drawn[0].middle}H{INDENT - 2}")
        arrows += [f"M{b.x + 40} {a.y + HIGH}V{b.y - 2}" for a, b in pairwise(drawn)]
        ends.append((drawn[-1].x + drawn[-1].width, drawn[-1].middle))
    last = _box("permission", permission, 1, y, NARROW)
    paths = tuple(f"M{x} {middle}H{NARROW - 12}V{y - 2}" for x, middle in ends)
    whole, broken = (paths, ()) if effective else ((), paths)
    return Picture("narrow", NARROW + 2, y + HIGH, (*boxes, last), (*arrows, *whole), broken)


def _downwards(chain: Chain, y: int) -> Iterator[Box]:
    for number, (kind, name) in enumerate(chain):
        yield _box(kind, name, INDENT, y + number * (HIGH + STEP), NARROW - 2 * INDENT)
