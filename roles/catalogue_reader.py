"""The typed reading of a data file, table by table: what is wrong in it is refused, with its place.

It knows nothing of the catalogue itself; `roles.catalogue` asks it for the values it needs.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import TypeVar

KEY = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

T = TypeVar("T")


class CatalogueError(Exception):
    """The data file is wrong: `place` says where, `reason` says why."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason


class Table:
    """One table of the file, of which every value is taken once by name; `done` refuses what is left over."""

    def __init__(self, values: object, place: str) -> None:
        if not isinstance(values, dict):
            raise CatalogueError(place, "must be a table")
        self.place = place
        self._left: dict[str, object] = dict(values)

    def at(self, key: str) -> str:
        """Where the value `key` of this table stands."""
        return f"{self.place}.{key}" if self.place else key

    def refuse(self, key: str, reason: str) -> CatalogueError:
        """The error that says what is wrong with the value `key`, for the caller to raise."""
        return CatalogueError(self.at(key), reason)

    def text(self, key: str, default: str | None = None) -> str:
        """The text under `key`; without a default it must be there, and it may never be empty."""
        value = self._take(key, str, "a text", default)
        if value == "" and default != "":
            raise self.refuse(key, "must not be empty")
        return value

    def flag(self, key: str) -> bool:
        """The true or false under `key`; false if it isn't there."""
        return self._take(key, bool, "true or false", default=False)

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """The list of different texts under `key`."""
        values = self._take(key, list, "a list of texts", list(default))
        if not all(isinstance(value, str) and value for value in values):
            raise self.refuse(key, "must be a list of texts")
        if len(set(values)) != len(values):
            raise self.refuse(key, "names something twice")
        return tuple(values)

    def table(self, key: str) -> "Table":
        """The table under `key`, which must be there."""
        return Table(self._take(key, dict, "a table", None), self.at(key))

    def optional(self, key: str) -> "Table":
        """The table under `key`, an empty one if it isn't there."""
        return Table(self._take(key, dict, "a table", {}), self.at(key))

    def tables(self) -> Iterator[tuple[str, "Table"]]:
        """Every table in this one with its key, whose spelling is checked."""
        for key in list(self._left):
            if not KEY.fullmatch(key):
                raise self.refuse(key, "a key is lower-case words joined by single underscores")
            yield key, self.table(key)

    def done(self) -> None:
        """Refuses the first value that nobody asked for."""
        for key in self._left:
            raise self.refuse(key, "is not known here")

    def _take(self, key: str, kind: type[T], expected: str, default: T | None) -> T:
        value = self._left.pop(key, default)
        if value is None:
            raise self.refuse(key, "is missing")
        if not isinstance(value, kind):
            raise self.refuse(key, f"must be {expected}")
        return value


def circle(requires: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The keys along one circle of requirements, its first key again at the end; empty if there is none."""
    finished: set[str] = set()
    for start in requires:
        found = _circle_from(start, requires, (), finished)
        if found:
            return found
    return ()


def _circle_from(
    key: str, requires: Mapping[str, tuple[str, ...]], path: tuple[str, ...], finished: set[str]
) -> tuple[str, ...]:
    if key in path:
        return (*path[path.index(key) :], key)
    if key in finished:
        return ()
    for needed in requires[key]:
        found = _circle_from(needed, requires, (*path, key), finished)
        if found:
            return found
    finished.add(key)
    return ()


def closure(key: str, requires: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """All that `key` requires, directly or not, the nearest first and each once. There must be no circle."""
    needed = list(requires[key])
    for step in needed:  # grows while it is walked
        needed.extend(further for further in requires[step] if further not in needed)
    return tuple(needed)


def fingerprint(data: Mapping[str, object]) -> str:
    """The hash of a file's content, however it is laid out."""
    canonical = json.dumps(data, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
