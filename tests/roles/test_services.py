"""Changes to roles."""

import pytest

from accounts.access import may
from accounts.models import Account
from adminrights.change import preview
from adminrights.exceptions import Invalid, MayNotPassOn, NotAllowed, Stale
from adminrights.models import JournalEntry, Unit
from groups.models import Group
from roles.catalogue import catalogue
from roles.models import Role
from roles.services import copy_role, create_role, delete_role, permissions_of, set_rule, update_role
from tests.factories import AccountFactory, RoleFactory, UnitFactory


# S1-56, S1-60
def test_a_new_role_is_there_at_once_and_gives_nothing(unit: Unit, ada: Account) -> None:
    role = create_role(unit=unit, name="campaign_team", display_name="Campaign team", actor=ada)

    assert role in Role.objects.offered_in(unit)
    assert permissions_of(role) == []


def test_a_role_made_in_a_part_belongs_to_the_organisation(unit: Unit) -> None:
    part = UnitFactory(name="Shops", parent=unit)
    from_above = RoleFactory(unit=unit, display_name="Everywhere")

    assert from_above in Role.objects.offered_in(part)


def test_a_name_left_empty_is_made_from_the_display_name(unit: Unit, ada: Account) -> None:
    role = create_role(unit=unit, name="", display_name="  Köche &  Gäste ", actor=ada)

    assert (role.name, role.display_name) == ("koche_gaste", "Köche & Gäste")


@pytest.mark.parametrize(
    ("name", "display_name"),
    [
        ("has space", "Fine"),
        ("-dash", "Fine"),
        ("ünder", "Fine"),
        ("a" * 101, "Fine"),
        ("fine", ""),
        ("fine", "   "),
        ("fine", "x" * 151),
        ("fine", "two\nlines"),
        ("fine", "turned \u202e round"),
        ("fine", "zero\u200bwidth"),
        ("", "日本"),
    ],
)
def test_a_malformed_name_is_refused(unit: Unit, ada: Account, name: str, display_name: str) -> None:
    with pytest.raises(Invalid):
        create_role(unit=unit, name=name, display_name=display_name, actor=ada)

    assert not Role.objects.own().exists()


@pytest.mark.parametrize("display_name", ["Campaigns admin", "CAMPAIGNS admin", "Customers: Read"])
def test_two_roles_can_not_be_called_the_same(
    unit: Unit, ada: Account, campaigns_admin: Role, display_name: str
) -> None:
    with pytest.raises(Invalid, match="already a role called"):
        create_role(unit=unit, name="another", display_name=display_name, actor=ada)


@pytest.mark.parametrize("name", ["campaigns_admin", "Campaigns_Admin", "customers_read"])
def test_a_taken_name_is_refused(unit: Unit, ada: Account, campaigns_admin: Role, name: str) -> None:
    with pytest.raises(Invalid, match="already a role"):
        create_role(unit=unit, name=name, display_name="Another", actor=ada)


def test_a_deleted_roles_name_is_free_again(unit: Unit, ada: Account, campaigns_admin: Role) -> None:
    delete_role(campaigns_admin, actor=ada, unit=unit)

    again = create_role(unit=unit, name="campaigns_admin", display_name="Campaigns admin", actor=ada)

    assert list(Role.objects.present().filter(name="campaigns_admin")) == [again]


def test_creating_needs_the_permission_and_the_refusal_is_journaled(unit: Unit, nemo: Account) -> None:
    with pytest.raises(NotAllowed):
        create_role(unit=unit, name="mine", display_name="Mine", actor=nemo)

    assert JournalEntry.objects.first().outcome == JournalEntry.Outcome.REFUSED


# S1-37, S1-45, S1-46: different resources in one role have different actions
def test_a_rule_is_a_resource_with_a_set_of_actions(unit: Unit, ada: Account) -> None:
    role = RoleFactory(unit=unit)

    set_rule(role, "ad_campaigns", ["get", "list", "create", "update", "delete"], actor=ada, unit=unit)
    set_rule(role, "custom_profile_attributes", ["get", "list", "create"], actor=ada, unit=unit)

    assert "ad_campaigns:delete" in permissions_of(role)
    assert "custom_profile_attributes:update" not in permissions_of(role)


# S1-44, scenario 7
def test_rights_are_as_fine_as_the_rules(unit: Unit, gwen: Account) -> None:
    assert may(gwen, "ad_campaigns:delete", unit)
    assert not may(gwen, "custom_profile_attributes:update", unit)
    assert not may(gwen, "campaigns:delete", unit)


def test_setting_a_rule_ends_what_is_gone_and_keeps_what_stays(
    unit: Unit, ada: Account, campaigns_admin: Role
) -> None:
    kept = campaigns_admin.rules.get(permission="ad_campaigns:list")

    set_rule(campaigns_admin, "ad_campaigns", ["list", "start"], actor=ada, unit=unit)

    now = campaigns_admin.rules.live().filter(permission__resource="ad_campaigns")
    assert {rule.permission_id for rule in now} == {"ad_campaigns:list", "ad_campaigns:start"}
    assert kept in now


def test_no_actions_remove_the_rule_and_only_it(unit: Unit, ada: Account, campaigns_admin: Role) -> None:
    set_rule(campaigns_admin, "ad_campaigns", [], actor=ada, unit=unit)

    assert all(key.startswith("custom_profile") for key in permissions_of(campaigns_admin))


# S1-36: a rule may be about a module as a whole
def test_a_rule_about_a_module_reaches_each_resource_that_offers_the_action(
    unit: Unit, ada: Account, gwen: Account, campaigns_admin: Role
) -> None:
    set_rule(campaigns_admin, "campaigns.*", ["list"], actor=ada, unit=unit)

    assert may(gwen, "campaigns:list", unit)
    assert not may(gwen, "campaigns:delete", unit)


# S1-58
@pytest.mark.parametrize(
    ("target", "action"),
    [
        ("group_members", "approve"),
        ("nothing", "list"),
        ("campaigns", "nonsense"),
        ("nowhere.*", "list"),
        ("customers.*", "approve"),
    ],
)
def test_what_a_resource_does_not_offer_is_refused(
    unit: Unit, ada: Account, campaigns_admin: Role, target: str, action: str
) -> None:
    before = permissions_of(campaigns_admin)

    with pytest.raises(Invalid):
        set_rule(campaigns_admin, target, [action], actor=ada, unit=unit)

    assert permissions_of(campaigns_admin) == before
    assert JournalEntry.objects.first().outcome == JournalEntry.Outcome.REFUSED


def test_nobody_widens_a_role_beyond_what_they_may_pass_on(
    unit: Unit, campaigns_admin: Role, gwen: Account
) -> None:
    editor = AccountFactory(unit=unit, permissions=["roles:update", "access:assign"])

    with pytest.raises(MayNotPassOn):
        set_rule(campaigns_admin, "ad_campaigns", ["list", "start"], actor=editor, unit=unit)


def test_the_names_of_what_differed_are_told(unit: Unit, ada: Account, campaigns_admin: Role) -> None:
    seen = {"display_name": "Campaigns admin", "name": "campaigns_admin"}
    wanted = seen | {"display_name": "Builders"}

    assert update_role(campaigns_admin, actor=ada, unit=unit, seen=seen, **wanted) == {"display_name"}


def test_details_that_are_no_longer_as_they_were_seen_are_left_alone(
    unit: Unit, ada: Account, campaigns_admin: Role
) -> None:
    seen = {"display_name": campaigns_admin.display_name}
    update_role(campaigns_admin, actor=ada, unit=unit, display_name="First")

    with pytest.raises(Stale):
        update_role(campaigns_admin, actor=ada, unit=unit, seen=seen, display_name="Second")


# C-18, scenario 23
def test_a_built_in_role_is_neither_changed_nor_deleted(unit: Unit, ada: Account) -> None:
    role = Role.objects.get(name="customers_read")

    with pytest.raises(Invalid, match="built in"):
        update_role(role, actor=ada, unit=unit, display_name="Mine")
    with pytest.raises(Invalid, match="built in"):
        set_rule(role, "ad_campaigns", ["list"], actor=ada, unit=unit)
    with pytest.raises(Invalid, match="built in"):
        delete_role(role, actor=ada, unit=unit)


# C-18, scenario 23
def test_the_copy_of_a_built_in_role_has_its_rights_and_can_be_changed(unit: Unit, ada: Account) -> None:
    level = Role.objects.get(name="customers_read")

    copy = copy_role(level, name="readers", display_name="Readers", actor=ada, unit=unit)

    assert set(permissions_of(copy)) == catalogue().level("customers", 1)
    set_rule(copy, "ad_campaigns", ["list"], actor=ada, unit=unit)
    assert "ad_campaigns:list" in permissions_of(copy)


def test_a_copy_is_a_role_of_its_own(unit: Unit, ada: Account, campaigns_admin: Role) -> None:
    copy = copy_role(campaigns_admin, name="copy", display_name="Copy", actor=ada, unit=unit)
    set_rule(copy, "ad_campaigns", [], actor=ada, unit=unit)

    assert "ad_campaigns:list" in permissions_of(campaigns_admin)


# C-18, scenario 9
def test_deleting_a_role_takes_away_exactly_its_permissions(
    unit: Unit, ada: Account, campaigns_admin: Role, campaign_team: Group, gwen: Account
) -> None:
    told = preview(lambda: delete_role(campaigns_admin, actor=ada, unit=unit))
    campaigns_admin.refresh_from_db()
    assert told is not None
    assert [set(effect.lost) for effect in told.effects.real] == [set(permissions_of(campaigns_admin))]

    delete_role(campaigns_admin, actor=ada, unit=unit)

    assert not may(gwen, "ad_campaigns:list", unit)
    assert not campaign_team.role_facts.live().exists()
    assert campaigns_admin not in Role.objects.offered_in(unit)


def test_a_role_of_another_organisation_cannot_be_reached(unit: Unit, ada: Account) -> None:
    foreign = RoleFactory(unit=UnitFactory(name="Elsewhere"))

    with pytest.raises(Invalid):
        delete_role(foreign, actor=ada, unit=unit)
    with pytest.raises(Invalid):
        copy_role(foreign, name="stolen", display_name="Stolen", actor=ada, unit=unit)


def test_a_role_deleted_meanwhile_cannot_be_changed(unit: Unit, ada: Account, campaigns_admin: Role) -> None:
    seen = Role.objects.get(pk=campaigns_admin.pk)
    delete_role(campaigns_admin, actor=ada, unit=unit)

    with pytest.raises(Invalid):
        set_rule(seen, "ad_campaigns", ["list"], actor=ada, unit=unit)


def test_the_history_of_a_role_holds_what_happened_to_it(unit: Unit, ada: Account) -> None:
    role = create_role(unit=unit, name="", display_name="Told", actor=ada)
    set_rule(role, "ad_campaigns", ["list"], actor=ada, unit=unit)

    events = [entry.event for entry in JournalEntry.objects.about(role)]
    assert events == ["role.rules_changed", "role.created"]
