"""A trace is recorded, everything that is suggested is carried out, and the trace is played again.

Nothing that was allowed, and done, is refused then: in organisations in which anything happened.
"""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import time_machine

from accounts import uses
from accounts.access import effective
from accounts.least.finding import Finding
from accounts.least.report import KINDS, report
from accounts.least.taking import take_grant
from accounts.models import Account
from accounts.services.invitations import cancel_invitation
from adminrights.change import SYSTEM
from adminrights.exceptions import Refused
from adminrights.models import Unit
from groups.services import add_members, delete_group, remove_members, replace_role, set_roles
from roles.services import delete_role, set_named, set_rule
from tests.edits import World
from tests.factories import AccountFactory, GroupFactory, RoleFactory

pytestmark = pytest.mark.django_db
Request = tuple[Account, str, Unit]
DAYS = 90


def take(found: Finding) -> None:
    """Do what the page offers."""
    STEPS[found.kind](found)


def take_rule(found: Finding) -> None:
    set_rule(found.of, found.target, (), actor=SYSTEM, unit=found.unit)


def narrow(found: Finding) -> None:
    """Leave of the rule what is there still and was used."""
    there = {rule.permission_id for rule in found.of.rules.live()}
    kept = [action for action in found.kept if f"{found.target}:{action}" in there]
    set_rule(found.of, found.target, kept, actor=SYSTEM, unit=found.unit)


def replace(found: Finding) -> None:
    replace_role(found.thing, found.kept, unit=found.unit, actor=SYSTEM)
    delete_role(found.thing, actor=SYSTEM, unit=found.unit)


def keep_other_names(found: Finding) -> None:
    """Take one named permission out of the role."""
    names = [rule.permission_id for rule in found.of.rules.live() if ":" not in rule.permission_id]
    set_named(found.of, set(names) - {found.target}, actor=SYSTEM, unit=found.unit)


STEPS: dict[str, Callable[[Any], object]] = {
    "grant": lambda each: take_grant(each.thing, actor=SYSTEM),
    "shadowed_grant": lambda each: take_grant(each.thing, actor=SYSTEM),
    "membership": lambda each: remove_members(each.thing.group, [each.of], actor=SYSTEM),
    "rule": lambda each: (take_rule if not is_named(each) else keep_other_names)(each),
    "wide_rule": narrow,
    "shadowed_rule": lambda each: (take_rule if not is_named(each) else keep_other_names)(each),
    "empty_group": lambda each: delete_group(each.thing, actor=SYSTEM),
    "bare_group": lambda each: delete_group(each.thing, actor=SYSTEM),
    "twin": lambda each: delete_role(each.thing, actor=SYSTEM, unit=each.unit),
    "twin_used": replace,
    "loose_role": lambda each: delete_role(each.thing, actor=SYSTEM, unit=each.unit),
    "invitation": lambda each: cancel_invitation(each.of, actor=SYSTEM, unit=each.unit),
}


def is_named(found: Finding) -> bool:
    return "." in found.target and not found.target.endswith(".*")


def enrich(world: World) -> list[Request]:
    """Add what can be found: rights twice, roles twice, rules under rules; and somebody whose rights need
    others of theirs. Return what that one always does.
    """
    wide = ["contacts.*:list", "contacts:list", "campaigns:list", "media.manage", "media:list"]
    one, two = RoleFactory(unit=world.root, rules=wide), RoleFactory(unit=world.root, rules=wide)
    RoleFactory(unit=world.root, rules=wide)
    group = GroupFactory(unit=world.one(world.units), roles=[one], members=world.people[1:3])
    GroupFactory(unit=world.root, roles=[one, two], members=world.people[2:4])
    GroupFactory(unit=world.root, roles=[one])
    set_roles(group, [one, *world.some(world.roles())], actor=SYSTEM)
    add_members(world.one(world.groups()), [world.account()], actor=SYSTEM)
    needy = AccountFactory(unit=world.root, permissions=["account_settings:get", "media:list", "media:get"])
    role = RoleFactory(unit=world.root, rules=["footers:list", "media.manage", "campaigns.*:list"])
    GroupFactory(unit=world.root, roles=[role], members=[needy])
    part = RoleFactory(unit=world.root, rules=["offers:list", "offers:create", "offers:delete"])
    same = RoleFactory(unit=world.root, rules=["offers:list", "offers:create", "offers:delete"])
    GroupFactory(unit=world.root, roles=[part], members=[needy])
    other = AccountFactory(unit=world.root)
    GroupFactory(unit=world.root, roles=[same], members=[other])
    spare = RoleFactory(unit=world.root, rules=["offers:list"])
    GroupFactory(unit=world.root, roles=[spare], members=[needy, world.people[0]])
    done = [
        (needy, "footers:list"),
        (needy, "media:import"),
        (other, "offers:create"),
        (needy, "offers:list"),
    ]
    return [(who, what, world.root) for who, what in done]


def trace(world: World, done: list[Request], random: Random) -> list[Request]:
    """Let people do this, and some of what else they may; return what they did."""
    people = Account.objects.in_bulk([person.pk for person in world.people])
    for account in people.values():
        for unit in Unit.objects.open().below(world.root):
            may = sorted(effective(account, unit).effective)
            done += [(account, key, unit) for key in random.sample(may, min(len(may) // 4, 6))]
    for account, permission, unit in done:
        assert account.has_perm(permission, unit)
    uses.write()
    return done


@pytest.mark.parametrize("backwards", [False, True], ids=["as they stand", "backwards"])
@pytest.mark.parametrize("seed", range(3))
def test_all_suggestions_together_refuse_nothing_that_was_done(
    seed: int, backwards: bool, monday: time_machine.Traveller, catalogue_rows: None
):
    world = World(seed)
    world.steps(12)
    always = enrich(world)
    owner = Account.objects.get(pk=Unit.objects.get(pk=world.root.pk).owner_id or 0)
    assert owner.has_perm("contacts:list", world.root)
    uses.write()
    monday.shift(timedelta(days=DAYS + 10))
    done = trace(world, always, Random(seed))

    root = Unit.objects.get(pk=world.root.pk)
    found = [each for chapter in report(root, DAYS, KINDS).chapters for each in chapter.found]
    assert {"wide_rule", "twin_used"} <= {each.kind for each in found}
    carried_out = 0
    for finding in reversed(found) if backwards else found:
        try:
            take(finding)
        except Refused:
            # A guard keeps it, as it would on the page: the last administrator, an access rule.
            continue
        carried_out += 1

    assert carried_out > 3
    assert [request for request in done if not allowed(request)] == []
    # And what could be taken was taken.
    left = [each.kind for chapter in report(root, DAYS, KINDS).chapters for each in chapter.found]
    gone = {"grant", "membership", "rule", "wide_rule", "shadowed_grant", "shadowed_rule", "twin"}
    assert backwards or not gone & set(left)


def allowed(request: Request) -> bool:
    account, permission, unit = request
    return Account.objects.get(pk=account.pk).may(permission, unit)
