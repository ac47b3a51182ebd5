"""One's own access, put so that nobody needs to know what a role is (scenario 25)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from accounts.explain import ModuleAccess, PermissionAccess, explain
from accounts.models import Account
from accounts.remedies import Remedy
from accounts.sources import SourceLine
from adminrights.consequences import some
from adminrights.models import Unit

FEW_MODULES = 4
FEW_REASONS = 2


@dataclass(frozen=True, slots=True)
class Part:
    """Rights that come from the same sources, and those sources."""

    permissions: tuple[PermissionAccess, ...]
    sources: tuple[SourceLine, ...]


@dataclass(frozen=True, slots=True)
class MyModule:
    """A module in which one may do something."""

    key: str
    label: str
    help: str
    count: int
    parts: tuple[Part, ...]

    @property
    def why(self) -> str:
        """All reasons in one line, to be read without opening the module."""
        reasons = dict.fromkeys(source.because for part in self.parts for source in part.sources)
        return some(list(reasons)[:FEW_REASONS], len(reasons))


@dataclass(frozen=True, slots=True)
class MyArea:
    """An area of the navigation and its modules."""

    label: str
    modules: tuple[MyModule, ...]


@dataclass(frozen=True, slots=True)
class Withheld:
    """Rights of a module that don't work, for one and the same reason and from the same sources."""

    module: str
    why_not: str
    permissions: tuple[PermissionAccess, ...]
    sources: tuple[SourceLine, ...]

    @property
    def switch(self) -> Remedy:
        """How to get the feature that is missing, if it is one; the same for all of them."""
        return self.permissions[0].switch


@dataclass(frozen=True, slots=True)
class MyAccess:
    """What works, by area and module, and what was given but doesn't work."""

    areas: tuple[MyArea, ...]
    withheld: tuple[Withheld, ...]
    count: int
    opened: bool


def told(account: Account, unit: Unit, *, links: bool) -> MyAccess:
    """Return what the account may do in the unit and what it holds without effect."""
    modules = explain(account, unit, links=links, reader=account)
    areas: dict[str, list[MyModule]] = {}
    for access in modules:
        if access.effective_count:
            areas.setdefault(access.module.area, []).append(_module(access))
    return MyAccess(
        areas=tuple(MyArea(label, tuple(found)) for label, found in areas.items()),
        withheld=tuple(_withheld(modules)),
        count=sum(access.effective_count for access in modules),
        opened=sum(len(found) for found in areas.values()) <= FEW_MODULES,
    )


def _module(access: ModuleAccess) -> MyModule:
    parts: dict[frozenset[SourceLine], list[PermissionAccess]] = {}
    sources: dict[frozenset[SourceLine], tuple[SourceLine, ...]] = {}
    for permission in access.permissions:
        if permission.effective:
            lines = as_read(permission.sources)
            sources.setdefault(frozenset(lines), lines)
            parts.setdefault(frozenset(lines), []).append(permission)
    return MyModule(
        access.module.key,
        access.module.label,
        access.module.help,
        access.effective_count,
        tuple(Part(tuple(permissions), sources[key]) for key, permissions in parts.items()),
    )


def as_read(sources: Iterable[SourceLine]) -> tuple[SourceLine, ...]:
    """Return the sources as the page tells them, each once: since when and by what right, it doesn't say."""
    return tuple(dict.fromkeys(replace(each, text="", unit="", since=None, by="") for each in sources))


def _withheld(modules: list[ModuleAccess]) -> Iterator[Withheld]:
    found: dict[tuple[str, str, tuple[SourceLine, ...]], list[PermissionAccess]] = {}
    for access in modules:
        for permission in access.permissions:
            if not permission.effective:
                key = (access.module.label, permission.why_not, as_read(permission.sources))
                found.setdefault(key, []).append(permission)
    for (module, why_not, sources), permissions in found.items():
        yield Withheld(module, why_not, tuple(permissions), sources)
