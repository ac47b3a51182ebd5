"""The system roles of the catalogue's file: ready-made roles that can be used and copied, never changed.

Pure, like the catalogue itself. `[system_roles.<key>]` says in one of several ways what a role gives, and
what it says adds up; `without` is taken away at the end.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from roles.catalogue_reader import Table
from roles.vocabulary import LEVEL_NAMES, Level, Module, Worded, Words, wide_key


@dataclass(frozen=True, slots=True)
class SystemRole(Worded):
    """A role that comes with the product (S3-107, S3-108, S4-R1 to S4-R4).

    `permissions` is all that it gives, `rules` says the same with as few rules as possible. One for
    `several_units` is offered only where there is more than one unit.
    """

    key: str
    english: Words
    several_units: bool
    permissions: frozenset[str]
    rules: tuple[str, ...]
    rows: tuple[str, ...]


def read_system_roles(top: Table, modules: Mapping[str, Module]) -> Mapping[str, SystemRole]:
    """Return the system roles by key; a file may have none. Raises CatalogueError."""
    tables = top.optional("system_roles").tables()
    return MappingProxyType({key: _read(key, table, modules) for key, table in tables})


def _read(key: str, table: Table, modules: Mapping[str, Module]) -> SystemRole:
    whole = _whole(table, modules)
    given = _given(table, modules, whole)
    role = SystemRole(
        key=key,
        english=Words(table.text("label"), table.text("help")),
        several_units=table.flag("several_units"),
        permissions=given,
        rules=tuple(rule for m in modules.values() for rule in _rules(m, given, wide=m.key in whole)),
        rows=table.texts("rows"),
    )
    table.done()
    return role


def _whole(table: Table, modules: Mapping[str, Module]) -> frozenset[str]:
    """Return the modules that the role is for as a whole, up to its level."""
    areas = _known(table, "areas", {module.english.area for module in modules.values()})
    chosen = _known(table, "modules", set(modules))
    everything = table.flag("everything")
    return frozenset(
        m.key for m in modules.values() if everything or m.key in chosen or m.english.area in areas
    )


def _given(table: Table, modules: Mapping[str, Module], whole: frozenset[str]) -> frozenset[str]:
    """Return the permissions that the table adds up to. Raises CatalogueError for what is not there."""
    every = [permission for module in modules.values() for permission in module.permissions]
    keys = {permission.key for permission in every}
    level = _level(table)
    carrying = _known(table, "carrying", {row for permission in every for row in permission.rows})
    given = {p.key for p in every if (p.module in whole and p.level <= level) or carrying & set(p.rows)}
    return frozenset((given | _known(table, "permissions", keys)) - _known(table, "without", keys))


def _known(table: Table, key: str, offered: set[str]) -> frozenset[str]:
    names = table.texts(key)
    unknown = [name for name in names if name not in offered]
    if unknown:
        raise table.refuse(key, f"there is no {unknown[0]!r}")
    return frozenset(names)


def _level(table: Table) -> Level:
    name = table.text("level", Level.PUBLISH.name.lower())
    if name not in LEVEL_NAMES:
        raise table.refuse("level", f"{name!r} is no level: {', '.join(LEVEL_NAMES)}")
    return LEVEL_NAMES[name]


def _rules(module: Module, given: frozenset[str], *, wide: bool) -> Iterator[str]:
    """Yield the rules about the module: an action on all of it is one rule, anything else is one each."""
    covered = set()
    for action in dict.fromkeys(permission.action for permission in module.permissions if wide):
        offering = [permission.key for permission in module.permissions if permission.action == action]
        if len(module.resources) > 1 and given.issuperset(offering):
            covered.update(offering)
            yield wide_key(module.key, action)
    yield from (p.key for p in module.permissions if p.key in given - covered)
