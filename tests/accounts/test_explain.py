"""Effective access in words."""

from django.utils import timezone

from accounts.explain import ModuleAccess, PermissionAccess, explain, who_can
from accounts.models import Account
from adminrights.models import Unit
from groups.models import Group
from roles.models import Role
from tests.factories import AccountFactory, GroupFactory


def permission(modules: list[ModuleAccess], key: str) -> PermissionAccess:
    return next(p for module in modules for p in module.permissions if p.key == key)


# S1-07
def test_an_own_right_is_named_with_its_level(unit: Unit, grant: Account) -> None:
    [line] = permission(explain(grant, unit, links=False), "user_profiles:list").sources
    assert (line.kind, line.text) == ("grant", "Own right: Customers, Read")
    assert line.since is not None
    assert line.since <= timezone.now()


# S1-06, S1-18
def test_a_right_through_a_group_names_group_and_role(unit: Unit, gwen: Account) -> None:
    [line] = permission(explain(gwen, unit, links=False), "ad_campaigns:delete").sources
    assert line.text == "Through the group Campaign team, role Campaigns admin"


# S0-38, S1-25
def test_every_source_is_named(unit: Unit, campaigns_admin: Role) -> None:
    teams = [GroupFactory(unit=unit, roles=[campaigns_admin], display_name=name) for name in ("One", "Two")]
    account = AccountFactory(unit=unit, groups=teams, levels={"campaigns": 2})
    lines = permission(explain(account, unit, links=False), "ad_campaigns:update").sources
    assert [line.text for line in lines] == [
        "Own right: Campaigns, Read & Write",
        "Through the group One, role Campaigns admin",
        "Through the group Two, role Campaigns admin",
    ]


# S2-18
def test_a_right_without_what_it_requires_says_what_is_missing(unit: Unit) -> None:
    account = AccountFactory(unit=unit, permissions=["campaigns:approve"])
    found = permission(explain(account, unit), "campaigns:approve")
    assert not found.effective
    assert found.why_not.startswith("It also needs: “")


def test_a_pending_account_holds_nothing_yet_but_it_is_shown_what_it_would(unit: Unit) -> None:
    account = AccountFactory(unit=unit, status="pending", levels={"customers": 1})
    assert explain(account, unit) == []
    assert permission(explain(account, unit, as_if_active=True), "user_profiles:list").effective


def test_who_can_names_everybody_with_sources(unit: Unit, gwen: Account, grant: Account) -> None:
    [(account, lines)] = who_can("ad_campaigns:delete", unit, links=False)
    assert account == gwen
    assert [line.text for line in lines] == ["Through the group Campaign team, role Campaigns admin"]


def test_the_number_of_queries_does_not_grow_with_groups(
    unit: Unit, campaigns_admin: Role, django_assert_max_num_queries: object
) -> None:
    teams: list[Group] = [GroupFactory(unit=unit, roles=[campaigns_admin]) for _ in range(20)]
    account = AccountFactory(unit=unit, groups=teams)
    explain(account, unit, links=False)
    with django_assert_max_num_queries(8):
        explain(account, unit, links=False)
