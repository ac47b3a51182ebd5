"""The catalogue: modules, their resources, and the permissions on them, read from `catalogue.toml`.

Pure: no database, no request. A right is written in one of five ways, everywhere in the product:

    contacts:export         one permission, an action on a resource
    contacts.*:export       that action on every resource of the module that offers it
    contacts@2              a level of a module: every permission of it up to Read & Write
    contacts.export         a named permission of `named.toml`, with requirements of its own
    *                       everything, which only the owner of a root unit has
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

from roles.catalogue_reader import CatalogueError, Table, circle, closure, fingerprint
from roles.named import Demands, NamedPermission, demands_of, read_named
from roles.system_roles import SystemRole, read_system_roles
from roles.vocabulary import (
    EVERYTHING,
    LEVEL_NAMES,
    MULTI_UNIT,
    Action,
    Feature,
    Level,
    LevelNotOffered,
    Module,
    Permission,
    Resource,
    UnknownPermission,
    Words,
    level_right,
    wide_key,
)

__all__ = [
    "EVERYTHING",
    "MULTI_UNIT",
    "Action",
    "Catalogue",
    "CatalogueError",
    "Feature",
    "Level",
    "LevelNotOffered",
    "Module",
    "NamedPermission",
    "Permission",
    "Resource",
    "SystemRole",
    "UnknownPermission",
    "build_catalogue",
    "catalogue",
    "level_right",
    "read_catalogue",
    "wide_key",
]

NO_RIGHTS: frozenset[str] = frozenset()
# Of so many different roles the permissions are remembered.
MOST_GIVEN = 4096
FILE = Path(__file__).with_name("catalogue.toml")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that may be allowed, and what each right gives. Its version is the hash of its content."""

    modules: Mapping[str, Module]
    resources: Mapping[str, Resource]
    permissions: Mapping[str, Permission]
    features: Mapping[str, Feature]
    actions: Mapping[str, Action]
    system_roles: Mapping[str, SystemRole]
    version: str
    named: Mapping[str, NamedPermission]
    demands: Demands = field(repr=False, compare=False)
    gated: Mapping[str, str] = field(repr=False, compare=False)
    requiring: Mapping[str, tuple[str, ...]] = field(repr=False, compare=False)
    _rights: Mapping[str, frozenset[str]] = field(repr=False, compare=False)
    _givers: Mapping[str, frozenset[str]] = field(repr=False, compare=False)
    _closures: Mapping[str, tuple[str, ...]] = field(repr=False, compare=False)
    demanding: frozenset[str] = field(repr=False, compare=False)
    _demanding: Mapping[str, frozenset[str]] = field(repr=False, compare=False)
    _given: dict[frozenset[str], frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    def permission(self, key: str) -> Permission:
        """The permission `key`. Raises UnknownPermission."""
        try:
            return self.permissions[key]
        except KeyError:
            raise UnknownPermission(key) from None

    def level(self, module: str, level: int) -> frozenset[str]:
        """The permissions of the module up to the level (S0-34 to S0-36). Raises LevelNotOffered."""
        return self.expand_right(level_right(module, level))

    def expand(self, key: str) -> frozenset[str]:
        """The permissions behind a permission's key or a module-wide one. Raises UnknownPermission."""
        if "@" in key or key not in self._rights:
            raise UnknownPermission(key)
        return self._rights[key]

    def expand_right(self, right: str) -> frozenset[str]:
        """The permissions that a right of any kind gives. Raises UnknownPermission or LevelNotOffered."""
        if right == EVERYTHING:
            return frozenset(self.permissions)
        if right not in self._rights:
            raise (LevelNotOffered if "@" in right else UnknownPermission)(right)
        return self._rights[right]

    def given_by(self, right: str) -> frozenset[str]:
        """What holding the right gives: nothing if the catalogue doesn't know it, or no longer."""
        return self._rights.get(right, frozenset())

    def given_by_all(self, rights: frozenset[str]) -> frozenset[str]:
        """What holding all of the rights gives; worked out once for the rights of a role."""
        known = self._given.get(rights)
        if known is None:
            if len(self._given) >= MOST_GIVEN:
                self._given.clear()
            known = self._given[rights] = frozenset().union(*map(self.given_by, rights))
        return known

    def demanding_for(self, key: str) -> frozenset[str]:
        """The rights that give the permission, and demand more for it than the permission requires."""
        return self._demanding.get(key, NO_RIGHTS)

    def rights_giving(self, key: str) -> frozenset[str]:
        """Every right that gives the permission: itself, module-wide or a level. Raises UnknownPermission."""
        self.permission(key)
        return self._givers[key]

    def holdable_keys(self) -> frozenset[str]:
        """Every key that a rule or a grant may name: permissions, module-wide actions, named permissions."""
        return frozenset(key for key in self._rights if "@" not in key)

    def needed_for(self, key: str) -> tuple[str, ...]:
        """All that the permission requires, with what that requires in turn. Raises UnknownPermission."""
        self.permission(key)
        return self._closures[key]


@cache
def catalogue() -> Catalogue:
    """The product's own catalogue, read once per process. Raises CatalogueError."""
    return read_catalogue(FILE)


def read_catalogue(path: Path) -> Catalogue:
    """The catalogue in the file, with the named permissions in the file `named.toml` beside it, if there.

    Raises CatalogueError, which says where a file is wrong and why.
    """
    data = _load(path)
    beside = path.with_name("named.toml")
    return build_catalogue(data | _load(beside) if beside.exists() else data)


def _load(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CatalogueError(path.name, str(error)) from error


def build_catalogue(data: Mapping[str, object]) -> Catalogue:
    """The catalogue that the data describe, laid out as in the file. Raises CatalogueError."""
    top = Table(dict(data), "")
    actions = {key: _action(key, table) for key, table in top.table("actions").tables()}
    features = {key: _feature(key, table) for key, table in top.table("features").tables()}
    modules, publishing = _modules(top.table("modules"))
    resources = {
        key: _resource(key, table, modules, actions, features)
        for key, table in top.table("resources").tables()
    }
    permissions = {p.key: p for resource in resources.values() for p in resource.permissions}
    named = read_named(top.optional("named"), permissions)
    requires = {key: permission.requires for key, permission in permissions.items()}
    _check_requirements(requires)
    closures = {key: closure(key, requires) for key in permissions}
    # What a permission requires comes before it.
    in_order = sorted(permissions, key=lambda key: len(closures[key]))
    modules = {key: _filled(module, resources, key in publishing) for key, module in modules.items()}
    system_roles = read_system_roles(top, modules)
    top.done()
    demands = demands_of(named)
    rights = _rights(modules.values(), permissions) | {key: frozenset(n.gives) for key, n in named.items()}
    return Catalogue(
        modules=MappingProxyType(modules),
        resources=MappingProxyType(resources),
        permissions=MappingProxyType(permissions),
        features=MappingProxyType(features),
        actions=MappingProxyType(actions),
        system_roles=system_roles,
        version=fingerprint(data),
        named=named,
        demands=demands,
        gated=MappingProxyType({key: p.feature for key, p in permissions.items() if p.feature}),
        requiring=MappingProxyType({key: requires[key] for key in in_order if requires[key]}),
        _rights=MappingProxyType(rights),
        _givers=MappingProxyType(_turned(rights)),
        _closures=MappingProxyType(closures),
        demanding=frozenset(demands),
        _demanding=MappingProxyType(_turned(demands)),
    )


def _action(key: str, table: Table) -> Action:
    action = Action(
        key=key,
        english=Words(table.text("label"), _pattern(table, "help"), table.text("caution", "")),
        level=_level(table, "level"),
        permission=_pattern(table, "permission"),
    )
    table.done()
    return action


def _pattern(table: Table, key: str) -> str:
    pattern = table.text(key)
    try:
        pattern.format(one="", many="")
    except (KeyError, IndexError, ValueError, AttributeError):
        raise table.refuse(key, "may only leave room for {one} and {many}") from None
    return pattern


def _level(table: Table, key: str, default: Level | None = None) -> Level:
    name = table.text(key, default.name.lower() if default else None)
    if name not in LEVEL_NAMES:
        raise table.refuse(key, f"{name!r} is no level: {', '.join(LEVEL_NAMES)}")
    return LEVEL_NAMES[name]


def _words(table: Table) -> Words:
    return Words(table.text("label"), table.text("help"))


def _feature(key: str, table: Table) -> Feature:
    feature = Feature(key, _words(table), table.flag("computed"))
    if feature.computed and key != MULTI_UNIT:
        raise table.refuse("computed", f"only {MULTI_UNIT} can be computed")
    table.done()
    return feature


def _modules(tables: Table) -> tuple[dict[str, Module], set[str]]:
    """The modules, still without resources, and the keys of those that publish."""
    modules, publishing = {}, set()
    for key, table in tables.tables():
        modules[key] = Module(key, replace(_words(table), area=table.text("group")), (), ())
        if table.flag("publishes"):
            publishing.add(key)
        table.done()
    return modules, publishing


def _resource(
    key: str,
    table: Table,
    modules: Mapping[str, Module],
    actions: Mapping[str, Action],
    features: Mapping[str, Feature],
) -> Resource:
    module = table.text("module")
    if module not in modules:
        raise table.refuse("module", f"there is no module {module!r}")
    words = {"one": table.text("one"), "many": table.text("many")}
    shared = _Shared(key, module, words, _feature_key(table, "", features), table.texts("requires"))
    offered = dict(table.table("actions").tables())
    for name, own in offered.items():
        if name not in actions:
            raise CatalogueError(own.place, f"there is no action {name!r}")
    permissions = tuple(
        _permission(action, offered[name], shared, features)
        for name, action in actions.items()
        if name in offered
    )
    if not permissions:
        raise table.refuse("actions", "offers nothing")
    resource = Resource(key, module, _words(table), permissions)
    table.done()
    return resource


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the permissions of one resource have in common, unless they say otherwise."""

    resource: str
    module: str
    words: Mapping[str, str]
    feature: str
    requires: tuple[str, ...]


def _permission(action: Action, own: Table, shared: _Shared, features: Mapping[str, Feature]) -> Permission:
    permission = Permission(
        key=f"{shared.resource}:{action.key}",
        module=shared.module,
        resource=shared.resource,
        action=action.key,
        english=Words(
            own.text("label", action.permission.format(**shared.words)),
            own.text("help", action.english.help.format(**shared.words)),
            own.text("caution", action.english.caution),
        ),
        level=_level(own, "level", action.level),
        requires=own.texts("requires", shared.requires),
        feature=_feature_key(own, shared.feature, features) or None,
        rows=own.texts("rows"),
    )
    own.done()
    return permission


def _feature_key(table: Table, default: str, features: Mapping[str, Feature]) -> str:
    key = table.text("feature", default)
    if key and key not in features:
        raise table.refuse("feature", f"there is no feature {key!r}")
    return key


def _check_requirements(requires: Mapping[str, tuple[str, ...]]) -> None:
    for key, needed in requires.items():
        unknown = [other for other in needed if other not in requires]
        if unknown:
            raise CatalogueError(_requires_place(key), f"there is no permission {unknown[0]!r}")
    found = circle(requires)
    if found:
        raise CatalogueError(_requires_place(found[0]), f"goes round in a circle: {' > '.join(found)}")


def _requires_place(key: str) -> str:
    resource, action = key.split(":")
    return f"resources.{resource}.actions.{action}.requires"


def _filled(module: Module, resources: Mapping[str, Resource], publishes: bool) -> Module:
    """The module with its resources, and with the third level if it publishes something (S0-36)."""
    own = tuple(resource for resource in resources.values() if resource.module == module.key)
    place = f"modules.{module.key}"
    if not own:
        raise CatalogueError(place, "has no resource")
    if publishes != any(p.level is Level.PUBLISH for resource in own for p in resource.permissions):
        reason = "must be true exactly if a permission of the module has the level publish"
        raise CatalogueError(f"{place}.publishes", reason)
    levels = tuple(level for level in Level if publishes or level is not Level.PUBLISH)
    return Module(module.key, module.english, own, levels)


def _rights(modules: Iterable[Module], permissions: Mapping[str, Permission]) -> dict[str, frozenset[str]]:
    """What each right comes to: one look-up per right held, whenever access is worked out."""
    rights = {key: frozenset({key}) for key in permissions}
    for module in modules:
        own = module.permissions
        for action in {p.action for p in own}:
            rights[wide_key(module.key, action)] = frozenset(p.key for p in own if p.action == action)
        for level in module.levels:
            rights[level_right(module.key, level)] = frozenset(p.key for p in own if p.level <= level)
    return rights


def _turned(rights: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    """For each permission, the rights that give it."""
    givers: dict[str, set[str]] = {}
    for right, given in rights.items():
        for key in given:
            givers.setdefault(key, set()).add(right)
    return {key: frozenset(found) for key, found in givers.items()}
