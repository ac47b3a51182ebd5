"""What a group is made of, as people see it; reads only."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import timezone

from adminrights.days import brief
from adminrights.models import Unit
from adminrights.models.facts import live_now, number_of, standing_now
from groups.models import Group, GroupRole, Membership
from groups.services import other_levels
from roles.catalogue import Level, Module, catalogue

FIRST = 3
FOUND = 20


def with_contents(groups: QuerySet[Group]) -> QuerySet[Group]:
    """Add the numbers of members and roles, and the first few of each, in two statements for any list."""
    members = Membership.objects.live().select_related("account")
    by_name = ("account__last_name", "account__first_name", "pk")
    roles = GroupRole.objects.live().select_related("role").order_by("role__display_name", "pk")
    return (
        groups.select_related("unit")
        .annotate(
            member_count=number_of(Membership.objects.live(), "group"),
            role_count=number_of(GroupRole.objects.live(), "group"),
        )
        .prefetch_related(
            Prefetch("memberships", members.order_by(*by_name)[:FIRST], to_attr="first_members"),
            Prefetch("role_facts", roles[:FIRST], to_attr="first_roles"),
        )
    )


def members_of(group: Group) -> QuerySet[Membership]:
    """Return the live memberships with their accounts, by name."""
    live = group.memberships.live().select_related("account")
    return live.order_by("account__last_name", "account__first_name", "pk")


def member_counts(group: Group) -> tuple[int, int]:
    """Return how many live memberships the group has, and how many that have yet to begin."""
    now = timezone.now()
    planned = Q(standing_now(now), starts_at__gt=now)
    counts = group.memberships.aggregate(
        live=Count("pk", filter=live_now(now)), planned=Count("pk", filter=planned)
    )
    return counts["live"], counts["planned"]


def planned_members(group: Group) -> QuerySet[Membership]:
    """Return the memberships that have yet to begin, the next one first."""
    now = timezone.now()
    standing = group.memberships.filter(standing_now(now), starts_at__gt=now)
    return standing.select_related("account").order_by("starts_at", "pk")


def with_dates(memberships: Iterable[Membership]) -> Iterator[Membership]:
    """Yield them, each with its dates in short as `dates`."""
    now = timezone.now()
    for membership in memberships:
        membership.dates = brief(membership.starts_at, membership.expires_at, now)  # type: ignore[attr-defined]
        yield membership


def roles_of(group: Group) -> list[GroupRole]:
    """Return what the group carries now: its roles, each with who put it there and when."""
    return list(group.role_facts.live().select_related("role").order_by("role__display_name"))


def levels_of(facts: list[GroupRole]) -> dict[str, int]:
    """Return the levels among the roles of a group: module key → level."""
    return {fact.role.module_id: fact.role.level or 0 for fact in facts if fact.role.module_id}


def find_accounts(group: Group, text: str, unit: Unit) -> list[Any]:
    """Return the first accounts of the unit whose name or address has the text, with `is_member` (S1-33).

    In a group of the role matrix each also has `instead`: the level that the person has in its place.
    """
    if not text.strip():
        return []
    accounts = get_user_model()._default_manager.in_unit(unit).search(text)
    member = Membership.objects.live().filter(group=group, account=OuterRef("pk"))
    found = accounts.annotate(is_member=Exists(member))
    if group.standing_role_id:
        others = other_levels(group).filter(account=OuterRef("pk"))
        found = found.annotate(instead=Subquery(others.values("group__standing_role__display_name")[:1]))
    return list(found[:FOUND])


def find_removed(group: Group, text: str, unit: Unit) -> Any:
    """Return the account of the unit with that id, unless it is in the group: it can be put back."""
    if not number(text):
        return None
    accounts = get_user_model()._default_manager.in_unit(unit)
    return accounts.exclude(pk__in=group.memberships.live().values("account")).filter(pk=number(text)).first()


def number(text: str | None) -> int:
    """Return the id that was sent; 0, which nothing has, for what isn't one."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0


def matrix_of(levels: Mapping[str, int], *, editable: bool) -> dict[str, Any]:
    """Return the module matrix as partials/matrix.html draws it: ticks are the group's levels (S0-52)."""
    areas: dict[str, list[dict[str, Any]]] = {}
    for module in catalogue().modules.values():
        areas.setdefault(module.area, []).append(_row(module, levels.get(module.key, 0)))
    return {
        "editable": editable,
        "own_only": True,
        "levels": [level.label for level in Level],
        "areas": [{"label": label, "modules": modules} for label, modules in areas.items()],
    }


def _row(module: Module, held: int) -> dict[str, Any]:
    cells = [
        {
            "id": f"level-{module.key}-{int(level)}",
            "level": int(level),
            "level_label": level.label,
            "offered": level in module.levels,
            "own": level <= held,
            "inherited": False,
            "through": [],
            "partial": False,
        }
        for level in Level
    ]
    return {"key": module.key, "label": module.label, "help": module.help, "note": "", "cells": cells}
