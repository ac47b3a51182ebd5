"""The policy as one document of plain values: what a file declares, and what the database holds.

Everything is named as people name it: units by their path of names, roles and groups by their short name,
people by address. Numbers of the database never appear, so a document means the same everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from accounts.addresses import canonical

FORMAT = 1
ROOT = "/"
BUILT_IN = "built-in:"


class Term(NamedTuple):
    """How something listed holds: from when, if that is still to come, until when, and how access reaches."""

    start: datetime | None = None
    until: datetime | None = None
    below: bool = False
    own_rights_only: bool = False


ALWAYS = Term()
# What is listed, in the words of the file, and how it holds.
Entries = Mapping[str, Term]


class Section(NamedTuple):
    """A kind of part: what names one, what else is said of it, and what it lists.

    Of what names one, the `optional` may be missing, and the `numbers` are written as such.
    """

    name: str
    key: tuple[str, ...]
    fields: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    def identity(self, key: tuple[str, ...]) -> str:
        """Return what no other part may be called; two spellings of an address are one person."""
        return canonical(key[0]) if self.key == ("email",) else " in ".join(key)


UNITS = Section("unit", ("unit",), lists=("features",))
ROLES = Section("role", ("name",), ("display_name", "description"), ("permissions",))
GROUPS = Section("group", ("name", "unit"), ("display_name", "description", "matrix_role"), ("roles",))
PEOPLE = Section(
    "person", ("email",), ("first_name", "last_name"), ("access", "groups", "levels", "permissions")
)
# What each kind of access rule says beside its permission.
RULE_KINDS: Mapping[str, tuple[str, ...]] = {
    "both": ("and",),
    "nobody": (),
    "group": ("group",),
    "unit": ("inside",),
    "least": ("least",),
}
RULE_PARTS = ("and", "group", "inside", "least")
RULES = Section("rule", ("kind", "permission", *RULE_PARTS, "unit"), optional=RULE_PARTS, numbers=("least",))
SECTIONS = (UNITS, ROLES, GROUPS, PEOPLE, RULES)
# What a file may leave out, and then leaves alone.
ALONE = (RULES,)


@dataclass(frozen=True, slots=True)
class Part:
    """One unit, role, group or person."""

    key: tuple[str, ...]
    fields: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, Entries] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What it is called, such as "care_team in /Leeds"."""
        return rule_label(self.key) if len(self.key) == len(RULES.key) else " in ".join(self.key)

    @property
    def order(self) -> tuple[object, ...]:
        """Where it stands among its like: the unit first, and a unit before those below it."""
        paths = (split_path(each) if each.startswith(ROOT) else () for each in reversed(self.key))
        return tuple(zip(paths, reversed(self.key), strict=True))


def rule_label(key: tuple[str, ...]) -> str:
    """Return what a rule says: "nobody may contacts:export in /"."""
    kind, permission, second, group, inside, least, unit = key
    says = {
        "both": f"nobody may both {permission} and {second}",
        "nobody": f"nobody may {permission}",
        "group": f"nobody outside the group {group} may {permission}",
        "unit": f"nobody outside of {inside} may {permission}",
        "least": f"at least {least} can {permission}",
    }
    return placed(says.get(kind, kind), unit)


Parts = Mapping[str, Part]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole policy: the parts of each section by what identifies them."""

    organisation: str
    people: bool
    parts: Mapping[str, Parts]

    def of(self, section: Section) -> Parts:
        """Return the section's parts; none where it has none."""
        return self.parts.get(section.name, {})

    def at(self, moment: datetime) -> "Document":
        """Return it as it counts at a moment: what has run out is left out, what has begun simply holds."""
        parts = {
            section: {key: _part_at(part, moment) for key, part in some.items()}
            for section, some in self.parts.items()
        }
        return replace(self, parts=parts)


def _part_at(part: Part, moment: datetime) -> Part:
    lists = {
        name: {
            what: term._replace(start=term.start if term.start and term.start > moment else None)
            for what, term in entries.items()
            if term.until is None or term.until > moment
        }
        for name, entries in part.lists.items()
    }
    return replace(part, lists=lists)


def path_of(names: tuple[str, ...]) -> str:
    """Return a unit's path by the names from below the organisation: "/North/Leeds", "/" for itself."""
    return ROOT + ROOT.join(name.replace("\\", "\\\\").replace(ROOT, "\\/") for name in names)


def split_path(path: str) -> tuple[str, ...]:
    """Return the names that a path is made of; a backslash makes the next character a part of its name."""
    names, part, escaped = [], "", False
    for character in path[1:]:
        if not escaped and character in "\\/":
            escaped = character == "\\"
            if not escaped:
                names.append(part)
                part = ""
            continue
        part, escaped = part + character, False
    return (*names, part) if names or part else ()


def placed(what: str, path: str) -> str:
    """Return how a list names something in a unit: "care_team in /Leeds"."""
    return f"{what} in {path}"


def split_placed(text: str) -> tuple[str, str]:
    """Return what is named and the path of its unit; both empty for a text of another form."""
    what, between, path = text.partition(" in ")
    return (what, path) if between else ("", "")
