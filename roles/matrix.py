"""The matrix of modules and levels (S0-30 to S0-36), for accounts and for groups. Pure: no database.

What is held beside the editable levels comes in as givers: a group of the account, another role of the
group. Their levels show as ticks that nobody can change here (C-03).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _

from adminrights.exceptions import Invalid
from roles.catalogue import Catalogue, Level, LevelNotOffered, Module, catalogue


class Giver(NamedTuple):
    """Something that gives permissions beside the levels of the matrix itself, and its name."""

    name: str
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Cell:
    """One module at one level. `own` is editable or one's own, `inherited` is neither."""

    level: int
    level_label: str
    offered: bool
    own: bool
    inherited: bool
    through: tuple[str, ...]
    partial: bool
    id: str


@dataclass(frozen=True, slots=True)
class Row:
    """A module with its three cells."""

    key: str
    label: str
    help: str
    note: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """The modules of one area of the navigation."""

    label: str
    modules: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """What partials/matrix.html draws."""

    areas: tuple[Area, ...]
    levels: tuple[str, ...]
    editable: bool


@dataclass(frozen=True, slots=True)
class _Given:
    """What the matrix shows of one holder."""

    own: Mapping[str, int]
    givers: Sequence[Giver]
    notes: Mapping[str, str]
    editable: bool


def build_matrix(
    own: Mapping[str, int],
    givers: Sequence[Giver] = (),
    *,
    notes: Mapping[str, str] | None = None,
    editable: bool = False,
) -> Matrix:
    """Return the matrix: `own` levels by module, what the givers add, a note per module."""
    given = _Given(own, givers, notes or {}, editable)
    areas: dict[str, list[Row]] = {}
    for module in catalogue().modules.values():
        areas.setdefault(module.area, []).append(_row(module, given))
    return Matrix(
        tuple(Area(label, tuple(rows)) for label, rows in areas.items()),
        tuple(level.label for level in Level),
        editable,
    )


def inherited_levels(givers: Iterable[Giver]) -> dict[str, int]:
    """Return for each module the highest level that the givers give as a whole, all of them together."""
    held = frozenset[str]().union(*(giver.permissions for giver in givers))
    found = {module.key: _highest(module, held) for module in catalogue().modules.values()}
    return {module: level for module, level in found.items() if level}


def parse_levels(
    posted: Iterable[str],
    own: Mapping[str, int],
    inherited: Mapping[str, int],
    greyed: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """Return the own levels that a posted matrix means: "module:level" for every tick (C-03).

    Only cells above the inherited level are part of the form. An own level at or below it, or at or
    below what was `greyed` when the form was drawn, stays. Raises Invalid for a tick that would change
    an inherited cell, for an unknown module and for a level that the module doesn't offer (S0-36).
    """
    greyed = greyed or {}
    kept = {module: max(inherited.get(module, 0), greyed.get(module, 0)) for module in own}
    levels = {module: level for module, level in own.items() if level <= kept[module]}
    for tick in posted:
        module, level = _read(tick, catalogue())
        if level > inherited.get(module, 0):
            levels[module] = max(level, levels.get(module, 0))
        elif level > own.get(module, 0):
            label = catalogue().modules[module].label
            raise Invalid(_("%s comes through a group. Change the group to change it.") % label)
    return levels


def levels_ticked(ticks: Iterable[str]) -> dict[str, int]:
    """Return the highest ticked level of each module; what is none is left out."""
    found: dict[str, int] = {}
    for tick in ticks:
        module, _colon, level = tick.partition(":")
        if level in {"1", "2", "3"}:
            found[module] = max(int(level), found.get(module, 0))
    return found


def _read(tick: str, known: Catalogue) -> tuple[str, int]:
    module, _colon, level = tick.partition(":")
    try:
        wanted = int(level) if level.isascii() and level.isdigit() and len(level) < 3 else 0
        known.level(module, wanted)
    except LevelNotOffered as error:
        raise Invalid(_("The module doesn't offer this level. Choose one that the table shows.")) from error
    return module, wanted


def _highest(module: Module, held: frozenset[str]) -> int:
    reached = 0
    for level in module.levels:
        if not catalogue().level(module.key, level) <= held:
            break
        reached = int(level)
    return reached


def _row(module: Module, given: _Given) -> Row:
    held = frozenset[str]().union(*(giver.permissions for giver in given.givers))
    inherited = _highest(module, held)
    return Row(
        module.key,
        module.label,
        # Who only reads the matrix knows the modules; who fills it in may not.
        module.help if given.editable else "",
        given.notes.get(module.key, ""),
        tuple(_cells(module, given, held, inherited)),
    )


def _cells(module: Module, given: _Given, held: frozenset[str], inherited: int) -> Iterator[Cell]:
    own = given.own.get(module.key, 0)
    names: list[str] = []
    for level in Level:
        tier = frozenset(p.key for p in module.permissions if p.level == level)
        # A level that adds nothing to the one below is had through the same groups.
        if tier:
            names = [giver.name for giver in given.givers if not tier.isdisjoint(giver.permissions)]
        through = list(names) if level in module.levels else []
        is_own, is_inherited = own >= level, level <= inherited
        if given.editable and is_own and is_inherited:
            # What one has twice can't be changed here: it is no field, but says both.
            is_own = False
            through.append(_("own right"))
        yield Cell(
            level=int(level),
            level_label=level.label,
            offered=level in module.levels,
            own=is_own,
            inherited=is_inherited,
            through=tuple(dict.fromkeys(through)),
            partial=not is_own and not is_inherited and not tier.isdisjoint(held),
            id=f"level-{module.key}-{int(level)}",
        )
