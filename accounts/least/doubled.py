"""What is there twice: roles with the same rules, and what something broader gives anyway."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.dates.kinds import words
from accounts.least.finding import Finding
from accounts.least.unused import by_target, rule_label
from accounts.least.world import World
from accounts.models import Grant
from groups.models import Membership
from roles.models import Rule


def twin_roles(world: World) -> Iterator[Finding]:
    """Yield roles that allow what another one allows too; the one that most groups carry isn't named."""
    carried_by: dict[int, int] = defaultdict(int)
    for facts in world.carried.values():
        for fact in facts:
            carried_by[fact.role_id] += 1
    for roles in world.alike:
        kept, *others = sorted(roles, key=lambda role: (-carried_by[role.pk], role.pk))
        for role in others:
            kind = "twin_used" if carried_by[role.pk] else "twin"
            why = _("Has the same rules as %s") % kept
            yield Finding(kind, str(role), role, world.unit, why, role, kept=kept)


def shadowed_rules(world: World) -> Iterator[Finding]:
    """Yield rules of which every action is given by another rule of the same role, and more with it."""
    for role in world.roles:
        rules = [rule for rule in world.rules.get(role.pk, []) if world.is_live(rule)]
        for target, own in by_target(rules).items():
            broader = [_broader(world, rule, rules) for rule in own]
            if all(broader):
                label = rule_label(next(iter(by_target([each for each in broader if each]))))
                why = _("The rule about %s allows it anyway") % label
                yield Finding(
                    "shadowed_rule", _("Rule: %s") % rule_label(target), role, world.unit, why, role, target
                )


def _broader(world: World, rule: Rule, others: list[Rule]) -> Rule | None:
    """Return a rule that gives all of it and more, as long, and asks for nothing besides."""
    given = world.catalogue.given_by(rule.permission_id)
    for other in others:
        more = world.catalogue.given_by(other.permission_id)
        lasts = _outlasts(other.expires_at, rule.expires_at)
        if given < more and lasts and other.permission_id not in world.catalogue.demands:
            return other
    return None


class Way:
    """One way by which somebody holds permissions: through a group, or by another right of their own."""

    def __init__(self, name: str, unit: int, end: datetime | None, given: frozenset[str]) -> None:
        self.name, self.unit, self.end, self.given = name, unit, end, given


def shadowed_grants(world: World) -> Iterator[Finding]:
    """Yield own rights all of which the person has otherwise, through groups or by a broader right."""
    through = _through_groups(world)
    own: dict[int, list[Grant]] = defaultdict(list)
    for grant in world.grants:
        if world.is_live(grant) and grant.unit_id in world.policy.units:
            own[grant.account_id].append(grant)
    for account, grants in own.items():
        for grant in grants:
            broader = [way for each in grants if (way := _as_broader(world, each, grant))]
            names = _covering(world, grant, [*through.get(account, ()), *broader])
            if names:
                why = _("Also given by: %s") % ", ".join(names)
                yield Finding("shadowed_grant", words(grant), grant.account, grant.unit, why, grant)


def _covering(world: World, grant: Grant, ways: list[Way]) -> list[str]:
    """Return the names of the ways that together give all that the grant gives, none where they don't."""
    node = world.policy.units[grant.unit_id]
    line = (node.id,) if grant.account_id in world.narrowed else (node.id, *node.ancestors)
    fitting = [way for way in ways if way.unit in line and _outlasts(way.end, grant.expires_at)]
    left, names = set(world.catalogue.given_by(grant.right)), dict[str, None]()
    for way in fitting if left else ():
        if left & way.given:
            left -= way.given
            names[way.name] = None
    return [] if left else list(names)


def _as_broader(world: World, other: Grant, grant: Grant) -> Way | None:
    """Return another own right as a way if it is the broader one: of two only one ever is."""
    given, more = world.catalogue.given_by(grant.right), world.catalogue.given_by(other.right)
    above = other.unit_id in world.policy.units[grant.unit_id].ancestors
    if other.right in world.catalogue.demands or not (given < more or (given == more and above)):
        return None
    return Way(words(other), other.unit_id, other.expires_at, more)


def _through_groups(world: World) -> dict[int, list[Way]]:
    ways: dict[int, list[Way]] = defaultdict(list)
    for member in world.memberships:
        if world.is_live(member):
            ways[member.account_id] += _ways(world, member)
    return ways


def _ways(world: World, member: Membership) -> Iterator[Way]:
    """Yield a way for each right of the group's roles, but for those that ask for something besides."""
    for fact in world.carried.get(member.group_id, ()):
        for right, rule in world.rights_of(fact.role) if world.is_live(fact) else ():
            if right not in world.catalogue.demands:
                ends = [member.expires_at, fact.expires_at, rule.expires_at if rule else None]
                end = min((each for each in ends if each), default=None)
                given = world.catalogue.given_by(right)
                yield Way(words(member), member.group.unit_id, end, given)


def _outlasts(end: datetime | None, other: datetime | None) -> bool:
    return end is None or (other is not None and end >= other)
