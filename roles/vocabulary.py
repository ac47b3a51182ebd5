"""The words of the catalogue: levels, actions, features, permissions, resources, modules.

The file has them in English; `label`, `help` and `caution` answer in the language that is active, so nobody
who shows one has to think of it. What is written down for machines is in `english`.
"""

from dataclasses import dataclass
from enum import IntEnum

from django.utils.translation import gettext

EVERYTHING = "*"
MULTI_UNIT = "multi_unit"
"""The one feature that is computed: the account may enter at least two units (S2-20)."""


class Level(IntEnum):
    """The levels of a module, each with all that the ones below it give (S0-34 to S0-36)."""

    READ = 1
    WRITE = 2
    PUBLISH = 3

    @property
    def label(self) -> str:
        """The level's name in the language of whoever reads."""
        return gettext(LEVEL_LABELS[self])


LEVEL_LABELS = {Level.READ: "Read", Level.WRITE: "Read & Write", Level.PUBLISH: "Approve & Publish"}
LEVEL_NAMES = {level.name.lower(): level for level in Level}


class UnknownPermission(LookupError):
    """The key names no permission of the catalogue, and no action that a module offers."""


class LevelNotOffered(LookupError):
    """There is no such module, or it has no such level (S0-36)."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the file says for people. `area` is where the navigation has it."""

    label: str
    help: str = ""
    caution: str = ""
    area: str = ""


class Worded:
    """What has words, read in the language that is active."""

    __slots__ = ()
    english: Words

    @property
    def label(self) -> str:
        """Its name."""
        return gettext(self.english.label)

    @property
    def help(self) -> str:
        """What it is, in a sentence."""
        return translated(self.english.help)

    @property
    def caution(self) -> str:
        """What to think of before it is given; most have none."""
        return translated(self.english.caution)

    @property
    def area(self) -> str:
        """The area of the navigation to which it belongs."""
        return translated(self.english.area)


def translated(text: str) -> str:
    """A text of the catalogue in the language that is active; nothing stays nothing."""
    return gettext(text) if text else ""


@dataclass(frozen=True, slots=True)
class Action(Worded):
    """What can be done to a resource; `permission` and `english.help` are patterns for its permissions."""

    key: str
    english: Words
    level: Level
    permission: str


@dataclass(frozen=True, slots=True)
class Feature(Worded):
    """What a unit may have or lack; a computed one follows from the facts and is never switched."""

    key: str
    english: Words
    computed: bool


@dataclass(frozen=True, slots=True)
class Permission(Worded):
    """One action on one resource, the smallest thing that somebody may be allowed to do."""

    key: str
    module: str
    resource: str
    action: str
    english: Words
    level: Level
    requires: tuple[str, ...]
    feature: str | None
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resource(Worded):
    """A kind of thing in a module, with the permissions it offers in the order of the actions."""

    key: str
    module: str
    english: Words
    permissions: tuple[Permission, ...]


@dataclass(frozen=True, slots=True)
class Module(Worded):
    """A part of the product that rights are given for."""

    key: str
    english: Words
    resources: tuple[Resource, ...]
    levels: tuple[Level, ...]

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """All permissions of the module, resource by resource."""
        return tuple(permission for resource in self.resources for permission in resource.permissions)


def level_right(module: str, level: int) -> str:
    """How a level of a module is written as a right, such as "customers@2"."""
    return f"{module}@{int(level)}"


def wide_key(module: str, action: str) -> str:
    """How an action on a whole module is written, such as "campaigns.*:list"."""
    return f"{module}.*:{action}"
