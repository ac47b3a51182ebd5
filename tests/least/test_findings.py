"""What nobody would miss: what is found, and what isn't."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from accounts.least.report import report
from accounts.models import Account, Grant
from accounts.services.grants import set_levels, set_permission
from accounts.services.invitations import cancel_invitation, resend_invitation
from accounts.services.lifecycle import disable_account, reactivate_account
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.models import Unit
from groups.models import Group, Membership
from groups.services import add_members, set_roles
from roles.models import Role, Rule
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory
from tests.least.conftest import Found, use

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
Pass = Callable[[int], None]
LIST = "ad_campaigns:list"


def names(findings: list) -> set[str]:
    return {f"{each.of}: {each.what}" for each in findings}


def test_what_a_person_never_used_is_found(
    gwen: Account, grant: Account, unit: Unit, found: Found, later: Pass
):
    use(gwen, LIST, unit)
    later(90)
    assert found("grant")[0].thing == grant.grants.get()
    assert found("grant")[0].why == "Never used since uses are recorded"
    assert found("membership") == []


def test_what_was_used_long_ago_is_found_with_its_day(gwen: Account, unit: Unit, found: Found, later: Pass):
    use(gwen, LIST, unit)
    later(91)

    (finding,) = found("membership")

    assert finding.of == gwen
    assert str(finding.last) == "2026-03-02"
    assert finding.why == "Not used for 90 days"
    assert found("membership", days=180) == []


def test_nothing_is_judged_before_uses_are_recorded_for_so_long(
    gwen: Account, grant: Account, unit: Unit, found: Found, later: Pass
):
    use(gwen, LIST, unit)
    later(89)

    assert found("grant", "membership", "rule") == []
    chapter = report(unit, 90).chapters[0]
    assert "since 2 Mar 2026, so this can be judged from 31 May 2026" in chapter.later
    assert {each.of for each in found("grant", days=30)} == {grant}


def test_where_nothing_is_recorded_nothing_is_judged(
    gwen: Account, grant: Account, unit: Unit, found: Found, later: Pass, settings: Settings
):
    use(gwen, LIST, unit)
    later(100)
    settings.KEEP_USES_DAYS = 0

    assert found("grant") == []
    assert "isn't recorded" in report(unit, 90).chapters[0].later


def test_what_was_given_lately_had_no_time_to_be_used(
    gwen: Account, nemo: Account, campaign_team: Group, unit: Unit, found: Found, later: Pass
):
    use(gwen, LIST, unit)
    later(60)
    set_permission(nemo, "contacts:list", given=True, actor=SYSTEM, unit=unit)
    add_members(campaign_team, [nemo], actor=SYSTEM)
    later(40)

    assert nemo not in [each.of for each in found("grant", "membership")]


def test_a_group_that_gives_more_since_lately_had_no_time_either(
    gwen: Account, campaign_team: Group, campaigns_admin: Role, unit: Unit, found: Found, later: Pass
):
    use(gwen, LIST, unit)
    later(95)
    other = RoleFactory(unit=unit, rules=["contacts:list"])
    set_roles(campaign_team, [campaigns_admin, other], actor=SYSTEM)

    assert found("membership") == []


def test_who_was_away_is_not_judged_by_the_days_away(grant: Account, unit: Unit, found: Found, later: Pass):
    use(grant, "user_profiles:list", unit)
    disable_account(grant, actor=SYSTEM, unit=unit)
    later(100)
    assert found("grant") == []
    reactivate_account(grant, actor=SYSTEM, unit=unit)

    assert found("grant") == []


def test_what_a_used_right_requires_is_used_with_it(nemo: Account, unit: Unit, found: Found, later: Pass):
    for key in ("account_settings:get", "footers:list", "contacts:export"):
        set_permission(nemo, key, given=True, actor=SYSTEM, unit=unit)
    use(nemo, "footers:list", unit)
    later(95)
    use(nemo, "footers:list", unit)

    assert names(found("grant")) == {f"{nemo}: Own right: Export contacts"}


def test_a_use_below_counts_for_what_is_given_above(
    gwen: Account, campaign_team: Group, unit: Unit, found: Found, later: Pass
):
    branch = UnitFactory(name="Branch", parent=unit)
    person = AccountFactory(unit=unit, access={"includes_subunits": True}, groups=[campaign_team])
    use(gwen, LIST, unit)
    later(95)
    use(person, LIST, branch)

    assert {each.of for each in found("membership")} == {gwen}


def test_a_rule_that_none_of_its_people_used_is_found_with_their_number(
    gwen: Account, campaign_team: Group, campaigns_admin: Role, unit: Unit, found: Found, later: Pass
):
    AccountFactory(unit=unit, groups=[campaign_team])
    use(gwen, LIST, unit)
    later(91)
    use(gwen, LIST, unit)

    (finding,) = found("rule")

    assert (finding.of, finding.target) == (campaigns_admin, "custom_profile_attributes")
    assert finding.why == "0 of 2 people used it in 90 days"


def test_a_rule_is_kept_when_anybody_used_it_disabled_or_not(
    gwen: Account, campaign_team: Group, unit: Unit, found: Found, later: Pass
):
    other = AccountFactory(unit=unit, groups=[campaign_team])
    use(gwen, LIST, unit)
    later(91)
    use(other, "custom_profile_attributes:get", unit)
    use(gwen, LIST, unit)
    disable_account(other, actor=SYSTEM, unit=unit)

    assert found("rule") == []


def test_the_owner_is_not_told_to_give_up_rights(unit: Unit, found: Found, grant: Account, later: Pass):
    with change(Event.UNIT_OWNER_CHANGED, actor=SYSTEM) as c:
        c.update(unit, owner=grant)
    use(grant, "user_profiles:list", unit)
    later(200)

    assert found("grant") == []


def test_groups_without_members_and_without_roles_are_found(
    nemo: Account, gwen: Account, campaigns_admin: Role, unit: Unit, found: Found
):
    empty = GroupFactory(unit=unit, roles=[campaigns_admin])
    bare = GroupFactory(unit=unit, members=[nemo])

    assert {each.thing for each in found("empty_group")} == {empty}
    assert {each.thing for each in found("bare_group")} == {bare}


def test_a_group_whose_first_member_comes_tomorrow_is_not_empty(
    nemo: Account, campaigns_admin: Role, unit: Unit, found: Found
):
    group = GroupFactory(unit=unit, roles=[campaigns_admin])
    with change(Event.GROUP_MEMBERS_CHANGED, actor=SYSTEM) as c:
        c.start(Membership(group=group, account=nemo, starts_at=timezone.now() + timedelta(days=1)))

    assert found("empty_group") == []


def test_twin_roles_are_found_and_the_one_in_use_stays(
    campaign_team: Group, campaigns_admin: Role, unit: Unit, found: Found
):
    rules = [rule.permission_id for rule in campaigns_admin.rules.live()]
    twin = RoleFactory(unit=unit, rules=rules)
    used = RoleFactory(unit=unit, rules=rules)
    GroupFactory(unit=unit, roles=[used])
    GroupFactory(unit=unit, roles=[campaigns_admin])

    assert [each.thing for each in found("twin")] == [twin]
    assert [each.thing for each in found("twin_used")] == [used]
    assert found("twin")[0].why == "Has the same rules as Campaigns admin"
    assert found("loose_role") == []


def test_a_role_that_no_group_carries_is_found(unit: Unit, found: Found, campaign_team: Group):
    role = RoleFactory(unit=unit, rules=["contacts:list"])

    assert [each.thing for each in found("loose_role")] == [role]


def test_a_rule_under_a_broader_one_of_its_role_is_found(unit: Unit, found: Found, campaign_team: Group):
    role = RoleFactory(
        unit=unit, rules=["contacts:list", "contacts.*:list", "contacts.*:get", "campaigns:list"]
    )

    (finding,) = found("shadowed_rule")

    assert (finding.of, finding.target) == (role, "contacts")
    assert finding.why == "The rule about Everything in Contacts allows it anyway"


def test_a_rule_that_allows_one_thing_more_is_kept(unit: Unit, found: Found, campaign_team: Group):
    RoleFactory(unit=unit, rules=["contacts:list", "contacts:export", "contacts.*:list"])

    assert found("shadowed_rule") == []


def give(account: Account, unit: Unit, **grant: object) -> Grant:
    with change(Event.GRANTS_CHANGED, actor=SYSTEM) as c:
        given: Grant = c.start(Grant(account=account, unit=unit, **grant))
    return given


def test_an_own_right_that_groups_give_as_well_is_found(gwen: Account, unit: Unit, found: Found):
    own = give(gwen, unit, permission_id=LIST)

    (finding,) = found("shadowed_grant")

    assert finding.thing == own
    assert finding.why == "Also given by: Group Campaign team"


def test_an_own_right_under_a_level_of_ones_own_is_found_and_the_level_stays(
    nemo: Account, unit: Unit, found: Found
):
    set_levels(nemo, {"customers": 1}, actor=SYSTEM, unit=unit)
    own = give(nemo, unit, permission_id="user_profiles:list")

    assert [each.thing for each in found("shadowed_grant")] == [own]


def test_two_own_rights_that_give_the_same_are_not_both_superfluous(nemo: Account, unit: Unit, found: Found):
    give(nemo, unit, permission_id="contacts:export")
    give(nemo, unit, permission_id="contacts.export")

    assert found("shadowed_grant") == []


@pytest.mark.parametrize("longer", [True, False])
def test_what_gives_it_as_well_must_last_as_long(
    gwen: Account,
    campaign_team: Group,
    unit: Unit,
    found: Found,
    longer: bool,
    monday: time_machine.Traveller,
):
    now: datetime = timezone.now()
    person = AccountFactory(unit=unit)
    with change(Event.GROUP_MEMBERS_CHANGED, actor=SYSTEM) as c:
        c.start(Membership(group=campaign_team, account=person, expires_at=now + timedelta(days=20)))
    give(person, unit, permission_id=LIST, expires_at=now + timedelta(days=10 if longer else 30))

    assert bool(found("shadowed_grant")) is longer


def test_who_takes_no_rights_along_from_above_keeps_what_is_given_below(unit: Unit, found: Found):
    branch = UnitFactory(name="Branch", parent=unit)
    person = AccountFactory(unit=branch, access={"own_rights_only": True})
    give(person, unit, permission_id=LIST)
    give(person, branch, permission_id=LIST)
    assert found("shadowed_grant") == []
    other = AccountFactory(unit=unit, access={"includes_subunits": True})
    give(other, unit, permission_id=LIST)
    below = give(other, branch, permission_id=LIST)

    assert [each.thing for each in found("shadowed_grant")] == [below]


def test_invitations_that_ran_out_or_wait_for_long_are_found(
    penny: Account, unit: Unit, found: Found, later: Pass, settings: Settings
):
    settings.INVITATION_DAYS = 60
    resend_invitation(penny, actor=SYSTEM, unit=unit)
    assert found("invitation") == []
    later(40)
    assert found("invitation") == []
    (waiting,) = found("invitation", days=30)
    assert waiting.why == "Not accepted for 40 days"
    later(21)
    (gone,) = found("invitation")

    assert (gone.of, gone.why) == (penny, "Ran out on 1 May 2026")
    cancel_invitation(penny, actor=SYSTEM, unit=unit)
    assert found("invitation") == []


def test_a_part_of_the_organisation_shows_only_what_lies_in_it(
    grant: Account, gwen: Account, unit: Unit, found: Found, later: Pass, campaigns_admin: Role
):
    branch = UnitFactory(name="Branch", parent=unit)
    person = AccountFactory(unit=branch, levels={"customers": 1})
    empty = GroupFactory(unit=branch, roles=[campaigns_admin])
    RoleFactory(unit=unit, rules=["contacts:list", "contacts.*:list"])
    use(gwen, LIST, unit)
    later(100)

    everything = [each for chapter in report(branch, 90).chapters for each in chapter.found]

    assert {each.of for each in everything} == {person, empty}
    assert {each.of for each in found("grant")} >= {grant, person}


def test_a_retired_right_breaks_nothing(unit: Unit, campaigns_admin: Role, found: Found, gwen: Account):
    with change(Event.ROLE_RULES_CHANGED, actor=SYSTEM) as c:
        c.end_all(Rule.objects.live().filter(role=campaigns_admin, permission__resource="ad_campaigns"))

    assert found("rule", "shadowed_rule", "membership") == []
