"""Who still holds what a new catalogue file drops. Facts of the apps above are reached by name only."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from adminrights.exceptions import GuardRefused
from adminrights.models import Fact
from roles.catalogue import wide_key
from roles.models import Permission, Role, Rule

NAMED = 3


@dataclass(slots=True)
class Holding:
    """What is dropped, the facts that name it, and those that give it among others."""

    key: str
    naming: list[Fact] = field(default_factory=list)
    giving: list[Fact] = field(default_factory=list)

    def __str__(self) -> str:
        words = [
            f"{_counted(kind, names)} ({_few(names)})" for kind, names in self.holders().items() if names
        ]
        return f"{self.key}: {', '.join(words)}"

    def holders(self) -> dict[str, list[str]]:
        """Return who holds it, by kind: accounts by grant, roles by rule, groups by the role of a level."""
        found: dict[str, set[str]] = {"account": set(), "role": set(), "group": set()}
        for fact in [*self.naming, *self.giving]:
            kind = "role" if isinstance(fact, Rule) else "account" if hasattr(fact, "account_id") else "group"
            found[kind].add(str(getattr(fact, kind)))
        return {kind: sorted(names) for kind, names in found.items()}


class StillHeld(GuardRefused):
    """The new file drops something that somebody holds now or will hold."""

    code = "still_held"

    def __init__(self, holdings: Iterable[Holding]) -> None:
        self.holdings = tuple(holdings)
        lines = "".join(f"\n  {holding}" for holding in self.holdings)
        super().__init__(
            f"The file drops what somebody still holds:{lines}\nTo take it away from them, say --retire."
        )


def holdings_of(dropped: Iterable[Permission | Role], at: datetime) -> list[Holding]:
    """Return the dropped permissions and level roles that somebody holds by a live or planned fact."""
    rows = list(dropped)
    gone = {row.pk for row in rows if isinstance(row, Permission)}
    found = [_of_role(row, at) if isinstance(row, Role) else _of_permission(row, gone, at) for row in rows]
    return [holding for holding in found if holding.naming or holding.giving]


def _of_role(role: Role, at: datetime) -> Holding:
    naming: list[Fact] = list(_standing(role.group_facts, at, "group"))
    if role.module is None:
        return Holding(role.name, naming)
    return Holding(str(role.right), [*naming, *_of_level(role.module.grants, at, level=role.level)])


def _of_permission(permission: Permission, gone: set[str], at: datetime) -> Holding:
    holding = Holding(permission.key, _naming(permission, at))
    if permission.resource_id:
        holding.giving = list(_giving(permission, gone, at))
    return holding


def _naming(permission: Permission, at: datetime) -> list[Fact]:
    own = permission.rules.filter(role__built_in=False)
    return [*_standing(own, at, "role"), *_standing(permission.grants, at, "account")]


def _giving(permission: Permission, gone: set[str], at: datetime) -> Iterator[Fact]:
    """Yield the facts that give the permission among others, and that stay."""
    levels = permission.module.level_roles.filter(deleted_at=None, level__gte=permission.level)
    for role in levels:
        yield from _standing(role.group_facts, at, "group")
        yield from _of_level(permission.module.grants, at, level=role.level)
    wide = wide_key(permission.module_id, permission.action)
    # The rules of system roles follow the file by themselves; who loses by it are the groups.
    system = Rule.objects.filter(Q(ended_at=None) | Q(ended_at=at), permission__in=[permission.key, wide])
    for role in Role.objects.filter(built_in=True, pk__in=system.values("role")):
        yield from _standing(role.group_facts, at, "group")
    if wide not in gone:
        for row in Permission.objects.filter(key=wide):
            yield from _naming(row, at)


def _standing(facts: Any, at: datetime, holder: str) -> QuerySet[Any]:
    standing: QuerySet[Any] = facts.not_ended().exclude(expires_at__lte=at)
    return standing.select_related(holder)


def _of_level(grants: Any, at: datetime, level: int | None) -> QuerySet[Any]:
    return _standing(grants, at, "account").filter(level=level)


def _counted(kind: str, names: list[str]) -> str:
    return f"{len(names)} {kind}{'' if len(names) == 1 else 's'}"


def _few(names: list[str]) -> str:
    return ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")
