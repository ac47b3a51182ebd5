"""A later end, or none, is giving: whoever may not pass a right on doesn't make it last longer either."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, Grant, UnitAccess
from accounts.services.grants import set_levels
from accounts.services.levels import set_cells
from accounts.services.memberships import set_groups
from accounts.services.unit_access import Entry, set_unit_access
from accounts.standing import Cell
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.exceptions import MayNotPassOn, OwnRights
from adminrights.models import Fact, Unit
from groups.models import Group, GroupRole, Membership
from groups.services import set_roles
from roles.models import Role, Rule
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory

EXPORT = "contacts:export"
DAY = timedelta(days=1)
PARTS = ("membership", "grant", "group role", "rule", "unit access")
ENDS = {"later": 365 * DAY, "none": None}
MAY_MANAGE = ("access:assign", "accounts:update", "group_members:create", "group_members:delete")


def after(span: timedelta | None) -> datetime | None:
    return None if span is None else timezone.now() + span


def replace(old: Fact, new: Fact, actor: object, unit: Unit) -> None:
    """End one fact and start another, as the screens for temporary access will."""
    with change(Event.GRANTS_CHANGED, actor=actor, unit=unit) as c:
        c.end(old)
        c.start(new)


@pytest.fixture
def person(unit: Unit) -> Account:
    """Somebody whose access is theirs alone to be changed: nobody's facts but the test's."""
    return AccountFactory(first_name="Tim", last_name="Temporary", unit=unit)


@pytest.fixture
def manager(unit: Unit) -> Account:
    """May pass on what she holds, and doesn't hold the right to export."""
    return AccountFactory(unit=unit, permissions=[*MAY_MANAGE, "roles:assign"])


@pytest.fixture
def fact(unit: Unit, person: Account) -> Callable[[str], Callable[[timedelta | None], Fact]]:
    """Return for each kind of fact how the one that carries the right to export is made, with an end."""

    def of(kind: str) -> Callable[[timedelta | None], Fact]:
        role = RoleFactory(unit=unit, rules=[] if kind == "rule" else [EXPORT])
        group = GroupFactory(unit=unit, roles=[] if kind == "group role" else [role])
        with change(Event.GRANTS_CHANGED, actor=SYSTEM) as c:
            if kind in {"group role", "rule"}:
                c.start(Membership(group=group, account=person))
            if kind == "unit access":
                c.start(Grant(account=person, unit=unit, permission_id=EXPORT))
                c.end(person.unit_accesses.live().get())
        made: dict[str, Callable[[], Fact]] = {
            "membership": lambda: Membership(group=group, account=person),
            "grant": lambda: Grant(account=person, unit=unit, permission_id=EXPORT),
            "group role": lambda: GroupRole(group=group, role=role),
            "rule": lambda: Rule(role=role, permission_id=EXPORT),
            "unit access": lambda: UnitAccess(account=person, unit=unit),
        }

        def make(span: timedelta | None) -> Fact:
            new = made[kind]()
            new.expires_at = after(span)
            return new

        return make

    return of


def begin(fact: Fact, unit: Unit) -> Fact:
    with change(Event.GRANTS_CHANGED, actor=SYSTEM, unit=unit) as c:
        c.start(fact)
    return fact


# Z2
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("kind", PARTS)
def test_nobody_makes_last_longer_what_he_may_not_pass_on(
    kind: str, end: str, unit: Unit, manager: Account, fact: Callable[..., Callable[..., Fact]]
) -> None:
    make = fact(kind)
    short = begin(make(DAY), unit)

    with pytest.raises(MayNotPassOn, match="Export contacts"):
        replace(short, make(ENDS[end]), manager, unit)

    short.refresh_from_db()
    assert short.ended_at is None


@pytest.mark.parametrize("kind", PARTS)
def test_an_earlier_end_gives_nothing(
    kind: str, unit: Unit, manager: Account, fact: Callable[..., Callable[..., Fact]]
) -> None:
    make = fact(kind)
    endless, sooner = begin(make(None), unit), make(30 * DAY)

    replace(endless, sooner, manager, unit)
    replace(sooner, make(DAY), manager, unit)

    sooner.refresh_from_db()
    assert sooner.ended_at is not None


@pytest.mark.parametrize("kind", PARTS)
def test_whoever_may_pass_the_right_on_makes_it_last_longer(
    kind: str, unit: Unit, fact: Callable[..., Callable[..., Fact]]
) -> None:
    holder = AccountFactory(unit=unit, permissions=[*MAY_MANAGE, EXPORT])
    make = fact(kind)
    short, longer = begin(make(DAY), unit), make(None)

    replace(short, longer, holder, unit)

    assert type(longer).objects.live().filter(pk=longer.pk).exists()


# Z8
def test_nobody_makes_a_right_of_their_own_last_longer(unit: Unit) -> None:
    holder = AccountFactory(unit=unit, permissions=MAY_MANAGE)
    short = Grant(account=holder, unit=unit, permission_id=EXPORT, expires_at=after(DAY))
    begin(short, unit)

    with pytest.raises(OwnRights):
        replace(short, Grant(account=holder, unit=unit, permission_id=EXPORT), holder, unit)


@pytest.fixture
def exporters(unit: Unit) -> tuple[Group, Role]:
    role = RoleFactory(unit=unit, rules=[EXPORT])
    return GroupFactory(unit=unit, roles=[role]), role


# Z2: what takes the place of something temporary isn't endless either
def test_a_group_that_gives_the_same_for_good_is_no_way_round(
    unit: Unit, manager: Account, person: Account, exporters: tuple[Group, Role]
) -> None:
    begin(Membership(group=exporters[0], account=person, expires_at=after(DAY)), unit)
    twin = GroupFactory(unit=unit, roles=[RoleFactory(unit=unit, rules=[EXPORT])])

    with pytest.raises(MayNotPassOn):
        set_groups(person, [twin], actor=manager, unit=unit)


# Z2
def test_out_of_a_group_whose_role_ends_into_one_whose_role_stays_is_no_way_round(
    unit: Unit, manager: Account, person: Account, exporters: tuple[Group, Role]
) -> None:
    passing = GroupFactory(unit=unit, members=[person])
    begin(GroupRole(group=passing, role=exporters[1], expires_at=after(DAY)), unit)

    with pytest.raises(MayNotPassOn):
        set_groups(person, [exporters[0]], actor=manager, unit=unit)


# Z2
def test_a_role_for_good_in_the_place_of_one_that_ends_is_no_way_round(
    unit: Unit, manager: Account, person: Account, exporters: tuple[Group, Role]
) -> None:
    group = GroupFactory(unit=unit, members=[person])
    begin(GroupRole(group=group, role=exporters[1], expires_at=after(DAY)), unit)

    with pytest.raises(MayNotPassOn):
        set_roles(group, [RoleFactory(unit=unit, rules=[EXPORT])], actor=manager)


# Z2
def test_a_lower_level_for_good_in_the_place_of_a_higher_one_that_ends_is_no_way_round(
    unit: Unit, manager: Account, person: Account
) -> None:
    begin(Grant(account=person, unit=unit, module_id="campaigns", level=3, expires_at=after(DAY)), unit)

    with pytest.raises(MayNotPassOn):
        set_levels(person, {"campaigns": 1}, actor=manager, unit=unit)


# Z2, S4-13: a level lets its people in, but not for longer than they were let in before
def test_a_tick_of_the_role_matrix_keeps_the_end_of_an_access(unit: Unit, person: Account) -> None:
    viewer = Role.objects.get(name="viewer", unit=None)
    below = UnitFactory(parent=unit)
    begin(UnitAccess(account=person, unit=below, own_rights_only=True, expires_at=after(DAY)), unit)
    begin(Grant(account=person, unit=below, permission_id=EXPORT), unit)
    manager = AccountFactory(unit=unit, permissions=MAY_MANAGE, access={"includes_subunits": True})

    set_cells([Cell(person.pk, below.pk, viewer.pk)], [], actor=manager, unit=unit)

    assert person.unit_accesses.live().get(unit=below).expires_at is not None


# S2-05: how somebody enters may be changed, and the end stays
def test_the_tab_of_units_keeps_the_end_of_an_access(unit: Unit, person: Account, ada: Account) -> None:
    below = UnitFactory(parent=unit)
    begin(UnitAccess(account=person, unit=below, expires_at=after(DAY)), unit)
    chief = AccountFactory(unit=unit, levels={"admin_rights": 2}, access={"includes_subunits": True})

    set_unit_access(person, {unit.pk: Entry(), below.pk: Entry(own_rights_only=True)}, actor=chief, unit=unit)

    access = person.unit_accesses.live().get(unit=below)
    assert (access.own_rights_only, access.expires_at is not None) == (True, True)
