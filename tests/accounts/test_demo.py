"""The demo as a company with groups and roles: it looks real, and is made as everything else is."""

from collections.abc import Iterator

import pytest

from accounts.access import effective, may
from accounts.models import AccessRule, Account, Review
from accounts.rules.present import verdicts
from adminrights.models import Unit
from groups.models import Group
from roles.models import Role
from tests.demos import EveryShape, building, person
from tests.terminal import Ran, run


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker) -> Iterator[Ran]:
    yield from building("company", django_db_blocker)


@pytest.fixture
def demo(built, db) -> Ran:
    return built


class TestCompany(EveryShape):
    SHAPE = "company"


def test_the_company_has_groups_and_roles(demo):
    assert (Group.objects.count(), Role.objects.own().count()) == (8, 12)
    assert Account.objects.count() >= 55
    assert person("arjun.bhatt").is_locked


# S0-46, S0-47
def test_a_cancelled_and_reactivated_person_waits_without_an_invitation(demo):
    lucas = person("lucas.vanderberg")
    assert (lucas.status, lucas.invitations.outstanding().count(), lucas.mails.count()) == ("pending", 0, 1)


# S1-45, S1-46
def test_campaigns_admin_is_the_role_of_the_original_document(demo):
    rules = Role.objects.get(name="campaigns_admin").rules.live().values_list("permission_id", flat=True)
    ad = {f"ad_campaigns:{action}" for action in ("get", "list", "create", "update", "delete")}
    assert set(rules) == ad | {f"custom_profile_attributes:{action}" for action in ("get", "list", "create")}


# S1-17, S1-20
def test_james_and_jane_hold_their_rights_as_in_the_original_document(demo):
    james, jane = person("james.hemingway"), person("jane.hemingway")
    assert [each.group.name for each in james.memberships.live()] == ["admin"]
    assert (james.grants.live().count(), jane.memberships.live().count()) == (0, 0)
    assert {grant.right for grant in jane.grants.live()} == {"campaigns@3", "campaigns_2@3"}


# S0-08, S0-09, scenario 25
def test_the_personas_may_what_they_are_for(demo):
    unit = Unit.objects.get()
    assert may(person("marta.kowalczyk"), "accounts:update", unit)
    assert may(person("tomas.ferreira"), "group_members:create", unit)
    assert not may(person("tomas.ferreira"), "accounts:update", unit)
    assert may(person("priya.raman"), "user_profiles:update", unit)
    assert not may(person("priya.raman"), "accounts:list", unit)
    assert effective(person("noor.dejong"), unit).held == {}


def test_a_review_is_under_way_with_some_of_it_decided(demo):
    (review,) = Review.objects.all()
    decisions = [line.decision for line in review.lines.all()]
    assert (review.state, review.due is not None) == ("open", True)
    assert {"keep", "revoke", ""} == set(decisions)
    assert decisions.count("") > 5


def test_one_access_rule_holds_and_another_is_broken_by_some_and_excepts_others(demo):
    broken, kept = verdicts(list(AccessRule.objects.order_by("starts_at")))
    assert (broken.holds, kept.holds) == (False, True)
    assert broken.broken
    assert {each.account.first_name for each in broken.let_off} == {"Léa", "Marta"}


def test_a_database_holds_one_shape_and_says_what_to_do_for_another(demo):
    people = Account.objects.count()
    for words in ([], ["--show"], ["--new-passwords"]):
        ran = run("demo", "--shape", "site", *words)
        assert (ran.code, ran.out, Account.objects.count()) == (1, "", people)
        assert "as company" in ran.err
        assert "make run SHAPE=site DATABASE_URL=" in ran.err
