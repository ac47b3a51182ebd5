"""Changes to groups."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.access import effective, may
from accounts.models import Account
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.exceptions import Invalid, MayNotPassOn, NotAllowed, OwnRights, Stale
from adminrights.models import JournalEntry, Unit
from groups.models import Group, GroupRole, Membership
from groups.services import (
    add_members,
    create_group,
    delete_group,
    remove_members,
    set_levels,
    set_members,
    set_roles,
    update_group,
)
from roles.models import Role
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory


def members(group: Group) -> set[Account]:
    return {fact.account for fact in group.memberships.live().select_related("account")}


def roles(group: Group) -> set[str]:
    return {fact.role.name for fact in group.role_facts.live().select_related("role")}


# S1-52
def test_a_new_group_is_empty(unit: Unit, ada: Account) -> None:
    group = create_group(unit=unit, name="", display_name="Campaign team", actor=ada)

    assert (group.name, members(group), roles(group)) == ("campaign_team", set(), set())


# People see the display name alone
@pytest.mark.parametrize("display_name", ["Campaign team", "campaign TEAM", " Campaign  team "])
def test_two_groups_can_not_be_called_the_same(
    unit: Unit, ada: Account, campaign_team: Group, display_name: str
) -> None:
    with pytest.raises(Invalid, match="already a group called"):
        create_group(unit=unit, name="another", display_name=display_name, actor=ada)


def test_a_group_is_not_renamed_to_what_another_is_called(
    unit: Unit, ada: Account, campaign_team: Group
) -> None:
    other = create_group(unit=unit, name="", display_name="Insight", actor=ada)
    with pytest.raises(Invalid, match="already a group called"):
        update_group(other, display_name="CAMPAIGN TEAM", actor=ada)


def test_a_taken_name_is_refused(unit: Unit, ada: Account, campaign_team: Group) -> None:
    with pytest.raises(Invalid, match="already a group"):
        create_group(unit=unit, name=campaign_team.name, display_name="Another", actor=ada)


def test_a_malformed_name_is_refused(unit: Unit, ada: Account) -> None:
    with pytest.raises(Invalid):
        create_group(unit=unit, name="fine", display_name="zero\u200bwidth", actor=ada)


# S0-50, S0-53, S1-26, S1-55
def test_new_members_have_the_groups_rights_at_once(
    unit: Unit, ada: Account, nemo: Account, grant: Account, campaign_team: Group
) -> None:
    add_members(campaign_team, [nemo, grant], actor=ada)

    assert may(nemo, "ad_campaigns:update", unit)
    assert may(grant, "ad_campaigns:update", unit)


# S0-56, S1-51
def test_joining_adds_to_what_one_has(unit: Unit, ada: Account, grant: Account, campaign_team: Group) -> None:
    before = set(effective(grant, unit).effective)

    add_members(campaign_team, [grant], actor=ada)

    assert before < set(effective(grant, unit).effective)


# S0-55
def test_leaving_takes_only_what_came_from_the_group(
    unit: Unit, ada: Account, grant: Account, campaign_team: Group
) -> None:
    before = set(effective(grant, unit).effective)
    add_members(campaign_team, [grant], actor=ada)

    remove_members(campaign_team, [grant], actor=ada)

    assert set(effective(grant, unit).effective) == before


def test_adding_a_member_again_changes_nothing(
    unit: Unit, ada: Account, gwen: Account, campaign_team: Group
) -> None:
    entries = JournalEntry.objects.count()

    assert add_members(campaign_team, [gwen], actor=ada) == []
    assert JournalEntry.objects.count() == entries


# S0-52, S1-53
def test_the_members_can_be_set_as_a_whole(
    unit: Unit, ada: Account, gwen: Account, nemo: Account, campaign_team: Group
) -> None:
    stays = campaign_team.memberships.get(account=gwen)

    set_members(campaign_team, [gwen, nemo], actor=ada)
    assert members(campaign_team) == {gwen, nemo}
    assert stays in campaign_team.memberships.live()

    set_members(campaign_team, [nemo], actor=ada)
    assert members(campaign_team) == {nemo}


def test_somebody_elses_account_cannot_join(ada: Account, campaign_team: Group) -> None:
    stranger = AccountFactory(unit=UnitFactory(name="Elsewhere"))

    with pytest.raises(Invalid):
        add_members(campaign_team, [stranger], actor=ada)


def test_adding_a_member_leaves_planned_and_run_out_memberships_alone(
    unit: Unit, ada: Account, nemo: Account, gwen: Account, grant: Account
) -> None:
    group = GroupFactory(unit=unit)
    now = timezone.now()
    with change(Event.GROUP_MEMBERS_CHANGED, actor=SYSTEM) as c:
        c.start(Membership(group=group, account=nemo, starts_at=now + timedelta(days=1)))
        past = {"starts_at": now - timedelta(days=2), "expires_at": now - timedelta(days=1)}
        c.start(Membership(group=group, account=grant, **past))

    add_members(group, [gwen], actor=ada)

    assert members(group) == {gwen}


def test_adding_somebody_whose_membership_is_planned_starts_it_now(
    unit: Unit, ada: Account, nemo: Account
) -> None:
    group = GroupFactory(unit=unit)
    with change(Event.GROUP_MEMBERS_CHANGED, actor=SYSTEM) as c:
        c.start(Membership(group=group, account=nemo, starts_at=timezone.now() + timedelta(days=1)))

    add_members(group, [nemo], actor=ada)

    assert members(group) == {nemo}


def test_adding_and_removing_are_separate_permissions(
    unit: Unit, nemo: Account, campaign_team: Group, gwen: Account
) -> None:
    keys = ["group_members:create", "access:delegate"]
    adder = AccountFactory(unit=unit, permissions=keys)
    add_members(campaign_team, [nemo], actor=adder)

    with pytest.raises(NotAllowed):
        remove_members(campaign_team, [nemo], actor=adder)

    assert nemo in members(campaign_team)


# The ceiling holds on the path through groups too (C-08)
def test_nobody_puts_others_above_himself(
    unit: Unit, helen: Account, nemo: Account, campaign_team: Group
) -> None:
    with pytest.raises(MayNotPassOn):
        add_members(campaign_team, [nemo], actor=helen)

    assert members(campaign_team) == set()


def test_nobody_joins_a_group_to_gain_something(unit: Unit, ada: Account, campaign_team: Group) -> None:
    with pytest.raises(OwnRights):
        add_members(campaign_team, [ada], actor=ada)


# S1-34, S1-38, S1-55
def test_assigned_roles_reach_the_members(
    unit: Unit, ada: Account, gwen: Account, campaign_team: Group
) -> None:
    extra = RoleFactory(unit=unit, name="starters", rules=["ad_campaigns:start"])

    set_roles(campaign_team, [extra], actor=ada)

    assert roles(campaign_team) == {"starters"}
    assert may(gwen, "ad_campaigns:start", unit)
    assert not may(gwen, "ad_campaigns:update", unit)


def test_choosing_roles_leaves_levels_alone(unit: Unit, ada: Account, campaign_team: Group) -> None:
    set_levels(campaign_team, {"customers": 2}, actor=ada)

    set_roles(campaign_team, [], actor=ada)

    assert roles(campaign_team) == {"customers_write"}


def test_a_level_role_can_be_given_among_the_roles(unit: Unit, ada: Account, campaign_team: Group) -> None:
    set_roles(campaign_team, [Role.objects.get(name="customers_read")], actor=ada)

    assert roles(campaign_team) == {"customers_read"}


# S0-52, S0-53, S1-27, C-02: a level is the built-in role of its module
def test_levels_are_assigned_as_built_in_roles(
    unit: Unit, ada: Account, gwen: Account, campaign_team: Group
) -> None:
    set_levels(campaign_team, {"customers": 2, "campaigns": 3, "units": 0}, actor=ada)

    assert roles(campaign_team) == {"campaigns_admin", "customers_write", "campaigns_publish"}
    assert may(gwen, "user_profiles:update", unit)


# S0-55
def test_a_changed_level_replaces_the_one_before(unit: Unit, ada: Account, campaign_team: Group) -> None:
    set_levels(campaign_team, {"customers": 2, "campaigns": 3}, actor=ada)

    set_levels(campaign_team, {"customers": 1}, actor=ada)

    assert roles(campaign_team) == {"campaigns_admin", "customers_read"}


# S0-36
@pytest.mark.parametrize("levels", [{"customers": 3}, {"customers": 4}, {"nothing": 1}])
def test_a_level_that_is_not_offered_is_refused(
    unit: Unit, ada: Account, campaign_team: Group, levels: dict[str, int]
) -> None:
    with pytest.raises(Invalid):
        set_levels(campaign_team, levels, actor=ada)

    assert roles(campaign_team) == {"campaigns_admin"}


def test_a_role_of_another_organisation_is_refused(ada: Account, campaign_team: Group) -> None:
    foreign = RoleFactory(unit=UnitFactory(name="Elsewhere"))

    with pytest.raises(Invalid):
        set_roles(campaign_team, [foreign], actor=ada)


def test_assigning_needs_its_permission(unit: Unit, nemo: Account, campaign_team: Group) -> None:
    with pytest.raises(NotAllowed):
        set_roles(campaign_team, [], actor=nemo)

    assert GroupRole.objects.live().filter(group=campaign_team).exists()


# S0-54
def test_details_are_saved_unless_they_changed_since_they_were_seen(
    unit: Unit, ada: Account, campaign_team: Group
) -> None:
    seen = {"display_name": campaign_team.display_name}
    update_group(campaign_team, actor=ada, seen=seen, display_name="Builders")

    with pytest.raises(Stale):
        update_group(campaign_team, actor=ada, seen=seen, display_name="Others")

    campaign_team.refresh_from_db()
    assert campaign_team.display_name == "Builders"


# S1-30
def test_deleting_a_group_takes_its_rights_from_its_members(
    unit: Unit, ada: Account, gwen: Account, campaign_team: Group
) -> None:
    delete_group(campaign_team, actor=ada)

    assert not may(gwen, "ad_campaigns:list", unit)
    assert members(campaign_team) == set()
    assert campaign_team not in Group.objects.in_unit(unit)


def test_a_deleted_group_takes_no_members(
    unit: Unit, ada: Account, nemo: Account, campaign_team: Group
) -> None:
    seen = Group.objects.get(pk=campaign_team.pk)
    delete_group(campaign_team, actor=ada)

    with pytest.raises(Invalid):
        add_members(seen, [nemo], actor=ada)
