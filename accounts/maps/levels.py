"""How far somebody gets in a module: the highest level that works as a whole, and what works beyond it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.policy import Policy
from accounts.who.question import about_level, workable
from adminrights.models import Unit
from roles.catalogue import Level, Module, catalogue


@dataclass(frozen=True, slots=True)
class Reach:
    """`level` is None where not even the lowest is reached; `more` counts what works beside the level."""

    level: Level | None
    more: int

    def words(self) -> str:
        """Return it for people: "Read & Write", "Read, and 2 more", "3 single rights", nothing."""
        if self.level is None:
            return ngettext("%d single right", "%d single rights", self.more) % self.more if self.more else ""
        level = self.level.label
        if not self.more:
            return level
        return _("%(level)s, and %(count)d more") % {"level": level, "count": self.more}


@dataclass(frozen=True, slots=True)
class Ladder:
    """A module, all its permissions, and what each of its levels takes in the unit, the lowest first."""

    module: Module
    keys: frozenset[str]
    steps: tuple[tuple[Level, frozenset[str]], ...]

    def reach(self, effective: Collection[str]) -> Reach:
        """Return how far one gets with these permissions."""
        own = self.keys.intersection(effective)
        for level, keys in reversed(self.steps):
            if keys <= own:
                return Reach(level, len(own - keys))
        return Reach(None, len(own))


def ladders(unit: Unit, policy: Policy) -> Mapping[str, Ladder]:
    """Return the modules by key, as they stand in the unit.

    A level takes what "Who can" asks for it: what can have effect in the unit. One that takes nothing more
    there than those below it isn't told apart from them.
    """
    return {
        module.key: Ladder(
            module, frozenset(each.key for each in module.permissions), tuple(_steps(module, unit, policy))
        )
        for module in catalogue().modules.values()
    }


def _steps(module: Module, unit: Unit, policy: Policy) -> Iterator[tuple[Level, frozenset[str]]]:
    known: frozenset[str] = frozenset()
    for level in module.levels:
        keys = frozenset(workable(about_level(module.key, int(level), unit), policy))
        if keys - known:
            yield level, keys
        known |= keys
