"""Effective access from dated facts in the database, against a naive evaluation of the same rows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.access import effective, holders, may
from accounts.models import Account, Grant, StatusPeriod, UnitAccess
from accounts.services.grants import set_levels
from accounts.services.memberships import set_groups
from adminrights.change import SYSTEM, _writing, change, preview
from adminrights.events import Event
from adminrights.models import Fact, Unit, UnitFeature
from groups.models import Group, GroupRole, Membership
from roles.catalogue import catalogue
from roles.models import Role, Rule
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory

DAY = timedelta(days=1)
START = datetime(2031, 1, 1, tzinfo=UTC)
# Rights with a feature, with requirements inside and across modules, plain ones, levels and module-wide ones.
PERMISSIONS = [
    "contacts:delete",
    "campaigns:approve",
    "campaigns:start",
    "campaigns:submit",
    "campaigns:list",
    "suppression_lists:import",
    "cross_account_analytics:list",
    "forms:copy",
    "forms:update",
    "account_settings:get",
    "campaigns.*:list",
    "settings.*:update",
]
LEVELS = [("campaigns", 1), ("campaigns", 3), ("contacts", 2), ("settings", 2), ("analytics", 1)]
ASKED = ["contacts:delete", "campaigns:approve", "campaigns:list", "forms:copy", "suppression_lists:import"]
PAIRS = [(n, u) for n in (0, 1) for u in (0, 1, 2)]
World = dict[str, list[tuple[Any, ...]]]
FEATURES = ["contact_deletion", "basic_crm"]


@st.composite
def dates(draw: st.DrawFn) -> dict[str, Any]:
    """When a fact starts, when it was to run out, and when somebody ended it, in days after START."""
    start = draw(st.integers(0, 8))
    until = draw(st.none() | st.integers(start + 1, 12))
    ended = draw(st.none() | st.integers(start, 12))
    return {
        "starts_at": START + start * DAY,
        "expires_at": None if until is None else START + until * DAY,
        "ended_at": None if ended is None else START + ended * DAY,
    }


def fact_of(model: type[Fact], when: dict[str, Any], **fields: Any) -> Fact:
    ended = {} if when["ended_at"] is None else {"ended_in": uuid4()}
    return model(started_in=uuid4(), **when, **ended, **fields)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Everything that may bear on two accounts, as plain tuples with dates."""
    index = st.integers(0, 1)

    def pick(*parts: st.SearchStrategy[Any], same: int = 2) -> list[tuple[Any, ...]]:
        """Draw rows of which no two share their first parts: one not-ended fact per subject and object."""
        rows = st.tuples(*parts, dates())
        return draw(st.lists(rows, max_size=4, unique_by=lambda row: subject(row[:same])))

    return {
        "accesses": pick(index, st.integers(0, 2), st.booleans(), st.booleans()),
        "levels": pick(index, st.integers(0, 2), st.sampled_from(LEVELS), same=3),
        "permissions": pick(index, st.integers(0, 2), st.sampled_from(PERMISSIONS), same=3),
        "memberships": pick(index, index),
        "group_roles": pick(index, index),
        "rules": pick(index, st.sampled_from(PERMISSIONS)),
        "features": pick(st.integers(0, 2), st.sampled_from(FEATURES)),
        "active": pick(index, same=1),
    }


def subject(parts: tuple[Any, ...]) -> tuple[Any, ...]:
    """Two levels of one module are one subject."""
    return tuple(part[0] if isinstance(part, tuple) else part for part in parts)


def live(when: dict[str, Any], at: datetime) -> bool:
    """The rule of a fact, said once more and differently."""
    ends = [end for end in (when["expires_at"], when["ended_at"]) if end is not None]
    return when["starts_at"] <= at < min([*ends, datetime.max.replace(tzinfo=UTC)])


def naive(world: World, who: int, where: int, at: datetime) -> set[str]:
    """Effective access by reading the specification aloud. Units: 0 is the root, 1 under it, 2 under 1."""
    now = {kind: [row[:-1] for row in rows if live(row[-1], at)] for kind, rows in world.items()}
    if (who,) not in now["active"]:
        return set()
    mine = [a for a in now["accesses"] if a[0] == who]
    doors = [a for a in mine if a[1] == where or (a[1] < where and a[2])]
    if not doors:
        return set()
    closed = all(a[1] == where and a[3] for a in doors)
    counts = {where} if closed else set(range(where + 1))
    rights: set[str] = set()
    for _who, unit, (module, level) in (g for g in now["levels"] if g[0] == who):
        rights |= set(catalogue().level(module, level)) if unit in counts else set()
    for _who, unit, key in (g for g in now["permissions"] if g[0] == who):
        rights |= set(catalogue().expand(key)) if unit in counts else set()
    for _who, group in (m for m in now["memberships"] if m[0] == who):
        for role in (r for g, r in now["group_roles"] if g == group and group in counts):
            for key in (k for r, k in now["rules"] if r == role):
                rights |= set(catalogue().expand(key))
    entered = {a[1] for a in mine} | {u for a in mine if a[2] for u in range(a[1], 3)}
    features = {f for u, f in now["features"] if u <= where} | ({"multi_unit"} if len(entered) > 1 else set())
    table = catalogue().permissions
    rights = {key for key in rights if table[key].feature is None or table[key].feature in features}
    while lacking := {key for key in rights if not set(table[key].requires) <= rights}:
        rights -= lacking
    return rights


def build(world: World, units: list[Unit]) -> list[Account]:
    """Put the world into the database: group 0 lies in unit 0, group 1 in unit 1."""
    with change(Event.ACCOUNT_CREATED, actor=SYSTEM) as c:
        at = c.at
        groups = [
            c.create(Group(unit=units[n], name=f"g{n}", display_name=f"G{n}", created_at=at)) for n in (0, 1)
        ]
        roles = [
            c.create(Role(unit=units[0], name=f"r{n}", display_name=f"R{n}", created_at=at)) for n in (0, 1)
        ]
        people = [
            c.create(
                Account(
                    email=f"{n}@e.org", email_key=f"{n}@e.org", first_name="A", last_name="B", created_at=at
                )
            )
            for n in (0, 1)
        ]
    make = {
        "accesses": lambda a, u, s, o: (
            UnitAccess,
            {"account": people[a], "unit": units[u], "includes_subunits": s, "own_rights_only": o},
        ),
        "levels": lambda a, u, ml: (
            Grant,
            {"account": people[a], "unit": units[u], "module_id": ml[0], "level": ml[1]},
        ),
        "permissions": lambda a, u, k: (Grant, {"account": people[a], "unit": units[u], "permission_id": k}),
        "memberships": lambda a, g: (Membership, {"account": people[a], "group": groups[g]}),
        "group_roles": lambda g, r: (GroupRole, {"group": groups[g], "role": roles[r]}),
        "rules": lambda r, k: (Rule, {"role": roles[r], "permission_id": k}),
        "features": lambda u, f: (UnitFeature, {"unit": units[u], "feature": f}),
        "active": lambda a: (StatusPeriod, {"account": people[a], "status": "active"}),
    }  # fmt: skip
    with _writing():
        for kind, rows in world.items():
            for *fields, when in rows:
                model, values = make[kind](*fields)
                fact_of(model, when, **values).save(force_insert=True)
    return people


def tree() -> list[Unit]:
    root = UnitFactory(name="Root")
    child = UnitFactory(name="Child", parent=root)
    return [root, child, UnitFactory(name="Grandchild", parent=child)]


def check_history(world: World, day: int) -> None:
    """Ask about a date."""
    units, at = tree(), START + day * DAY
    people = build(world, units)
    for n, u in PAIRS:
        assert set(effective(people[n], units[u], at).effective) == naive(world, n, u, at)


def check_present(world: World, day: int) -> None:
    """Ask on the date itself: one set, one decision, everybody who may."""
    at = START + day * DAY
    world = {kind: [(*row[:-1], not_yet_ended(row[-1], at)) for row in rows] for kind, rows in world.items()}
    units = tree()
    people = build(world, units)
    expected = {(n, u): naive(world, n, u, at) for n, u in PAIRS}
    with time_machine.travel(at, tick=False):
        for n, person in enumerate(people):
            active = any(row[0] == n and live(row[-1], at) for row in world["active"])
            with _writing():
                Account.objects.filter(pk=person.pk).update(status="active" if active else "disabled")
        for n, u in PAIRS:
            assert set(effective(people[n], units[u]).effective) == expected[n, u]
            for key in ASKED:
                assert may(people[n], key, units[u]) == (key in expected[n, u])
        for u, key in ((u, key) for u in (0, 1, 2) for key in ASKED):
            who = {people[n].pk for n in (0, 1) if key in expected[n, u]}
            assert {holder.account for holder in holders(key, units[u])} == who


def not_yet_ended(when: dict[str, Any], at: datetime) -> dict[str, Any]:
    """On the date itself nobody has ended yet what was ended later."""
    return when if when["ended_at"] is None or when["ended_at"] <= at else when | {"ended_at": None}


# S0-38, S0-56, S1-25, S1-51, S2-18, S2-20, S3-90
@pytest.mark.django_db
@pytest.mark.parametrize("check", [check_history, check_present])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(world=worlds(), day=st.integers(0, 12))
def test_every_door_gives_the_answer_of_the_naive_evaluation(
    check: Callable[[World, int], None], world: World, day: int, catalogue_rows: None
) -> None:
    sid = transaction.savepoint()
    try:
        check(world, day)
    finally:
        transaction.savepoint_rollback(sid)


# S0-04, S0-38, S0-56, S1-18, S1-55: scenario 1
def test_a_group_adds_to_what_somebody_has_and_leaving_it_leaves_the_rest(unit: Unit, grant: Account) -> None:
    writers = RoleFactory(unit=unit, rules=["user_profiles:update"])
    group = GroupFactory(unit=unit, roles=[writers])

    set_groups(grant, [group], actor=SYSTEM, unit=unit)
    assert may(grant, "user_profiles:update", unit)

    set_groups(grant, [], actor=SYSTEM, unit=unit)
    assert not may(grant, "user_profiles:update", unit)
    assert may(grant, "user_profiles:get", unit)


# S1-45, S1-46: scenario 7
def test_the_example_role_may_delete_a_campaign_but_not_an_attribute(gwen: Account, unit: Unit) -> None:
    assert may(gwen, "ad_campaigns:delete", unit)
    assert may(gwen, "custom_profile_attributes:create", unit)
    assert not may(gwen, "custom_profile_attributes:update", unit)


def test_every_source_is_named(unit: Unit, campaign_team: Group) -> None:
    person = AccountFactory(unit=unit, levels={"campaigns": 1}, groups=[campaign_team])

    sources = effective(person, unit).effective["ad_campaigns:list"]

    assert sorted(source.kind for source in sources) == ["grant", "role"]


def test_a_pending_account_may_nothing_but_shows_what_it_will_hold(unit: Unit) -> None:
    person = AccountFactory(unit=unit, status="pending", levels={"customers": 1})

    assert effective(person, unit).effective == {}
    assert "user_profiles:list" in effective(person, unit, as_if_active=True).effective


def test_an_error_in_a_decision_is_a_refusal(
    unit: Unit, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> bool:
        raise RuntimeError("out of order")

    monkeypatch.setattr("accounts.access.may", broken)

    assert ada.has_perm("accounts:update", unit) is False


def test_a_decision_costs_one_statement(unit: Unit, gwen: Account, django_assert_num_queries: Any) -> None:
    may(gwen, "ad_campaigns:list", unit)

    with django_assert_num_queries(1):
        assert may(gwen, "ad_campaigns:delete", unit)


def test_a_change_of_a_role_counts_at_the_very_next_decision(
    unit: Unit, gwen: Account, campaigns_admin: Role
) -> None:
    assert may(gwen, "ad_campaigns:delete", unit)

    with change(Event.ROLE_RULES_CHANGED, actor=SYSTEM) as c:
        c.end(Rule.objects.get(role=campaigns_admin, permission="ad_campaigns:delete"))

    assert not may(gwen, "ad_campaigns:delete", unit)


LEVEL_CHOICES = st.dictionaries(st.sampled_from(["campaigns", "customers", "contacts"]), st.integers(0, 2))


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(edits=st.lists(LEVEL_CHOICES, min_size=1, max_size=4))
def test_a_preview_predicts_exactly_what_the_change_does(
    edits: list[dict[str, int]], gwen: Account, unit: Unit
) -> None:
    for levels in edits:

        def edit(levels: dict[str, int] = levels) -> None:
            set_levels(gwen, levels, actor=SYSTEM, unit=unit)

        before = set(effective(gwen, unit).effective)
        shown = preview(edit)
        predicted = {} if shown is None else {e.account: (e.gained, e.lost) for e in shown.effects.real}
        edit()
        after = set(effective(gwen, unit).effective)

        assert predicted.get(gwen.pk, (set(), set())) == (after - before, before - after)
