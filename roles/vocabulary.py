"""The words of the catalogue: levels, actions, features, permissions, resources, modules. Pure."""

from dataclasses import dataclass
from enum import IntEnum

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
        """The level's name in English, for the interface to translate."""
        return LEVEL_LABELS[self]


LEVEL_LABELS = {Level.READ: "Read", Level.WRITE: "Read & Write", Level.PUBLISH: "Approve & Publish"}
LEVEL_NAMES = {level.name.lower(): level for level in Level}


class UnknownPermission(LookupError):
    """The key names no permission of the catalogue, and no action that a module offers."""


class LevelNotOffered(LookupError):
    """There is no such module, or it has no such level (S0-36)."""


@dataclass(frozen=True, slots=True)
class Action:
    """What can be done to a resource, with the words that its permissions have unless they have their own."""

    key: str
    label: str
    level: Level
    permission: str
    help: str
    caution: str


@dataclass(frozen=True, slots=True)
class Feature:
    """What a unit may have or lack; a computed one follows from the facts and is never switched."""

    key: str
    label: str
    help: str
    computed: bool


@dataclass(frozen=True, slots=True)
class Permission:
    """One action on one resource, the smallest thing that somebody may be allowed to do."""

    key: str
    module: str
    resource: str
    action: str
    label: str
    help: str
    level: Level
    requires: tuple[str, ...]
    feature: str | None
    caution: str
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of thing in a module, with the permissions it offers in the order of the actions."""

    key: str
    module: str
    label: str
    help: str
    permissions: tuple[Permission, ...]


@dataclass(frozen=True, slots=True)
class Module:
    """A part of the product that rights are given for; `group` is its area in the navigation."""

    key: str
    label: str
    help: str
    group: str
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
