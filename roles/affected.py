"""What can change when some rights are given or taken away, and what has to be known to tell. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from roles.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Affected:
    """Permissions that may come or go, and the rights by which somebody holds them or what they need.

    `needed` has them too; nothing outside of `needed` and `givers` has a say in whether they are in effect.
    """

    keys: frozenset[str]
    needed: frozenset[str]
    givers: frozenset[str]


def affected_by(rights: Iterable[str], catalogue: Catalogue) -> Affected:
    """Return what giving or taking the rights can alter.

    That is what they give, and whatever requires or demands some of it, through any number of steps.
    """
    keys = set[str]().union(*map(catalogue.given_by, rights))
    while more := set(_leaning_on(keys, catalogue)) - keys:
        keys |= more
    needed = set(keys)
    while more := set(_needs_of(needed, catalogue)) - needed:
        needed |= more
    givers = frozenset[str]().union(*map(catalogue.rights_giving, needed))
    return Affected(frozenset(keys), frozenset(needed), givers)


def _leaning_on(keys: set[str], catalogue: Catalogue) -> Iterable[str]:
    """Yield the permissions that require one of them, or of which a named permission demands one."""
    for key, requires in catalogue.requiring.items():
        if not keys.isdisjoint(requires):
            yield key
    for demanded in catalogue.demands.values():
        yield from (key for key, needs in demanded.items() if not keys.isdisjoint(needs))


def _needs_of(keys: set[str], catalogue: Catalogue) -> Iterable[str]:
    """Yield what the permissions require, and what named permissions demand for them."""
    for key in keys & catalogue.requiring.keys():
        yield from catalogue.requiring[key]
    for demanded in catalogue.demands.values():
        for key in keys & demanded.keys():
            yield from demanded[key]
