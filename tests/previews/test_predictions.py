"""What a preview says is what saving does, and looking changes nothing: random edits."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import pytest
from django.db import connection
from django.utils import timezone
from guardian.models import UserObjectPermission
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.access import resolve_held
from accounts.held import Held, held_by
from accounts.models import Account, Item
from accounts.policy import Policy, load_policy
from accounts.services import items
from accounts.services.grants import set_levels
from accounts.services.levels import set_cells
from accounts.services.lifecycle import disable_account, reactivate_account, remove_account
from accounts.services.memberships import set_groups
from accounts.services.ownership import hand_over
from accounts.services.unit_access import Entry, set_unit_access
from accounts.services.units import close_unit, open_unit, switch_feature
from accounts.standing import Cell, levels
from adminrights.change import SYSTEM, preview
from adminrights.consequences import shares_of
from adminrights.exceptions import Refused
from adminrights.models import Unit
from adminrights.models.facts import live_at
from adminrights.promises import digest_of
from adminrights.services import move_unit
from groups import services as group_services
from groups.models import Group
from groups.services import add_members, delete_group, remove_members, set_roles
from roles.models import Role
from roles.resolver import HeldGrant, allows
from roles.services import delete_role, set_named, set_rule
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory

# Who, where and what, each by its number; a single item by its number below zero.
Right = tuple[int, int, str]
MODULES = ("campaigns", "customers", "contacts", "admin_rights")
TARGETS = {
    "contacts": ("list", "get", "export"),
    "ad_campaigns": ("list", "create"),
    "campaigns.*": ("list",),
}
FEATURES = ("sms", "integrations_paid", "contact_deletion")
NUMBER = st.integers(0, 40)


@dataclass
class Place:
    """Three units, nine people, three groups, three roles, two items; `pick` chooses among what is there."""

    root: Unit

    def people(self, *numbers: int) -> list[Account]:
        found = list(Account.objects.order_by("pk"))
        return list({one.pk: one for one in (found[n % len(found)] for n in numbers)}.values())

    def pick(self, rows: Any, number: int) -> Any:
        found = list(rows.order_by("pk"))
        return found[number % len(found)]

    def unit(self, number: int) -> Unit:
        unit: Unit = self.pick(Unit.objects.open(), number)
        return unit

    def group(self, number: int) -> Group:
        group: Group = self.pick(Group.objects.present(), number)
        return group

    def item(self, number: int) -> Item:
        item: Item = self.pick(Item.objects, number)
        return item

    def role(self, number: int) -> Role:
        role: Role = self.pick(Role.objects.present().filter(built_in=False), number)
        return role


@pytest.fixture
def place(unit: Unit) -> Place:
    north, _south = (UnitFactory(name=name, parent=unit) for name in ("North", "South"))
    roles = [RoleFactory(unit=unit, rules=["ad_campaigns:list", "contacts:list"]) for _number in range(3)]
    groups = [
        GroupFactory(unit=where, roles=[role]) for where, role in zip((unit, unit, north), roles, strict=True)
    ]
    states = ["active"] * 6 + ["pending", "disabled", "active"]
    for number, status in enumerate(states):
        AccountFactory(
            unit=(unit, north)[number % 2],
            status=status,
            groups=groups[: number % 3],
            access={"includes_subunits": number % 4 == 0},
        )
    for where in (unit, north):
        item = items.register_item("contacts", where, "Best customers", actor=SYSTEM)
        for account in Account.objects.filter(unit_accesses__unit=where)[:2]:
            items.hand_over(item, account, actor=SYSTEM)
    return Place(unit)


Edit = Callable[[Place, int, int, int], object]
EDITS: dict[str, Edit] = {
    "own level": lambda p, a, b, c: set_levels(
        p.people(a)[0], {MODULES[b % 4]: c % 3}, actor=SYSTEM, unit=p.unit(c)
    ),
    "groups of one": lambda p, a, b, c: set_groups(
        p.people(a)[0], {p.group(b), p.group(c)}, actor=SYSTEM, unit=p.root
    ),
    "members in": lambda p, a, b, c: add_members(p.group(c), p.people(a, b, a + 1), actor=SYSTEM),
    "members out": lambda p, a, b, c: remove_members(p.group(c), p.people(a, b, a + 1), actor=SYSTEM),
    "roles of a group": lambda p, a, b, c: set_roles(p.group(a), {p.role(b), p.role(c)}, actor=SYSTEM),
    "levels of a group": lambda p, a, b, c: group_services.set_levels(
        p.group(a), {MODULES[b % 4]: c % 3}, actor=SYSTEM
    ),
    "rule": lambda p, a, b, c: set_rule(
        p.role(a), list(TARGETS)[b % 3], list(TARGETS.values())[b % 3][: c % 3], actor=SYSTEM, unit=p.root
    ),
    "named": lambda p, a, b, c: set_named(
        p.role(a), ["settings.view", "settings.admins"][: b % 3], actor=SYSTEM, unit=p.root
    ),
    "units of one": lambda p, a, b, c: set_unit_access(
        p.people(a)[0],
        {p.unit(b).pk: Entry(), p.unit(c).pk: Entry(includes_subunits=bool(c % 2))},
        actor=SYSTEM,
        unit=p.root,
    ),
    "cell": lambda p, a, b, c: set_cells(
        [Cell(p.people(a)[0].pk, p.unit(b).pk, levels()[c % 4].pk)], [], actor=SYSTEM, unit=p.root
    ),
    "feature": lambda p, a, b, c: switch_feature(p.unit(a), FEATURES[b % 3], on=bool(c % 2), actor=SYSTEM),
    "move": lambda p, a, b, c: move_unit(p.unit(a), p.unit(b), actor=SYSTEM),
    "disable": lambda p, a, b, c: disable_account(p.people(a)[0], actor=SYSTEM, unit=p.root),
    "reactivate": lambda p, a, b, c: reactivate_account(p.people(a)[0], actor=SYSTEM, unit=p.root),
    "owner": lambda p, a, b, c: hand_over(p.root, p.people(a)[0], actor=SYSTEM),
    "item handed": lambda p, a, b, c: items.hand_over(p.item(a), p.people(b)[0], actor=SYSTEM),
    "item taken": lambda p, a, b, c: items.take_back(p.item(a), p.people(b)[0], actor=SYSTEM),
    "unit made": lambda p, a, b, c: (
        open_unit(p.unit(a), f"Unit {a} {b} {c}", actor=SYSTEM) if Unit.objects.open().count() < 5 else None
    ),
    "unit closed": lambda p, a, b, c: close_unit(p.unit(a), actor=SYSTEM),
    "removal": lambda p, a, b, c: remove_account(p.people(a)[0], actor=SYSTEM, unit=p.root),
    "group gone": lambda p, a, b, c: delete_group(p.group(a), actor=SYSTEM) if c % 4 == 0 else None,
    "role gone": lambda p, a, b, c: delete_role(p.role(a), actor=SYSTEM, unit=p.root) if c % 4 == 0 else None,
}


class Measured(NamedTuple):
    """Every right that anybody has anywhere, now and as if everybody were active."""

    now: set[Right]
    later: set[Right]
    asleep: set[int]
    # The same about the two single items.
    items_now: set[Right]
    items_later: set[Right]


def measured() -> Measured:
    """Work out who has what from the tables alone."""
    live = live_at(timezone.now())
    policy = load_policy(live)
    everybody = held_by(list(Account.objects.values_list("pk", flat=True)), live)
    now: set[Right] = set()
    later: set[Right] = set()
    for account, held in everybody.items():
        for unit in policy.units:
            rights = resolve_held(account, held, policy, unit, as_if_active=True).effective
            later.update((account, unit, right) for right in rights)
            if held.active:
                now.update((account, unit, right) for right in rights)
    asleep = {account for account, held in everybody.items() if not held.active}
    with_items = [measured_items(policy, everybody, as_if_active=awake) for awake in (False, True)]
    return Measured(now, later, asleep, *with_items)


def measured_items(policy: Policy, everybody: dict[int, Held], *, as_if_active: bool) -> set[Right]:
    handed = set(UserObjectPermission.objects.values_list("user", "object_pk", "permission__codename"))
    found: set[Right] = set()
    for item in Item.objects.filter(unit__in=policy.units):
        for account, held in everybody.items():
            facts, place = held.facts(account, policy), policy.place(item.unit_id)
            for action in ("get", "update"):
                key = f"contacts:{action}"
                own = HeldGrant(0, item.unit_id, None, None, key)
                mine = (own,) if (account, str(item.pk), action) in handed else ()
                facts_here = replace(facts, grants=(*facts.grants, *mine))
                if allows(facts_here, policy.catalogue, place, key, as_if_active=as_if_active):
                    found.add((account, -item.pk, key))
    return found


def dump() -> dict[str, list[Any]]:
    """Return every row of every table, the journal's too."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        return {name: rows_of(cursor, name) for name in tables}


def rows_of(cursor: Any, table: str) -> list[Any]:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
    found: list[Any] = cursor.fetchall()
    return found


def keep_something(place: Place) -> bool:
    """Let there always be a group and a role to choose from; return whether that changed anything."""
    roles = Role.objects.present().filter(built_in=False)
    few_roles, few_groups = roles.count() < 2, Group.objects.present().count() < 2
    if few_roles:
        RoleFactory(unit=place.root, rules=["contacts:list"])
    if few_groups:
        GroupFactory(unit=place.root, roles=[place.role(0)])
    return few_roles or few_groups


@pytest.mark.django_db
@settings(max_examples=22, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(
    edits=st.lists(
        st.tuples(st.sampled_from(sorted(EDITS)), NUMBER, NUMBER, NUMBER), min_size=10, max_size=10
    )
)
def test_what_is_predicted_is_what_saving_does_and_looking_changes_nothing(
    place: Place, edits: list[tuple[str, int, int, int]]
) -> None:
    keep_something(place)
    stored, before = dump(), measured()
    for name, a, b, c in edits:
        # A new unit lies below those that stood: whoever reaches down into it gains nothing by that.
        stood = set(Unit.objects.values_list("pk", flat=True))
        edit, shown = partial(EDITS[name], place, a, b, c), None
        refused = False
        try:
            shown = preview(edit)
        except Refused:
            refused = True
        assert dump() == stored, name
        place.root.refresh_from_db()
        if refused:
            with pytest.raises(Refused):
                edit()
        else:
            edit()
        stored, after = dump(), measured()
        compare(shown, before, after, stood)
        before = after
        if keep_something(place):
            stored, before = dump(), measured()


def compare(shown: Any, before: Measured, after: Measured, stood: set[int]) -> None:
    """What was shown is what came and went, of those who can sign in and of those who can't yet."""

    def apart(one: set[Right], other: set[Right]) -> set[Right]:
        return {right for right in one - other if right[1] in stood}

    assert predicted(shown, "gained", asleep=False) == apart(after.now, before.now)
    assert predicted(shown, "lost", asleep=False) == apart(before.now, after.now)
    still = before.asleep & after.asleep
    gained, lost = apart(after.later, before.later), apart(before.later, after.later)
    assert predicted(shown, "gained", asleep=True) == {right for right in gained if right[0] in still}
    assert predicted(shown, "lost", asleep=True) == {right for right in lost if right[0] in still}

    one, other = before.items_now, after.items_now
    assert predicted_items(shown, "gained", one, asleep=False) == other - one
    assert predicted_items(shown, "lost", other, asleep=False) == one - other
    one, other = ({r for r in each.items_later if r[0] in still} for each in (before, after))
    assert predicted_items(shown, "gained", one, asleep=True) == other - one
    assert predicted_items(shown, "lost", other, asleep=True) == one - other


def predicted(shown: Any, kind: str, *, asleep: bool) -> set[Right]:
    """Return what the lines of the preview are made of, one right of one person at a time."""
    return {
        (account, unit, right)
        for share in shares_of([shown] if shown else [])
        if share.asleep is asleep and not share.things
        for account in share.accounts
        for unit in share.units
        for right in getattr(share, kind)
    }


def predicted_items(shown: Any, kind: str, kept: set[Right], *, asleep: bool) -> set[Right]:
    """Return what comes and goes with single items: what is said of them, and of their whole units.

    Of what is said of a unit, what was `kept` because the item is handed over neither comes nor goes.
    """
    said = {
        (account, -thing.id, right)
        for share in shares_of([shown] if shown else [])
        if share.asleep is asleep
        for account in share.accounts
        for thing in share.things
        for right in getattr(share, kind)
    }
    there = list(Item.objects.values_list("unit", "pk"))
    of_units = {
        (account, -pk, right)
        for account, place, right in predicted(shown, kind, asleep=asleep)
        for unit, pk in there
        if place == unit and right in ("contacts:get", "contacts:update")
    }
    return said | (of_units - kept)


@pytest.mark.django_db
def test_the_same_change_has_the_same_digest_and_another_one_another(place: Place) -> None:
    group, people = place.group(2), place.people(*range(9))

    def add(some: list[Account]) -> str:
        return digest_of(preview(lambda: add_members(group, some, actor=SYSTEM)))

    assert add(people) == add(people)
    assert add(people) != add(people[:-1])
