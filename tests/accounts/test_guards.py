"""Nobody gives what he may not pass on, nobody raises himself, and the last administrator can't vanish.

The guards look at effects, so every door is tried: a new door must join the lists here.
"""

from collections.abc import Callable

import pytest

from accounts.access import holders, may
from accounts.models import Account
from accounts.services.grants import set_levels, set_permission
from accounts.services.lifecycle import create_account, disable_account, remove_account, update_account
from accounts.services.memberships import set_groups
from adminrights.change import SYSTEM, preview
from adminrights.exceptions import (
    GuardRefused,
    HigherAdministrator,
    LastAdministrator,
    MayNotPassOn,
    NoSeatLeft,
    NotAllowed,
    OwnerProtected,
    OwnRights,
)
from adminrights.models import JournalEntry, Unit
from adminrights.services import set_owner
from groups.models import Group
from groups.services import add_members, remove_members, set_roles
from roles.models import Role
from roles.services import delete_role, set_rule
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory

ADMINISTER = ["accounts:list", "accounts:get", "accounts:update", "access:delegate"]


@pytest.fixture
def boss(unit: Unit) -> Account:
    """The only administrator, through a group with a role."""
    role = RoleFactory(unit=unit, name="administrators", rules=ADMINISTER)
    group = GroupFactory(unit=unit, name="administrators", roles=[role])
    return AccountFactory(first_name="Bo", last_name="Boss", unit=unit, groups=[group])


LAST_DOORS: dict[str, Callable[[Account, Unit], object]] = {
    "disable": lambda boss, unit: disable_account(boss, actor=SYSTEM, unit=unit),
    "remove": lambda boss, unit: remove_account(boss, actor=SYSTEM, unit=unit),
    "leave the group": lambda boss, unit: set_groups(boss, [], actor=SYSTEM, unit=unit),
    "empty the group": lambda boss, unit: remove_members(group_of(unit), [boss], actor=SYSTEM),
    "take the role from the group": lambda boss, unit: set_roles(group_of(unit), [], actor=SYSTEM),
    "change the rule": lambda boss, unit: set_rule(
        role_of(unit), "accounts", ["list"], actor=SYSTEM, unit=unit
    ),
    "delete the role": lambda boss, unit: delete_role(role_of(unit), actor=SYSTEM, unit=unit),
}


def group_of(unit: Unit) -> Group:
    return Group.objects.get(unit=unit, name="administrators")


def role_of(unit: Unit) -> Role:
    return Role.objects.get(unit=unit, name="administrators")


# Scenario 24, S3-102: at least one for each site
@pytest.mark.parametrize("door", LAST_DOORS)
def test_the_last_administrator_cannot_vanish_through_any_door(door: str, boss: Account, unit: Unit) -> None:
    with pytest.raises(LastAdministrator):
        LAST_DOORS[door](boss, unit)

    boss.refresh_from_db()
    assert may(boss, "accounts:update", unit)
    assert may(boss, "access:delegate", unit)


@pytest.mark.parametrize("door", LAST_DOORS)
def test_with_a_second_administrator_every_door_is_open(
    door: str, boss: Account, ada: Account, unit: Unit
) -> None:
    LAST_DOORS[door](boss, unit)

    boss.refresh_from_db()
    assert not may(boss, "accounts:update", unit)


def test_an_administrator_who_never_set_a_password_does_not_count(boss: Account, unit: Unit) -> None:
    AccountFactory(unit=unit, status="pending", levels={"admin_rights": 2})

    with pytest.raises(LastAdministrator):
        disable_account(boss, actor=SYSTEM, unit=unit)


@pytest.fixture
def rich_group(unit: Unit) -> Group:
    """A group whose role gives what Helen doesn't hold."""
    return GroupFactory(unit=unit, roles=[RoleFactory(unit=unit, rules=["contacts:export"])])


def test_a_helper_may_not_put_people_into_a_group_that_gives_more_than_she_holds(
    helen: Account, nemo: Account, rich_group: Group
) -> None:
    with pytest.raises(MayNotPassOn, match="Export contacts"):
        add_members(rich_group, [nemo], actor=helen)

    assert not may(nemo, "contacts:export", rich_group.unit)


def test_a_helper_may_pass_on_what_she_holds(unit: Unit, nemo: Account, rich_group: Group) -> None:
    keys = ["group_members:create", "access:assign", "contacts:export"]
    helper = AccountFactory(unit=unit, permissions=keys)

    add_members(rich_group, [nemo], actor=helper)

    assert may(nemo, "contacts:export", unit)


def test_a_helper_without_delegation_never_passes_administration_on(unit: Unit, nemo: Account) -> None:
    helper = AccountFactory(unit=unit, permissions=["access:assign", "accounts:list"])

    with pytest.raises(MayNotPassOn):
        set_permission(nemo, "accounts:list", given=True, actor=helper, unit=unit)


def test_an_administrator_gives_access_to_modules_he_does_not_use(
    ada: Account, nemo: Account, unit: Unit
) -> None:
    set_levels(nemo, {"campaigns": 3}, actor=ada, unit=unit)  # S0-03, S0-06

    assert may(nemo, "ad_campaigns:approve", unit)
    assert not may(ada, "ad_campaigns:approve", unit)


OWN_DOORS: dict[str, Callable[[Account, Unit, Group], object]] = {
    "own grant": lambda ada, unit, group: set_levels(
        ada, {"admin_rights": 2, "customers": 1}, actor=ada, unit=unit
    ),
    "own membership": lambda ada, unit, group: set_groups(ada, [group], actor=ada, unit=unit),
    "a role for the own group": lambda ada, unit, group: set_rule(
        Role.objects.get(name="mine"), "customers.*", ["list"], actor=ada, unit=unit
    ),
}


@pytest.mark.parametrize("door", OWN_DOORS)
def test_nobody_raises_their_own_rights_through_any_door(
    door: str, unit: Unit, otto: Account, rich_group: Group
) -> None:
    mine = RoleFactory(unit=unit, name="mine", rules=["groups:list"])
    group = GroupFactory(unit=unit, roles=[mine])
    ada = AccountFactory(unit=unit, levels={"admin_rights": 2}, groups=[group])

    with pytest.raises(OwnRights):
        OWN_DOORS[door](ada, unit, rich_group)


def test_a_right_given_to_a_pending_account_is_judged_when_it_is_given(unit: Unit, helen: Account) -> None:
    helper = AccountFactory(unit=unit, permissions=["accounts:create", "access:assign"])

    with pytest.raises(MayNotPassOn):
        create_account(
            email="a@example.org",
            first_name="A",
            last_name="B",
            unit=unit,
            actor=helper,
            levels={"campaigns": 1},
        )

    assert not Account.objects.filter(email="a@example.org").exists()


def test_without_delegation_nobody_touches_an_account_that_administers_more(unit: Unit, ada: Account) -> None:
    clerk = AccountFactory(unit=unit, permissions=["accounts:update"])

    with pytest.raises(HigherAdministrator):
        update_account(ada, actor=clerk, unit=unit, first_name="Changed")


def test_without_delegation_nobody_takes_administration_from_others_by_editing_their_role(
    unit: Unit, boss: Account, ada: Account
) -> None:
    clerk = AccountFactory(unit=unit, permissions=["roles:list", "roles:update"])

    with pytest.raises(HigherAdministrator, match="You don't hold that yourself"):
        set_rule(role_of(unit), "accounts", ["list"], actor=clerk, unit=unit)

    assert may(boss, "accounts:update", unit)


def test_somebody_who_edits_people_may_not_change_their_rights(unit: Unit, nemo: Account) -> None:  # S3-T15
    clerk = AccountFactory(unit=unit, permissions=["accounts:update", "customers.*:list"])

    update_account(nemo, actor=clerk, unit=unit, first_name="Captain")
    with pytest.raises(NotAllowed):
        set_levels(nemo, {"customers": 1}, actor=clerk, unit=unit)

    assert nemo.first_name == "Captain"


def test_nobody_but_the_owner_touches_the_owner(unit: Unit, ada: Account, nemo: Account) -> None:
    set_owner(unit, nemo, actor=SYSTEM)

    with pytest.raises(OwnerProtected):
        disable_account(nemo, actor=ada, unit=unit)


def test_the_owner_may_do_everything(unit: Unit, nemo: Account) -> None:
    set_owner(unit, nemo, actor=SYSTEM)

    assert may(nemo, "ad_campaigns:approve", unit)
    assert [holder.account for holder in holders("ad_campaigns:approve", unit)] == [nemo.pk]


def test_the_last_seat_is_the_last(db: None, catalogue_rows: None) -> None:
    unit = UnitFactory(name="Small", seat_limit=1)
    AccountFactory(unit=unit)

    with pytest.raises(NoSeatLeft):
        create_account(email="b@example.org", first_name="B", last_name="C", unit=unit, actor=SYSTEM)


def test_a_refusal_is_journaled_and_changes_nothing(unit: Unit, helen: Account, nemo: Account) -> None:
    with pytest.raises(GuardRefused):
        set_levels(nemo, {"campaigns": 1}, actor=helen, unit=unit)

    entry = JournalEntry.objects.latest("sequence")
    assert (entry.outcome, entry.actor, entry.target_id) == ("refused", helen, nemo.pk)


def test_a_preview_shows_what_would_happen_and_leaves_no_trace(
    unit: Unit, ada: Account, nemo: Account
) -> None:
    entries = JournalEntry.objects.count()

    shown = preview(lambda: set_levels(nemo, {"customers": 1}, actor=ada, unit=unit))

    assert shown is not None
    assert [(e.account, len(e.gained)) for e in shown.effects.real] == [(nemo.pk, 4)]
    assert JournalEntry.objects.count() == entries
    assert not may(nemo, "user_profiles:list", unit)
