"""Named permissions: several permissions under one name, with requirements of their own (C-12).

Pure, like the catalogue, whose file `named.toml` they come from. Beside the four ways in `catalogue.py` a
right may be the key of one, such as "contacts.export".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from roles.catalogue_reader import CatalogueError, Table, circle
from roles.vocabulary import Worded, Words


@dataclass(frozen=True, slots=True)
class Part:
    """Permissions that have effect only with all of the named ones in `requires`."""

    gives: tuple[str, ...]
    requires: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NamedPermission(Worded):
    """A yes or no about one thing that people know by name; `row` is the behaviour that states it."""

    key: str
    english: Words
    row: str
    parts: tuple[Part, ...]

    @property
    def gives(self) -> tuple[str, ...]:
        """Every permission that it gives, in the order of the file."""
        return tuple(dict.fromkeys(key for part in self.parts for key in part.gives))

    @property
    def requires(self) -> tuple[str, ...]:
        """The named permissions without which none of it has effect."""
        return self.parts[0].requires


Demands = Mapping[str, Mapping[str, frozenset[str]]]
"""By right, by permission: what else must be in effect for the permission to take effect from this right."""


def read_named(tables: Table, permissions: Mapping[str, object]) -> Mapping[str, NamedPermission]:
    """Return the named permissions by key. Raises CatalogueError."""
    named = {found.key: found for found in _each(tables)}
    for each in named.values():
        _check(each, named, permissions)
    found = circle({key: each.requires for key, each in named.items()})
    if found:
        raise CatalogueError(f"named.{found[0]}.requires", f"goes round in a circle: {' > '.join(found)}")
    return MappingProxyType(named)


def _each(tables: Table) -> Iterator[NamedPermission]:
    for space, group in tables.tables():
        for name, table in group.tables():
            yield _named(f"{space}.{name}", table)
        group.done()


def _named(key: str, table: Table) -> NamedPermission:
    whole = _part(table)
    parts = [_whole_part(part) for _name, part in table.optional("parts").tables()]
    inherited = [Part(part.gives, (*whole.requires, *part.requires)) for part in parts]
    named = NamedPermission(
        key=key,
        english=Words(table.text("label"), table.text("help"), table.text("caution", ""), table.text("area")),
        row=table.text("row"),
        parts=(whole, *inherited),
    )
    table.done()
    return named


def _whole_part(table: Table) -> Part:
    part = _part(table)
    table.done()
    return part


def _part(table: Table) -> Part:
    gives = table.texts("gives")
    if not gives:
        raise table.refuse("gives", "names nothing")
    return Part(gives, table.texts("requires"))


def _check(
    each: NamedPermission, named: Mapping[str, NamedPermission], permissions: Mapping[str, object]
) -> None:
    for part in each.parts:
        for key in part.gives:
            if key not in permissions:
                raise CatalogueError(f"named.{each.key}.gives", f"there is no permission {key!r}")
        for key in part.requires:
            if key not in named:
                raise CatalogueError(f"named.{each.key}.requires", f"there is no named permission {key!r}")


def demands_of(named: Mapping[str, NamedPermission]) -> Demands:
    """Return what each named permission demands for what it gives; those that demand nothing are left out."""
    found = {}
    for key, each in named.items():
        own = {gives: need for part in each.parts for gives in part.gives if (need := _need(part, named))}
        if own:
            found[key] = MappingProxyType(own)
    return MappingProxyType(found)


def _need(part: Part, named: Mapping[str, NamedPermission]) -> frozenset[str]:
    return frozenset(key for required in part.requires for key in named[required].gives)
