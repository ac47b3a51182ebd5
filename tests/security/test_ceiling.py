"""Nobody passes on more than they may, by dates, second sources, addresses or several steps at once."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.access import may
from accounts.models import Account, Grant
from accounts.services.grants import set_levels, set_permission
from accounts.services.invitations import accept_invitation, resend_invitation
from accounts.services.lifecycle import create_account, disable_account, update_account
from accounts.services.memberships import set_groups
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.exceptions import (
    HigherAdministrator,
    LastAdministrator,
    MayNotPassOn,
    OwnerProtected,
    OwnRights,
)
from adminrights.models import Fact, Unit
from adminrights.services import set_owner
from groups.models import Group, GroupRole, Membership
from groups.services import add_members, set_roles
from groups.services import set_levels as set_group_levels
from roles.models import Role, Rule
from tests.factories import AccountFactory, GroupFactory, RoleFactory

EXPORT = "contacts:export"
TOMORROW, NEXT_YEAR = timedelta(days=1), timedelta(days=365)


def give(fact: Fact, actor: object = SYSTEM, *, ending: tuple[Fact, ...] = (), unit: Unit) -> None:
    """Start a fact with dates of its own, as the screens for temporary access will."""
    with change(Event.GRANTS_CHANGED, actor=actor, unit=unit) as c:
        c.end_all(ending)
        c.start(fact)


def after(span: timedelta) -> datetime:
    return timezone.now() + span


@pytest.fixture
def exporters(unit: Unit) -> Group:
    """A group that gives what Helen doesn't hold."""
    return GroupFactory(unit=unit, roles=[RoleFactory(unit=unit, rules=[EXPORT])])


@pytest.fixture
def clerk(unit: Unit) -> Account:
    """May edit people, and nothing else."""
    return AccountFactory(unit=unit, permissions=["accounts:update"])


# Z2
def test_a_membership_that_begins_tomorrow_is_judged_today(
    unit: Unit, helen: Account, nemo: Account, exporters: Group
) -> None:
    with pytest.raises(MayNotPassOn):
        give(Membership(group=exporters, account=nemo, starts_at=after(TOMORROW)), helen, unit=unit)


# Z2
def test_whoever_joins_a_group_gets_what_the_group_will_carry_tomorrow(
    unit: Unit, helen: Account, nemo: Account
) -> None:
    group = GroupFactory(unit=unit)
    role = RoleFactory(unit=unit, rules=[EXPORT])
    give(GroupRole(group=group, role=role, starts_at=after(TOMORROW)), unit=unit)

    with pytest.raises(MayNotPassOn):
        add_members(group, [nemo], actor=helen)


# Z2
def test_a_rule_that_begins_tomorrow_counts_for_whoever_puts_its_role_on_a_group(
    unit: Unit, nemo: Account
) -> None:
    helper = AccountFactory(unit=unit, permissions=["roles:assign", "access:assign"])
    role, group = RoleFactory(unit=unit), GroupFactory(unit=unit, members=[nemo])
    give(Rule(role=role, permission_id=EXPORT, starts_at=after(TOMORROW)), unit=unit)

    with pytest.raises(MayNotPassOn):
        set_roles(group, [role], actor=helper)


# Z2
def test_bringing_a_planned_right_forward_is_giving_it(unit: Unit, helen: Account, nemo: Account) -> None:
    group = GroupFactory(unit=unit, roles=[RoleFactory(unit=unit, rules=[EXPORT])])
    give(Membership(group=group, account=nemo, starts_at=after(TOMORROW)), unit=unit)

    with pytest.raises(MayNotPassOn):
        add_members(group, [nemo], actor=helen)


# Z2
def test_a_later_end_is_giving_once_more(unit: Unit, helen: Account, nemo: Account, exporters: Group) -> None:
    short = Membership(group=exporters, account=nemo, expires_at=after(TOMORROW))
    give(short, unit=unit)
    longer = Membership(group=exporters, account=nemo, expires_at=after(NEXT_YEAR))

    with pytest.raises(MayNotPassOn):
        give(longer, helen, ending=(short,), unit=unit)


def test_an_earlier_end_is_open_to_whoever_may_take_away(
    unit: Unit, helen: Account, nemo: Account, exporters: Group
) -> None:
    endless = Membership(group=exporters, account=nemo)
    give(endless, unit=unit)

    give(
        Membership(group=exporters, account=nemo, expires_at=after(TOMORROW)),
        helen,
        ending=(endless,),
        unit=unit,
    )

    assert nemo.memberships.live().get().expires_at is not None


# Z2
def test_a_second_source_of_a_right_is_judged_because_it_outlives_the_first(
    unit: Unit, helen: Account, nemo: Account, exporters: Group
) -> None:
    give(Grant(account=nemo, unit=unit, permission_id=EXPORT, expires_at=after(TOMORROW)), unit=unit)

    with pytest.raises(MayNotPassOn):
        add_members(exporters, [nemo], actor=helen)


# Z8
def test_nobody_makes_a_second_source_for_a_right_of_their_own(unit: Unit, exporters: Group) -> None:
    keys = ["group_members:create", "access:assign", EXPORT]
    helper = AccountFactory(unit=unit, permissions=keys)

    with pytest.raises(OwnRights):
        add_members(exporters, [helper], actor=helper)


def test_moving_somebody_between_groups_that_give_the_same_gives_nothing(
    unit: Unit, helen: Account, exporters: Group
) -> None:
    twin = GroupFactory(unit=unit, roles=[RoleFactory(unit=unit, rules=[EXPORT])])
    person = AccountFactory(unit=unit, groups=[exporters])

    set_groups(person, [twin], actor=helen, unit=unit)

    assert may(person, EXPORT, unit)


# Z2: of two ways that take the place of one, the second was given
def test_nobody_leaves_one_group_for_two_that_give_the_same_by_somebody_who_may_not(
    unit: Unit, helen: Account, exporters: Group
) -> None:
    twins = [GroupFactory(unit=unit, roles=[RoleFactory(unit=unit, rules=[EXPORT])]) for _ in range(2)]
    person = AccountFactory(unit=unit, groups=[exporters])

    with pytest.raises(MayNotPassOn):
        set_groups(person, twins, actor=helen, unit=unit)


# Z2: two steps in one change, with a question about the actor's rights between them
def test_the_second_step_of_one_change_is_judged_like_the_first(unit: Unit, nemo: Account) -> None:
    helper = AccountFactory(unit=unit, permissions=["roles:assign", "access:assign", "contacts:list"])
    role, group = RoleFactory(unit=unit, rules=["contacts:list"]), GroupFactory(unit=unit, members=[nemo])

    with pytest.raises(MayNotPassOn):
        both_steps(group, role, helper)

    assert not may(nemo, "ad_campaigns:approve", unit)


def both_steps(group: Group, role: Role, actor: Account) -> None:
    with change(Event.GROUP_ROLES_CHANGED, actor=actor, unit=group.unit):
        set_roles(group, [role], actor=actor)
        set_group_levels(group, {"campaigns": 3}, actor=actor)


def test_a_process_keeps_no_policy_from_the_middle_of_a_change(
    unit: Unit, ada: Account, nemo: Account
) -> None:
    role, group = RoleFactory(unit=unit, rules=["contacts:list"]), GroupFactory(unit=unit, members=[nemo])

    both_steps(group, role, ada)

    assert may(nemo, "ad_campaigns:approve", unit)


# Z2, A12: a new address and a forgotten password are a way into somebody's account
@pytest.mark.parametrize("status", ["active", "pending"])
def test_nobody_redirects_the_mail_of_somebody_who_may_do_more(
    status: str, unit: Unit, clerk: Account
) -> None:
    rich = AccountFactory(unit=unit, permissions=[EXPORT], status=status)

    with pytest.raises(HigherAdministrator, match="Export contacts"):
        update_account(rich, actor=clerk, unit=unit, email="clerks.own@example.org")

    rich.refresh_from_db()
    assert rich.email != "clerks.own@example.org"


def test_the_name_of_somebody_who_may_do_more_can_be_mended(unit: Unit, clerk: Account) -> None:
    rich = AccountFactory(unit=unit, permissions=[EXPORT])

    update_account(rich, actor=clerk, unit=unit, first_name="Mended", email=rich.email)

    assert rich.first_name == "Mended"


@pytest.mark.parametrize("who", ["administrator", "clerk who may export"])
def test_whoever_may_do_as_much_changes_an_address(who: str, unit: Unit, ada: Account) -> None:
    equal = AccountFactory(unit=unit, permissions=["accounts:update", EXPORT])
    rich = AccountFactory(unit=unit, permissions=[EXPORT])

    update_account(rich, actor=ada if who == "administrator" else equal, unit=unit, email="new@example.org")

    assert rich.email == "new@example.org"


# I9: somebody else sends the invitation again after the giver is gone
def test_an_acceptance_is_judged_by_who_gave_not_by_who_sent_it_last(
    unit: Unit, ada: Account, otto: Account, clerk: Account
) -> None:
    invited = create_account(
        email="i@example.org",
        first_name="I",
        last_name="N",
        unit=unit,
        actor=ada,
        levels={"campaigns": 1},
    )
    disable_account(ada, actor=otto, unit=unit)

    accept_invitation(resend_invitation(invited, actor=clerk, unit=unit), password="not so secret words")

    assert not may(invited, "ad_campaigns:list", unit)


# Z2
def test_nobody_but_the_owner_gives_the_organisation_away(
    unit: Unit, ada: Account, otto: Account, nemo: Account
) -> None:
    set_owner(unit, nemo, actor=SYSTEM)

    with pytest.raises(OwnerProtected):
        set_owner(unit, otto, actor=ada)

    unit.refresh_from_db()
    assert unit.owner_id == nemo.pk


# Z7: by expiry
def test_an_administrator_for_a_day_does_not_replace_the_last_one(unit: Unit, ada: Account) -> None:
    stand_in = AccountFactory(unit=unit)
    give(
        Grant(account=stand_in, unit=unit, module_id="admin_rights", level=2, expires_at=after(TOMORROW)),
        unit=unit,
    )

    with pytest.raises(LastAdministrator):
        disable_account(ada, actor=SYSTEM, unit=unit)


# Z7: by expiry
def test_the_last_administrator_gets_no_end_date(unit: Unit, ada: Account) -> None:
    endless = ada.grants.live().get()
    for_a_day = Grant(account=ada, unit=unit, module_id="admin_rights", level=2, expires_at=after(TOMORROW))

    with pytest.raises(LastAdministrator):
        give(for_a_day, ending=(endless,), unit=unit)


# Z5
def test_the_service_changes_no_field_that_no_form_shows(unit: Unit, ada: Account, penny: Account) -> None:
    with pytest.raises(TypeError):
        update_account(penny, actor=ada, unit=unit, status="active")


def test_setting_the_same_levels_again_gives_nothing(unit: Unit, clerk: Account) -> None:
    helper = AccountFactory(unit=unit, permissions=["access:assign"])
    rich = AccountFactory(unit=unit, levels={"campaigns": 3, "customers": 2})

    set_levels(rich, {"campaigns": 3, "customers": 1}, actor=helper, unit=unit)

    assert not may(rich, "user_profiles:update", unit)


# Z2: a right without effect, for want of a feature or of another right, is none to pass on
@pytest.mark.parametrize("withheld", ["lead_scoring:get", "integrations_paid:create"])
def test_what_one_holds_without_effect_one_passes_on_to_nobody(
    withheld: str, unit: Unit, nemo: Account
) -> None:
    helper = AccountFactory(unit=unit, permissions=["access:assign", withheld])

    with pytest.raises(MayNotPassOn):
        set_permission(nemo, withheld, given=True, actor=helper, unit=unit)


# Z2: nor does it slip through because it has no effect for the other one yet
def test_a_right_that_would_have_no_effect_yet_is_judged_all_the_same(unit: Unit, nemo: Account) -> None:
    helper = AccountFactory(unit=unit, permissions=["access:assign"])

    with pytest.raises(MayNotPassOn):
        set_permission(nemo, "lead_scoring:get", given=True, actor=helper, unit=unit)
