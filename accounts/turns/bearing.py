"""Which facts can bear on whether somebody may do something in a unit."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Self

from django.db.models import Q, QuerySet

from groups.models import GroupRole
from roles.catalogue import MULTI_UNIT, Catalogue
from roles.models import Role, Rule


@dataclass(frozen=True, slots=True)
class Bearing:
    """The permissions that are asked for with all that they need, from whatever source, and its features."""

    needed: frozenset[str]
    rights: frozenset[str]
    features: frozenset[str]

    @classmethod
    def on(cls, keys: Iterable[str], known: Catalogue) -> Self:
        """Return what bears on the permissions. Raises UnknownPermission."""
        needed: set[str] = set()
        wanted = set(keys)
        while wanted:
            needed |= wanted
            wanted = {more for key in wanted for more in _needs(key, known)} - needed
        rights = frozenset().union(*(known.rights_giving(key) for key in needed))
        gates = (known.permissions[key].feature for key in needed)
        return cls(frozenset(needed), rights, frozenset(gate for gate in gates if gate))

    @property
    def counts_units(self) -> bool:
        """Whether it matters how many units somebody may enter."""
        return MULTI_UNIT in self.features


def _needs(key: str, known: Catalogue) -> Iterable[str]:
    yield from known.permission(key).requires
    for right in known.rights_giving(key) & known.demands.keys():
        yield from known.demands[right].get(key, ())


def single(rights: Collection[str]) -> list[str]:
    """Return the rights that a rule or a grant names by a key, not by a level."""
    return [right for right in rights if "@" not in right]


def by_level(rights: Collection[str]) -> Q:
    """Return the condition that a role or a grant is one of the levels."""
    pairs = [right.split("@") for right in rights if "@" in right]
    return reduce(or_, (Q(module=module, level=int(level)) for module, level in pairs), Q(pk__in=[]))


def roles_ever(rights: Collection[str]) -> Q:
    """Return the condition that a role gives one of the rights, or ever gave it."""
    rules = Rule.objects.filter(permission__in=single(rights)).values("role")
    levels = Role.objects.filter(by_level(rights)).values("pk")
    return Q(role__in=rules) | Q(role__in=levels)


def groups_ever(rights: Collection[str], whole: str) -> QuerySet[GroupRole]:
    """Return which groups below a path carry a role that gives one of the rights, or ever did."""
    return GroupRole.objects.filter(roles_ever(rights), group__unit__path__startswith=whole)
