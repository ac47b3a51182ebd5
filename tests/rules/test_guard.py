"""No change breaks an access rule, by whatever service; and no other change is stopped for one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from accounts.dates.kinds import KINDS
from accounts.dates.services import set_dates
from accounts.models import AccessRule, Account, Grant, UnitAccess, Waiver
from accounts.rules.guard import rules_hold
from accounts.services import grants, lifecycle, memberships, unit_access, units
from accounts.services.rules import Wanted, end_waiver, give_waiver, start_rule
from accounts.services.unit_access import Entry
from adminrights import services as kernel
from adminrights.change import SYSTEM, change
from adminrights.days import Span
from adminrights.events import Event
from adminrights.exceptions import Refused, RuleBroken
from adminrights.hooks import hooks
from adminrights.models import Unit
from adminrights.models.facts import live_now
from groups import services as groups
from groups.models import Group, Membership
from roles import services as roles
from roles.models import Role
from tests.ceiling.state import read_state
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory
from tests.rules.naive import Seen

pytestmark = pytest.mark.django_db
BELOW = {"includes_subunits": True}
DAY = timedelta(days=1)
KEYS = ("ad_campaigns:create", "ad_campaigns:approve", "contacts:export", "offers:delete", "contacts:list")
# Of these edits many are stopped.
FRUITFUL = 7
# In this one an end that is planned would break a rule on a day to come.
ENDING = 2923
steady = settings(
    max_examples=1,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    # A smaller example tells little more here, and finding one takes minutes.
    phases=[Phase.explicit, Phase.generate],
)


class Undone(Exception):
    """Ends what was only tried."""


@contextmanager
def undone() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
            raise Undone
    except Undone:
        pass


def found(chance: Random) -> None:
    root = UnitFactory(name="Northwind")
    left = UnitFactory(name="Left", parent=root)
    UnitFactory(name="Right", parent=root)
    chief = AccountFactory(unit=root, levels={"admin_rights": 2}, access=BELOW)
    kernel.set_owner(root, chief, actor=SYSTEM)
    made = [RoleFactory(unit=root, name=f"r{n}", rules=chance.sample(KEYS, 2)) for n in range(3)]
    teams = [
        GroupFactory(unit=chance.choice([root, left]), name=f"g{n}", roles=chance.sample(made, 1))
        for n in range(3)
    ]
    for number in range(4):
        status = "pending" if number == 3 else "active"
        held = {"permissions": chance.sample(KEYS, 1), "groups": chance.sample(teams, 1)}
        names = {"first_name": f"P{number}", "last_name": "X"}
        AccountFactory(unit=root, status=status, access=BELOW, **held, **names)


def add_rules(chance: Random) -> None:
    every = list(Unit.objects.order_by("pk"))
    for kind in ("both", "group", "nobody", "unit", "least"):
        first, second = chance.sample(KEYS, 2)
        unit = every[0] if kind == "unit" else chance.choice(every[:2])
        wanted = Wanted(kind, first, second, chance.choice(list(Group.objects.all())), every[2], 1)
        start_rule(wanted, unit=unit, actor=SYSTEM, despite=True)
    for key in KEYS[:3]:
        start_rule(Wanted("least", key, least=2), unit=every[0], actor=SYSTEM, despite=True)


Edit = Callable[[], object]
# When something planned begins, and when it ends.
Days = tuple[datetime, datetime]


def an_edit(chance: Random, days: Days) -> Edit:
    """Return one call of one write service, by chance; it may be refused for another reason."""
    root = Unit.objects.get(name="Northwind")
    unit = chance.choice(list(Unit.objects.open().order_by("pk")))
    person = chance.choice(list(Account.objects.order_by("pk")))
    key, on = chance.choice(KEYS), chance.random() < 0.6
    by: dict[str, Any] = {"actor": SYSTEM}
    rule = chance.choice(list(AccessRule.objects.exclude(kind="least").order_by("pk")))
    waiver = chance.choice(list(Waiver.objects.filter(ended_at=None).order_by("pk")) or [None])
    edits: list[Edit] = [
        lambda: grants.set_permission(person, key, given=on, unit=unit, **by),
        lambda: grants.set_levels(person, {"campaigns": chance.randrange(4)}, unit=unit, **by),
        lambda: lifecycle.disable_account(person, unit=root, **by),
        lambda: lifecycle.reactivate_account(person, unit=root, **by),
        lambda: lifecycle.remove_account(person, unit=root, **by),
        lambda: unit_access.set_unit_access(person, {unit.pk: Entry(on, not on)}, unit=root, **by),
        lambda: units.switch_feature(unit, "sms", on=on, **by),
        lambda: units.close_unit(unit, **by),
        lambda: kernel.move_unit(unit, chance.choice(list(Unit.objects.open())), **by),
        lambda: kernel.set_owner(root, person, **by),
        lambda: give_waiver(rule, person, until=timezone.now() + 9 * DAY, reason="x", **by),
        lambda: planned(Grant(account=person, unit=unit, permission_id=key), chance, days),
        lambda: planned(UnitAccess(account=person, unit=unit), chance, days),
    ]
    edits += [partial(set_dates, fact, Span(None, days[1]), actor=SYSTEM) for fact in facts_of(person)]
    if waiver is not None:
        edits.append(lambda: end_waiver(waiver, **by))
    edits += edits_of_groups(chance, person, key, days)
    return chance.choice(edits)


def facts_of(person: Account) -> list[Any]:
    return [
        fact for kind in KINDS.values() for fact in kind.facts(live_now(timezone.now()), Q(account=person))
    ]


def edits_of_groups(chance: Random, person: Account, key: str, days: Days) -> Iterator[Edit]:
    """Yield calls about a group and a role, as far as any is left."""
    root = Unit.objects.get(name="Northwind")
    group = chance.choice(list(Group.objects.present().order_by("pk")) or [None])
    role = chance.choice(list(Role.objects.present().own().order_by("pk")) or [None])
    by: dict[str, Any] = {"actor": SYSTEM}
    on = chance.random() < 0.6
    waiting = person.memberships.filter(ended_at=None, starts_at__gt=timezone.now()).exists()
    if group is not None:
        yield lambda: groups.add_members(group, [person], **by)
        yield lambda: groups.remove_members(group, [person], **by)
        yield lambda: groups.set_levels(group, {"offers": chance.randrange(3)}, **by)
        yield lambda: groups.delete_group(group, **by)
        yield lambda: planned(Membership(account=person, group=group), chance, days)
        if not waiting:
            yield lambda: memberships.set_groups(person, [group], unit=root, **by)
    if role is not None:
        target, action = key.split(":")
        yield lambda: roles.set_rule(role, target, [action] if on else [], unit=root, **by)
        yield lambda: roles.delete_role(role, unit=root, **by)
    if role is not None and group is not None:
        yield lambda: groups.set_roles(group, [role] if on else [], **by)


def planned(fact: Any, chance: Random, days: Days) -> None:
    fact.starts_at, fact.expires_at = chance.choice([(days[0], None), (None, days[1]), days])
    with change(Event.GRANTS_CHANGED, actor=SYSTEM) as c:
        c.end_all(type(fact).objects.not_ended().filter(**_same(fact)))
        c.start(fact)


def _same(fact: Any) -> dict[str, Any]:
    if isinstance(fact, Membership):
        return {"account": fact.account, "group": fact.group}
    if isinstance(fact, UnitAccess):
        return {"account": fact.account, "unit": fact.unit}
    return {"account": fact.account, "unit": fact.unit, "permission": fact.permission_id}


def seen(days: Days) -> Seen:
    return Seen(read_state(), timezone.now(), days)


def without_the_guard(edit: Edit) -> None:
    kept = hooks.guards
    hooks.guards = [guard for guard in kept if guard is not rules_hold]
    try:
        edit()
    finally:
        hooks.guards = kept


@steady
@example(seed=FRUITFUL)
@example(seed=ENDING)
@given(seed=st.integers(0, 10**9))
def test_a_change_is_stopped_exactly_when_a_rule_would_no_longer_hold(
    seed: int, catalogue_rows: None
) -> None:
    chance = Random(seed)
    with undone():
        found(chance)
        add_rules(chance)
        stops, days = 0, (timezone.now() + DAY, timezone.now() + 2 * DAY)
        before = seen(days)
        for _number in range(30):
            number = chance.random()
            after = None
            with undone():
                try:
                    without_the_guard(an_edit(Random(number), days))
                    after = seen(days)
                except Refused:
                    pass
            if after is None:
                continue
            worse = after.is_worse_than(before)
            assert stopped(Random(number), days) is worse, (seed, number)
            stops += worse
            now = seen(days)
            assert not now.is_worse_than(before)
            before = now
        assert stops or seed != FRUITFUL, "nothing was to be stopped"


def stopped(chance: Random, days: Days) -> bool:
    """Do the edit; return whether the guard refused it."""
    try:
        with transaction.atomic():
            an_edit(chance, days)()
    except RuleBroken:
        return True
    return False
