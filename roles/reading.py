"""What a role holds and who has it, as people see it; reads only."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from adminrights.models import Unit
from adminrights.models.facts import live_now
from roles.catalogue import Permission, catalogue
from roles.models import Role
from roles.wording import target_label

# Without one of these on its resource, people aren't shown a page (C-13).
SEEING = frozenset({"list", "get"})


@dataclass(frozen=True, slots=True)
class ShownAction:
    """An action of a rule, with what it means there."""

    key: str
    label: str
    level: str
    means: str
    help: str
    caution: str


@dataclass(frozen=True, slots=True)
class ShownRule:
    """One resource, or everything in a module, with the actions allowed on it (S1-37)."""

    target: str
    label: str
    actions: tuple[ShownAction, ...]


@dataclass(frozen=True, slots=True)
class ShownModule:
    """The rules about one module."""

    key: str
    label: str
    area: str
    rules: tuple[ShownRule, ...]


def rules_by_module(keys: Iterable[str]) -> list[ShownModule]:
    """Return the rules of these keys in the order of the catalogue, what is module-wide first."""
    actions: dict[str, set[str]] = defaultdict(set)
    for key in keys:
        target, __, action = key.partition(":")
        actions[target].add(action)
    shown = []
    for module in catalogue().modules.values():
        targets = [f"{module.key}.*", *(resource.key for resource in module.resources)]
        rules = tuple(_rule(target, actions[target]) for target in targets if actions.get(target))
        if rules:
            shown.append(ShownModule(module.key, module.label, module.area, rules))
    return shown


def _rule(target: str, actions: set[str]) -> ShownRule:
    return ShownRule(target, target_label(target), tuple(a for a in offered(target) if a.key in actions))


def offered(target: str) -> list[ShownAction]:
    """Return the actions that the resource, or anything in the module, offers (S1-58); none if unknown."""
    known = catalogue()
    if target in known.resources:
        return [_shown(permission) for permission in known.resources[target].permissions]
    module = known.modules.get(target.removesuffix(".*"))
    if module is None or not target.endswith(".*"):
        return []
    return [
        _wide(action, [p for p in module.permissions if p.action == action])
        for action in known.actions
        if any(p.action == action for p in module.permissions)
    ]


def _shown(permission: Permission) -> ShownAction:
    label = catalogue().actions[permission.action].label
    level = permission.level.label
    return ShownAction(permission.action, label, level, permission.label, permission.help, permission.caution)


def _wide(action: str, covered: Iterable[Permission]) -> ShownAction:
    permissions = list(covered)
    label = catalogue().actions[action].label
    level = max(permission.level for permission in permissions).label
    means = ", ".join(catalogue().resources[permission.resource].label for permission in permissions)
    cautions = dict.fromkeys(permission.caution for permission in permissions if permission.caution)
    return ShownAction(action, label, level, means, "", " ".join(cautions))


def unseen(keys: Iterable[str]) -> list[str]:
    """Return the resources that the keys let people change but neither list nor open (S3-94).

    Only what offers both ways counts: a page that nobody can be shown hides from nobody.
    """
    known = catalogue()
    given = {each for key in keys for each in known.given_by(key)}
    labels = []
    for resource in known.resources.values():
        actions = {p.action for p in resource.permissions if p.key in given}
        offers = SEEING & {p.action for p in resource.permissions}
        if actions and offers and not actions & SEEING:
            labels.append(resource.label)
    return labels


def groups_with(role: Role, unit: Unit) -> list[Any]:
    """Return the groups of the unit and below that carry the role, each with `member_count`."""
    members = Count("group__memberships", filter=live_now(timezone.now(), "group__memberships__"))
    facts = role.group_facts.live().filter(group__unit__path__startswith=unit.path).select_related("group")
    groups = []
    for fact in facts.annotate(member_count=members).order_by("group__display_name"):
        fact.group.member_count = fact.member_count
        groups.append(fact.group)
    return groups


def counted(people: QuerySet[Any]) -> tuple[int, int]:
    """Return how many people there are, and how many of them may do nothing at present."""
    found = people.order_by().aggregate(all=Count("pk"), idle=Count("pk", filter=~Q(status="active")))
    return found["all"], found["idle"]


def people_with(role: Role, unit: Unit) -> QuerySet[Any]:
    """Return the accounts that have the role through a group of the unit or below, by name."""
    now = timezone.now()
    carried = role.group_facts.live(now).filter(group__unit__path__startswith=unit.path)
    members = carried.filter(live_now(now, "group__memberships__")).values("group__memberships__account")
    # Not by a join, which finds somebody once for each group and has to sort all columns of all of them.
    return get_user_model()._default_manager.filter(pk__in=members)
