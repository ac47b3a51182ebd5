"""Units: made, named, moved, closed; what that does to people (S4-39, C-16, C-17, Z10)."""

import pytest

from accounts.access import effective, may, units_of
from accounts.guards import seats_taken
from accounts.models import Account, Grant, Invitation, UnitAccess
from accounts.services.invitations import resend_invitation
from accounts.services.units import close_unit, open_unit
from adminrights import journal
from adminrights.change import SYSTEM, change, preview
from adminrights.events import Event
from adminrights.exceptions import (
    Invalid,
    MayNotPassOn,
    NotAllowed,
    NoUnitLeft,
    OwnRights,
    Refused,
    Stale,
)
from adminrights.models import JournalEntry, Unit, UnitFeature
from adminrights.services import create_unit, move_unit, rename_unit, units_in_use
from groups.models import Membership
from roles.models import Role
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory

BELOW = {"includes_subunits": True}


@pytest.fixture
def north(unit: Unit) -> Unit:
    return UnitFactory(name="North", parent=unit)


@pytest.fixture
def south(unit: Unit) -> Unit:
    return UnitFactory(name="South", parent=unit)


@pytest.fixture
def harbour(north: Unit) -> Unit:
    return UnitFactory(name="Harbour", parent=north)


@pytest.fixture
def boss(unit: Unit) -> Account:
    """Administers the whole organisation and enters every unit."""
    return AccountFactory(unit=unit, levels={"admin_rights": 2}, access=BELOW)


def test_a_new_unit_hangs_below_its_parent(unit: Unit) -> None:
    child = create_unit(create_unit(unit, "  North   Sea ", actor=SYSTEM), "Oslo", actor=SYSTEM)

    assert (child.parent.name, child.root) == ("North Sea", unit)
    assert child.path == f"{unit.pk}/{child.parent_id}/{child.pk}/"


# S2-24, C-17
def test_whoever_opens_a_unit_may_enter_it_and_has_there_what_they_had_above(
    unit: Unit, ada: Account
) -> None:
    child = open_unit(unit, "North", actor=ada)

    assert units_of(ada) == [unit, child]
    assert may(ada, "accounts:update", child)
    assert not may(ada, "ad_campaigns:list", child)


def test_opening_a_unit_lets_nobody_else_in(unit: Unit, ada: Account, otto: Account) -> None:
    child = open_unit(unit, "North", actor=ada)

    assert not may(otto, "accounts:update", child)


def test_the_right_to_open_units_is_enough_to_open_one(unit: Unit) -> None:
    builder = AccountFactory(unit=unit, permissions=["units:create"])

    child = open_unit(unit, "North", actor=builder)

    assert sorted(effective(builder, child).effective) == ["units:create"]


def test_who_may_not_opens_no_unit(unit: Unit, helen: Account) -> None:
    with pytest.raises(NotAllowed):
        open_unit(unit, "North", actor=helen)

    assert not Unit.objects.filter(name="North").exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 151, "No\u202erth", "North"])
def test_a_name_that_nobody_can_use_is_refused(name: str, unit: Unit, north: Unit) -> None:
    with pytest.raises(Invalid):
        create_unit(unit, name, actor=SYSTEM)


def test_two_parents_may_each_have_a_unit_of_one_name(north: Unit, south: Unit) -> None:
    assert create_unit(north, "Sales", actor=SYSTEM).pk != create_unit(south, "Sales", actor=SYSTEM).pk


# S4-39
def test_the_limit_of_units_blocks_the_next_one(db: None, catalogue_rows: None) -> None:
    root = UnitFactory(name="Small", unit_limit=1)
    first = create_unit(root, "One", actor=SYSTEM)

    with pytest.raises(NoUnitLeft, match="raise the limit"):
        create_unit(first, "Two", actor=SYSTEM)

    close_unit(first, actor=SYSTEM)
    create_unit(root, "Two", actor=SYSTEM)
    assert units_in_use(root) == 1


def test_a_unit_administrator_renames_their_own_unit_only(north: Unit, south: Unit) -> None:
    keeper = AccountFactory(unit=north, permissions=["units:update"])

    assert rename_unit(north, "Far North", actor=keeper) == {"name"}
    with pytest.raises(NotAllowed):
        rename_unit(south, "Far South", actor=keeper)


def test_who_administers_the_root_renames_what_lies_below_without_entering_it(
    north: Unit, ada: Account
) -> None:
    rename_unit(north, "Far North", actor=ada)

    assert Unit.objects.get(pk=north.pk).name == "Far North"


def test_the_second_of_two_who_rename_is_told(north: Unit, ada: Account) -> None:
    seen = {"name": north.name}
    rename_unit(north, "First", actor=ada, seen=seen)

    with pytest.raises(Stale):
        rename_unit(north, "Second", actor=ada, seen=seen)


def test_a_moved_unit_takes_everything_below_it_along(north: Unit, south: Unit, harbour: Unit) -> None:
    pier = UnitFactory(name="Pier", parent=harbour)

    move_unit(harbour, south, actor=SYSTEM)

    pier.refresh_from_db()
    assert pier.path == f"{south.path}{harbour.pk}/{pier.pk}/"
    assert list(Unit.objects.below(north)) == [north]


@pytest.mark.parametrize("where", ["itself", "below", "foreign"])
def test_a_unit_moves_into_no_circle_and_no_other_organisation(
    where: str, north: Unit, harbour: Unit
) -> None:
    places = {"itself": north, "below": harbour, "foreign": UnitFactory(name="Elsewhere")}

    with pytest.raises(Invalid):
        move_unit(north, places[where], actor=SYSTEM)

    assert Unit.objects.get(pk=north.pk).path == north.path


def test_the_organisation_itself_stays_where_it_is(unit: Unit, north: Unit) -> None:
    with pytest.raises(Invalid):
        move_unit(unit, north, actor=SYSTEM)


# C-16: a grant counts in its unit and below
def test_a_move_says_beforehand_who_gains_and_who_loses(north: Unit, south: Unit, harbour: Unit) -> None:
    old = AccountFactory(unit=north, levels={"campaigns": 1}, access=BELOW)
    new = AccountFactory(unit=south, levels={"campaigns": 1}, access=BELOW)

    found = preview(lambda: move_unit(Unit.objects.get(pk=harbour.pk), south, actor=SYSTEM))

    by_account = {effect.account: effect for effect in found.effects.real}
    assert "campaigns:list" in by_account[old.pk].lost
    assert "campaigns:list" in by_account[new.pk].gained
    assert {effect.unit for effect in found.effects.real} == {harbour.pk}
    assert may(old, "campaigns:list", harbour)


def test_a_move_takes_and_gives_what_comes_from_above(north: Unit, south: Unit, harbour: Unit) -> None:
    old = AccountFactory(unit=north, levels={"campaigns": 1}, access=BELOW)
    new = AccountFactory(unit=south, levels={"campaigns": 1}, access=BELOW)

    move_unit(harbour, south, actor=SYSTEM)

    assert [may(old, "campaigns:list", harbour), may(new, "campaigns:list", harbour)] == [False, True]


# S4-41, Z2: by the door of a move, too
def test_nobody_passes_on_by_a_move_what_they_may_not(
    unit: Unit, north: Unit, south: Unit, harbour: Unit
) -> None:
    AccountFactory(unit=south, levels={"campaigns": 3}, access=BELOW)
    mover = AccountFactory(unit=unit, permissions=["units:update", "access:assign"], access=BELOW)

    with pytest.raises(MayNotPassOn):
        move_unit(harbour, south, actor=mover)

    harbour.refresh_from_db()
    assert harbour.parent == north


def test_nobody_raises_themselves_by_a_move(unit: Unit, south: Unit, harbour: Unit) -> None:
    mover = AccountFactory(unit=unit, permissions=["units:update"], access=BELOW)
    with change(Event.GRANTS_CHANGED, actor=SYSTEM) as c:
        c.start(Grant(account=mover, unit=south, module_id="campaigns", level=3))

    with pytest.raises(OwnRights):
        move_unit(harbour, south, actor=mover)


def test_a_move_needs_the_right_in_both_places(north: Unit, south: Unit, harbour: Unit) -> None:
    keeper = AccountFactory(unit=north, permissions=["units:update"])

    with pytest.raises(NotAllowed):
        move_unit(harbour, south, actor=keeper)


# Z10: the right goes with the way it came
def test_a_closed_unit_leaves_nothing_that_gives_access(north: Unit, ada: Account) -> None:
    group = GroupFactory(unit=north, roles=[RoleFactory(unit=north.root, rules=["contacts:list"])])
    person = AccountFactory(unit=north, levels={"campaigns": 1}, groups=[group])

    close_unit(north, actor=ada)

    for kind in (UnitAccess, Grant, Membership):
        assert not kind.objects.not_ended().filter(account=person).exists()
    group.refresh_from_db()
    assert group.deleted_at
    assert effective(person, north).held == {}


def test_closing_says_beforehand_who_loses_what(north: Unit) -> None:
    person = AccountFactory(unit=north, levels={"campaigns": 1})

    found = preview(lambda: close_unit(Unit.objects.get(pk=north.pk), actor=SYSTEM))

    (effect,) = found.effects.real
    assert (effect.account, effect.unit) == (person.pk, north.pk)
    assert "campaigns:list" in effect.lost


def test_a_closed_unit_frees_seats_and_kills_links(unit: Unit, north: Unit) -> None:
    invited = AccountFactory(unit=north, status="pending")
    resend_invitation(invited, actor=SYSTEM, unit=north)
    both = AccountFactory(unit=north, status="pending")
    with change(Event.ACCOUNT_ACCESS_CHANGED, actor=SYSTEM) as c:
        c.start(UnitAccess(account=both, unit=unit))
    resend_invitation(both, actor=SYSTEM, unit=unit)

    close_unit(north, actor=SYSTEM)

    assert seats_taken(unit) == 1
    assert [i.account for i in Invitation.objects.outstanding()] == [both]


@pytest.mark.parametrize("which", ["root", "with children"])
def test_what_holds_others_is_not_closed(which: str, unit: Unit, north: Unit, harbour: Unit) -> None:
    with pytest.raises(Invalid):
        close_unit(unit if which == "root" else north, actor=SYSTEM)


def test_a_unit_administrator_doesnt_close_their_own_unit(north: Unit) -> None:
    keeper = AccountFactory(unit=north, permissions=["units:delete"])

    with pytest.raises(NotAllowed):
        close_unit(north, actor=keeper)


def test_the_right_to_close_units_is_enough_though_the_owner_works_there(unit: Unit, north: Unit) -> None:
    closer = AccountFactory(unit=unit, permissions=["units:delete"])
    owner = AccountFactory(unit=north, groups=[GroupFactory(unit=north)])
    with change(Event.UNIT_OWNER_CHANGED, actor=SYSTEM) as c:
        c.update(unit, owner_id=owner.pk)

    close_unit(north, actor=closer)

    assert units_of(owner) == [unit]


def test_nobody_takes_administration_by_closing_that_they_lack(unit: Unit, north: Unit) -> None:
    closer = AccountFactory(unit=unit, permissions=["units:delete"])
    AccountFactory(unit=north, levels={"admin_rights": 2})

    with pytest.raises(Refused):
        close_unit(north, actor=closer)


def test_every_step_is_in_the_journal_and_the_chain_holds(unit: Unit, south: Unit, boss: Account) -> None:
    child = open_unit(unit, "East", actor=boss)
    rename_unit(child, "Far East", actor=boss)
    move_unit(child, south, actor=boss)
    close_unit(child, actor=boss)

    events = [entry.event for entry in journal_of(child)]
    assert events == ["unit.closed", "unit.moved", "unit.updated", "unit.created"]
    assert list(journal.verify()) == []


def journal_of(unit: Unit) -> list[JournalEntry]:
    return list(JournalEntry.objects.about(unit))


# scenario 18
def test_who_enters_the_root_and_below_enters_every_unit(unit: Unit, harbour: Unit, boss: Account) -> None:
    plain = AccountFactory(unit=harbour, levels={"admin_rights": 1})

    assert len(units_of(boss)) == 3
    assert units_of(plain) == [harbour]


def test_features_of_a_closed_unit_end(north: Unit) -> None:
    with change(Event.UNIT_FEATURES_CHANGED, actor=SYSTEM) as c:
        c.start(UnitFeature(unit=north, feature="sms"))

    close_unit(north, actor=SYSTEM)

    assert not UnitFeature.objects.live().exists()


def test_roles_are_the_organisations_in_every_unit(unit: Unit, north: Unit) -> None:
    role = RoleFactory(unit=unit, rules=["contacts:list"])

    assert role in Role.objects.offered_in(north)
