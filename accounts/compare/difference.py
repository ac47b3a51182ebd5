"""Two sets of rights side by side: what both have, what only the left has, what only the right has."""

from collections.abc import Iterator
from dataclasses import dataclass

from accounts.compare.sides import Compared
from roles.catalogue import Module, catalogue

BOTH, LEFT, RIGHT = "both", "left", "right"


@dataclass(frozen=True, slots=True)
class Row:
    """One permission, on which side it is, and through what on each."""

    key: str
    label: str
    where: str
    left: tuple[str, ...]
    right: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """The rows of one module."""

    label: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """The comparison; its three sets of keys share nothing, and together they are all that either has."""

    left: Compared
    right: Compared

    @property
    def common(self) -> frozenset[str]:
        """What both have."""
        return frozenset(self.left.rights) & frozenset(self.right.rights)

    @property
    def only_left(self) -> frozenset[str]:
        """What only the left has."""
        return frozenset(self.left.rights) - frozenset(self.right.rights)

    @property
    def only_right(self) -> frozenset[str]:
        """What only the right has."""
        return frozenset(self.right.rights) - frozenset(self.left.rights)

    def chapters(self, *, everything: bool) -> list[Chapter]:
        """Return the rows by module in the order of the catalogue; what is common only with `everything`."""
        return self._chapters(self.only_left | self.only_right | (self.common if everything else frozenset()))

    def shared(self) -> list[Chapter]:
        """Return the rows of what both have, by module."""
        return self._chapters(self.common)

    def _chapters(self, shown: frozenset[str]) -> list[Chapter]:
        modules = catalogue().modules.values()
        found = (Chapter(module.label, tuple(self._rows(module, shown))) for module in modules)
        return [chapter for chapter in found if chapter.rows]

    def _rows(self, module: Module, shown: frozenset[str]) -> Iterator[Row]:
        for permission in module.permissions:
            key = permission.key
            if key in shown:
                left, right = self.left.rights.get(key), self.right.rights.get(key)
                where = BOTH if left is not None and right is not None else RIGHT if left is None else LEFT
                yield Row(key, permission.label, where, left or (), right or ())
