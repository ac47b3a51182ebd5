"""What nobody used for so many days: own rights, memberships, rules.

Judged only when uses are recorded for as long, and only what was held for as long. Something counts as used
when anything that it gives was used, or is required by what was: each finding can be carried out, and all of
them together, without anybody being refused what they did in these days.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.dates.kinds import words
from accounts.least.finding import Finding
from accounts.least.world import World
from accounts.models import Grant
from accounts.sources import right_in_words
from groups.models import Membership
from roles.models import Role, Rule
from roles.wording import target_label


def unused_rights(world: World) -> Iterator[Finding]:
    """Yield own rights and memberships of which nothing was used."""
    held: list[Grant | Membership] = [*world.grants, *world.memberships] if world.can_judge else []
    for fact in held:
        unit = fact.group.unit if isinstance(fact, Membership) else fact.unit
        given = _given(world, fact)
        if unit.pk not in world.policy.units or not given or not _had_time(world, fact):
            continue
        if given & world.needed(fact.account_id, unit.pk):
            continue
        kind = "membership" if isinstance(fact, Membership) else "grant"
        last = _last(world, fact.account_id, unit.pk, given)
        yield Finding(kind, words(fact), fact.account, unit, _why(world, last), fact, last=last)


def unused_rules(world: World) -> Iterator[Finding]:
    """Yield rules of the organisation's roles of which no holder used anything, or of which they used a part.

    Of roles that are alike all holders count: one role may come to stand for both.
    """
    holders = _holders(world) if world.can_judge else {}
    for role in world.roles:
        members = holders.get(role.pk, [])
        if not any(_held_long(world, role, member) for member in members):
            continue
        needed = frozenset().union(*(world.needed(m.account_id, m.group.unit_id) for m in members))
        for target, rules in by_target(world.rules.get(role.pk, [])).items():
            used = [rule for rule in rules if world.given([rule.permission_id]) & needed]
            idle = [rule for rule in rules if rule not in used]
            if world.given(rule.permission_id for rule in idle) and _stood_long(world, idle):
                yield (_wide_rule if used else _unused_rule)(world, role, target, members, used)


def _stood_long(world: World, rules: list[Rule]) -> bool:
    return all(rule.starts_at <= world.cutoff for rule in rules)


def _unused_rule(
    world: World, role: Role, target: str, members: list[Membership], used: list[Rule]
) -> Finding:
    people = len({member.account_id for member in members})
    counted = ngettext("%d person", "%d people", people) % people
    why = _("0 of %(people)s used it in %(days)d days") % {"people": counted, "days": world.days}
    return Finding("rule", _("Rule: %s") % rule_label(target), role, world.unit, why, role, target)


def _wide_rule(world: World, role: Role, target: str, members: list[Membership], used: list[Rule]) -> Finding:
    kept = [rule.permission_id.rpartition(":")[2] for rule in used]
    labels = [str(world.catalogue.actions[action].label) for action in kept]
    why = _("Only this of it was used in %(days)d days: %(used)s") % {
        "days": world.days,
        "used": ", ".join(labels),
    }
    what = _("Rule: %s") % rule_label(target)
    return Finding("wide_rule", what, role, world.unit, why, role, target, kept=kept)


def by_target(rules: list[Rule]) -> dict[str, list[Rule]]:
    """Return the rules as people see them: what each is about, and its actions."""
    found: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        target, sign, _action = rule.permission_id.rpartition(":")
        found[target if sign else rule.permission_id].append(rule)
    return found


def rule_label(target: str) -> str:
    """Return what a rule is about; a named permission by its name."""
    label = target_label(target)
    return right_in_words(target) if label == target else label


def _given(world: World, fact: Grant | Membership) -> frozenset[str]:
    if not world.is_live(fact):
        return frozenset()
    if isinstance(fact, Membership):
        return world.given_by_group(fact.group_id)
    return world.given([fact.right])


def _had_time(world: World, fact: Grant | Membership) -> bool:
    """Return whether all of it was there for as long as is looked back, and the account active."""
    parts: list[Grant | Membership | Rule] = [fact]
    starts = [fact.starts_at]
    if isinstance(fact, Membership):
        carried = world.carried.get(fact.group_id, [])
        parts += [rule for each in carried for rule in world.rules.get(each.role_id, ())]
        starts += [each.starts_at for each in carried]
    owner = world.policy.units[world.unit.pk].owner
    long = all(start <= world.cutoff for start in (*starts, *(part.starts_at for part in parts)))
    return long and world.had_time(fact.account_id) and fact.account_id != owner


def _holders(world: World) -> dict[int, list[Membership]]:
    """Return by role who is in a group that carries it or one that is alike, active or not."""
    found: dict[int, list[Membership]] = defaultdict(list)
    for member in world.memberships:
        if member.group.unit_id in world.policy.units:
            for fact in world.carried.get(member.group_id, ()):
                found[fact.role_id].append(member)
    for roles in world.alike:
        together = [member for role in roles for member in found[role.pk]]
        found.update(dict.fromkeys((role.pk for role in roles), together))
    return found


def _held_long(world: World, role: Role, member: Membership) -> bool:
    carried = (fact for fact in world.carried.get(member.group_id, ()) if fact.role_id == role.pk)
    long = any(max(fact.starts_at, member.starts_at) <= world.cutoff for fact in carried)
    return long and world.had_time(member.account_id)


def _last(world: World, account: int, unit: int, given: frozenset[str]) -> date | None:
    return max((use.last for use in world.used_below(account, unit) if use.permission in given), default=None)


def _why(world: World, last: date | None) -> str:
    return (
        ngettext("Not used for %d day", "Not used for %d days", world.days) % world.days
        if last
        else (_("Never used since uses are recorded"))
    )
