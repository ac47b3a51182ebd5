"""What a role holds and who has it, as people see it; reads only."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from adminrights.models import Unit
from adminrights.models.facts import live_now, number_of
from roles.catalogue import Permission, catalogue
from roles.models import Role, Rule
from roles.wording import target_label

# A named permission has no single action.
NAMED = Q(permission__action="")

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


def with_numbers(roles: QuerySet[Role], unit: Unit) -> QuerySet[Role]:
    """Add how many rules and named permissions each has, and how many groups of the unit carry it."""
    # People count a rule as a resource with its actions, so different resources are counted.
    wide = Count("permission__module", filter=Q(permission__resource=None) & ~NAMED, distinct=True)
    rules = Rule.objects.live()
    return roles.annotate(
        rule_count=number_of(rules, "role", Count("permission__resource", distinct=True) + wide),
        named_count=number_of(rules.filter(NAMED), "role"),
        group_count=number_of(carrying_in(unit), "role"),
    )


def groups_with(role: Role, unit: Unit) -> list[Any]:
    """Return the groups of the unit and below that carry the role, each with `member_count`."""
    members = Count("group__memberships", filter=live_now(timezone.now(), "group__memberships__"))
    facts = carrying_in(unit).filter(role=role)
    counts = dict(facts.order_by().values_list("group").annotate(number=members))
    groups = [fact.group for fact in facts.select_related("group").order_by("group__display_name")]
    for group in groups:
        group.member_count = counts.get(group.pk, 0)
    return groups


def carrying_in(unit: Unit) -> QuerySet[Any]:
    """Return what puts roles on groups of the unit and below, now."""
    facts: Any = Role._meta.get_field("group_facts").related_model
    found: QuerySet[Any] = facts.objects.live().filter(group__unit__path__startswith=unit.path)
    return found


def counted(people: QuerySet[Any]) -> tuple[int, int]:
    """Return how many people there are, and how many of them may do nothing at present."""
    found = people.order_by().aggregate(all=Count("pk"), idle=Count("pk", filter=~Q(status="active")))
    return found["all"], found["idle"]


def people_with(role: Role, unit: Unit) -> QuerySet[Any]:
    """Return the accounts that have the role through a group of the unit or below, by name."""
    now = timezone.now()
    members = (
        carrying_in(unit)
        .filter(live_now(now, "group__memberships__"), role=role)
        .values("group__memberships__account")
    )
    # Not by a join, which finds somebody once for each group and has to sort all columns of all of them.
    return get_user_model()._default_manager.filter(pk__in=members)
