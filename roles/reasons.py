"""Why a permission that is held has no effect. Pure, as the resolver is, which asks here."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Protocol

from roles.catalogue import Catalogue, Permission


class Given(Protocol):
    """A source, as far as it matters here: the right that was given."""

    @property
    def right(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Withheld:
    """Why a permission that is held has no effect: what the unit lacks, what the account lacks.

    `missing_permissions` are the causes, not the steps on the way: of all that the permission requires,
    directly or not, those that are not held or whose own feature is missing. With them it would take effect.
    """

    missing_feature: str | None
    missing_permissions: tuple[str, ...]


def has_feature(permission: Permission, features: frozenset[str]) -> bool:
    """Whether what the permission needs is among the features."""
    return permission.feature is None or permission.feature in features


@dataclass(frozen=True, slots=True)
class Causes:
    """Finds what is at the root of a permission without effect."""

    held: Mapping[str, tuple[Given, ...]]
    standing: Set[str]
    catalogue: Catalogue
    features: frozenset[str]

    def reason(self, key: str) -> Withheld:
        """Why the permission has no effect: its feature, and the causes among what it or its sources need."""
        permission = self.catalogue.permissions[key]
        feature = None if has_feature(permission, self.features) else permission.feature
        order = {name: place for place, name in enumerate(self.catalogue.needed_for(key))}
        causes = self.of_requirements(key, ())
        placed = sorted(causes, key=lambda cause: (order.get(cause, len(order)), cause))
        return Withheld(feature, tuple(placed))

    def of_requirements(self, key: str, path: tuple[str, ...]) -> frozenset[str]:
        """The causes behind what the permission requires, and behind what its cheapest source demands."""
        required = self._all(self.catalogue.permissions[key].requires, (*path, key))
        demanded = [
            self._all(self.catalogue.demands.get(source.right, {}).get(key, ()), (*path, key))
            for source in self.held[key]
        ]
        return required | min(demanded, key=lambda causes: (len(causes), sorted(causes)))

    def _all(self, keys: Iterable[str], path: tuple[str, ...]) -> frozenset[str]:
        return frozenset().union(*(self._of(key, path) for key in keys))

    def _of(self, key: str, path: tuple[str, ...]) -> frozenset[str]:
        if key in self.standing or key in path:
            return frozenset()
        lacking = key not in self.held or not has_feature(self.catalogue.permissions[key], self.features)
        own = frozenset((key,)) if lacking else frozenset()
        if key not in self.held:
            return own | self._all(self.catalogue.permissions[key].requires, (*path, key))
        return own | self.of_requirements(key, path)


class Reasons(Mapping[str, Withheld]):
    """Why each permission that is withheld has no effect, worked out when it is read: decisions never do."""

    __slots__ = ("_causes", "_known")

    def __init__(self, causes: Causes) -> None:
        self._causes = causes
        self._known: dict[str, Withheld] = {}

    def __getitem__(self, key: str) -> Withheld:
        if key not in self:
            raise KeyError(key)
        if key not in self._known:
            self._known[key] = self._causes.reason(key)
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        return (key for key in self._causes.held if key not in self._causes.standing)

    def __len__(self) -> int:
        return len(self._causes.held) - len(self._causes.standing)

    def __contains__(self, key: object) -> bool:
        return key in self._causes.held and key not in self._causes.standing

    def __repr__(self) -> str:
        return repr(dict(self))
