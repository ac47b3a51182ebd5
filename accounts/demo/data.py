"""What the demo's files say, as typed values: one folder for each shape of an organisation."""

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
# What --shape offers, each in the folder of the same name; the first is the default.
SHAPES = ("company", "parent-child", "site", "admin-unit")
ROOT = "root"


@dataclass(frozen=True, slots=True)
class Persona:
    """One of those to sign in as."""

    email: str
    role: str
    what: str


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit below the one called `parent`, with features of its own."""

    key: str
    label: str
    parent: str = ROOT
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A role: empty or a copy at first, then rules (actions by target) and named permissions."""

    name: str
    label: str
    help: str
    copied_from: str = ""
    rules: Mapping[str, list[str]] = field(default_factory=dict)
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group with its roles and levels."""

    name: str
    label: str
    help: str
    unit: str = ROOT
    roles: tuple[str, ...] = ()
    levels: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ItemLine:
    """A single thing of a resource, registered so many days ago and handed to its managers."""

    name: str
    unit: str
    days: int
    by: str
    managers: tuple[str, ...] = ()
    resource: str = "events"


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody of the staff.

    Joined = days ago; seen = hours since the last sign-in; resent = days until a second invitation. State is
    how life went on: active, pending, expired, unsent, cancelled, revived (cancelled, then reactivated),
    disabled, returned (disabled, then reactivated), locked, removed, readded.

    Made in the unit `home` by `by`, or by one of the administrators. `units` are those to enter: "alone",
    "below" (with all below) or "own" (with that unit's own rights only); without it, home alone. `levels`
    and `own` (single permissions) are rights of one's own at home, `own_in` the latter by unit, `matrix` the
    level of the role matrix by unit. `owns` names the organisation that the person owns from the start.
    """

    email: str
    first: str
    last: str
    joined: int
    state: str = "active"
    seen: int | None = None
    resent: int | None = None
    phone: str = ""
    mails: bool = False
    home: str = ROOT
    by: str = ""
    owns: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    levels: Mapping[str, int] | None = None
    own: tuple[str, ...] = ()
    own_in: Mapping[str, list[str]] = field(default_factory=dict)
    matrix: Mapping[str, str] = field(default_factory=dict)

    @property
    def local(self) -> str:
        """The address as far as the @, by which the files name people."""
        return self.email.partition("@")[0]


@dataclass(frozen=True, slots=True)
class Happening:
    """Something between people, so many days ago: who did which deed (happenings.py) with what."""

    days: int
    do: str
    by: str
    refused: bool
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Organisation:
    """Everything in the two files of a shape. The first person owns the organisation."""

    shape: str
    name: str
    features: tuple[str, ...]
    limits: Mapping[str, int]
    administrators: tuple[str, ...]
    personas: tuple[Persona, ...]
    others: Mapping[str, str]
    units: tuple[UnitLine, ...]
    roles: tuple[RoleLine, ...]
    groups: tuple[GroupLine, ...]
    items: tuple[ItemLine, ...]
    happenings: tuple[Happening, ...]
    people: tuple[PersonLine, ...]

    @property
    def owner(self) -> PersonLine:
        """Who owned it from the start."""
        return self.people[0]


@cache
def organisation(shape: str) -> Organisation:
    """Return the demo's organisation of the shape."""
    data = _read(shape, "organisation.toml")
    return Organisation(
        shape=shape,
        name=data["name"],
        features=tuple(data["features"]),
        limits=data.get("limits", {}),
        administrators=tuple(data["administrators"]),
        personas=tuple(_persona(persona, data["domain"]) for persona in data["personas"]),
        others=data.get("others", {}),
        units=tuple(UnitLine(key=key, **_tuples(unit)) for key, unit in data.get("units", {}).items()),
        roles=tuple(RoleLine(name=name, **_tuples(role)) for name, role in data.get("roles", {}).items()),
        groups=tuple(
            GroupLine(name=name, **_tuples(group)) for name, group in data.get("groups", {}).items()
        ),
        items=tuple(ItemLine(**_tuples(item)) for item in data.get("items", ())),
        happenings=tuple(_happening(each) for each in data["happenings"]),
        people=tuple(_person(person, data["domain"]) for person in _read(shape, "people.toml")["people"]),
    )


def _read(shape: str, name: str) -> dict[str, Any]:
    path = HERE / shape.replace("-", "_") / name
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _persona(persona: dict[str, str], domain: str) -> Persona:
    return Persona(email=f"{persona.pop('who')}@{domain}", **persona)


def _happening(each: dict[str, Any]) -> Happening:
    days, do, by = each.pop("days"), each.pop("do"), each.pop("by")
    return Happening(days, do, by, each.pop("refused", False), each)


def _person(person: dict[str, Any], domain: str) -> PersonLine:
    local = person.pop("email", "") or local_part(f"{person['first']}.{person['last']}")
    person = {"units": _units_of(person), **person}
    return PersonLine(email=f"{local}@{domain}", **_tuples(person))


def _units_of(person: dict[str, Any]) -> dict[str, str]:
    """Return the units in which the role matrix has the person: they are those to enter."""
    if "home" in person:
        return {}
    return {unit: "below" if unit == ROOT else "alone" for unit in person.get("matrix", {})}


def _tuples(table: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in table.items()}


def local_part(name: str) -> str:
    """Return the name as it stands before the @: without accents, spaces and signs."""
    plain = unicodedata.normalize("NFD", name.lower())
    return "".join(letter for letter in plain if letter.isascii() and (letter.isalnum() or letter in ".-"))
