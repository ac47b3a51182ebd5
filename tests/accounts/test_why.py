"""Why and why not: every source, what stands in the way, and the smallest changes that would allow it."""

from collections.abc import Sequence

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, UnitAccess
from accounts.why.steps import Step
from accounts.why.suggestions import Suggestion, Suggestions, ask, suggestions
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.models import JournalEntry, Unit
from groups.models import Group
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory

KEY = "ad_campaigns:delete"


def why(client: Client, account: Account, key: str = KEY) -> str:
    answer = client.get(reverse("accounts:account_why", args=[account.pk, key]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def allow(account: Account, *tokens: str, key: str = KEY) -> str:
    return reverse("accounts:account_allow", args=[account.pk, key], query={"step": tokens})


def found_for(account: Account, unit: Unit, key: str = KEY, reader: object = SYSTEM) -> Suggestions:
    return suggestions(ask(account, unit, key, reader))


def ways(found: Suggestions) -> list[Sequence[Step]]:
    return [each.steps for each in found.found]


def way(found: Suggestions, *steps: Step) -> Suggestion:
    return next(each for each in found.found if each.steps == steps)


def group_step(group: Group) -> Step:
    return Step("group", str(group.pk))


@pytest.fixture
def as_ada(client: Client, ada: Account) -> Client:
    client.force_login(ada)
    return client


# ---- Why


# S1-06, S1-07
def test_a_yes_names_every_source_and_draws_it(as_ada: Client, gwen: Account) -> None:
    page = why(as_ada, gwen)

    assert "Yes, Gwen Group may do this in Northwind." in page
    assert "Through the group Campaign team, role Campaigns admin" in page
    assert "<title>Group: Campaign team</title>" in page
    assert "<title>Role: Campaigns admin</title>" in page
    assert "What would allow it" not in page


def test_own_rights_and_the_owner_are_drawn_too(as_ada: Client, unit: Unit, grant: Account) -> None:
    with change(Event.UNIT_OWNER_CHANGED, actor=SYSTEM) as c:
        c.update(unit, owner_id=grant.pk)
    page = why(as_ada, grant, "user_profiles:list")

    assert "<title>Own right: Customers, Read</title>" in page
    assert "<title>Owner: Owner of Northwind</title>" in page


def test_many_sources_stand_in_the_list_when_the_drawing_is_full(as_ada: Client, unit: Unit) -> None:
    role = RoleFactory(unit=unit, rules=[KEY, "ad_campaigns:list"])
    teams = [GroupFactory(unit=unit, roles=[role]) for _ in range(10)]
    page = why(as_ada, AccountFactory(unit=unit, groups=teams))

    assert page.count("Through the group") == 10
    assert "2 more sources stand in the list only." in page


# ---- Why not


@pytest.mark.parametrize(
    ("persona", "key", "words"),
    [
        ("nemo", KEY, "No group and no own right gives it here."),
        ("penny", KEY, "The account is pending: nothing works before its invitation is followed."),
        ("dora", KEY, "The account is disabled: nothing works before it is reactivated."),
    ],
)
def test_a_no_says_what_stands_in_the_way(
    as_ada: Client, request: pytest.FixtureRequest, persona: str, key: str, words: str
) -> None:
    page = why(as_ada, request.getfixturevalue(persona), key)

    assert "may not do this in Northwind." in page
    assert words in page


# S2-18
def test_what_is_held_without_effect_says_what_is_missing(as_ada: Client, unit: Unit) -> None:
    page = why(as_ada, AccountFactory(unit=unit, permissions=["campaigns:approve"]), "campaigns:approve")

    assert "It is held, but without effect." in page
    assert "It also needs: “" in page
    assert "why-broken" in page


def test_the_smallest_changes_are_a_group_a_level_and_the_single_right(
    unit: Unit, nemo: Account, campaign_team: Group
) -> None:
    found = found_for(nemo, unit)

    assert set(ways(found)) == {
        (group_step(campaign_team),),
        (Step("level", "campaigns@2"),),
        (Step("key", KEY),),
    }
    # The one with the fewest side effects comes first.
    assert ways(found)[0] == (Step("key", KEY),)
    assert found.found[0].brought.others == frozenset()
    assert "custom_profile_attributes:create" in way(found, group_step(campaign_team)).brought.others


def test_only_the_groups_with_the_fewest_rights_are_suggested(unit: Unit, nemo: Account) -> None:
    extra = ["offers:list", "segments:get", "templates:create", "deals:list"]
    groups = [
        GroupFactory(unit=unit, roles=[RoleFactory(unit=unit, rules=[KEY, *extra[:number]])])
        for number in range(5)
    ]
    found = found_for(nemo, unit)

    suggested = [steps[0] for steps in ways(found) if steps[0].kind == "group"]
    assert suggested == [group_step(group) for group in groups[:3]]
    assert found.more == 2


# S2-18
def test_what_lacks_a_requirement_is_mended_by_it(unit: Unit) -> None:
    account = AccountFactory(unit=unit, permissions=["campaigns:approve"])
    found = found_for(account, unit, "campaigns:approve")

    assert (Step("key", "campaigns:start"), Step("key", "campaigns:submit")) in ways(found)


def test_a_group_that_carries_a_part_is_completed(unit: Unit, nemo: Account) -> None:
    role = RoleFactory(unit=unit, rules=["campaigns:approve", "campaigns:start"])
    group = GroupFactory(unit=unit, roles=[role])
    found = found_for(nemo, unit, "campaigns:approve")

    assert (group_step(group), Step("key", "campaigns:submit")) in ways(found)


# S3-90
def test_a_missing_feature_is_switched_on_and_says_whom_else_it_reaches(unit: Unit) -> None:
    AccountFactory(unit=unit, permissions=["contacts:list", "contacts:delete"])
    account = AccountFactory(unit=unit, permissions=["contacts:list", "contacts:delete"])
    found = found_for(account, unit, "contacts:delete")

    [each] = found.found
    assert each.steps == (Step("feature", "contact_deletion"),)
    assert each.brought.people == 1


def test_a_disabled_account_is_reactivated_with_all_that_it_had(unit: Unit) -> None:
    account = AccountFactory(unit=unit, status="disabled", confirmed=True, levels={"customers": 1})
    found = found_for(account, unit, "user_profiles:list")

    [each] = found.found
    assert each.steps == (Step("activate"),)
    assert "user_profiles:get" in each.brought.others


def test_somebody_of_a_unit_below_is_let_in_first(unit: Unit) -> None:
    south = UnitFactory(name="South", parent=unit)
    account = AccountFactory(unit=south)
    found = found_for(account, unit)

    assert (Step("enter"), Step("key", KEY)) in ways(found)


# S2-13, S2-16
def test_where_only_own_rights_count_those_from_above_can_be_let_in(unit: Unit) -> None:
    south = UnitFactory(name="South", parent=unit)
    account = AccountFactory(unit=south, access={"own_rights_only": True})
    with change(Event.MEMBERSHIPS_CHANGED, actor=SYSTEM) as c:
        role = RoleFactory(unit=unit, rules=[KEY])
        group = GroupFactory(unit=unit, roles=[role])
        c.start(type(group.memberships.model())(account=account, group=group))
    found = found_for(account, south)

    assert (Step("open"),) in ways(found)


# S2-20
def test_what_needs_two_units_offers_a_second_one(unit: Unit) -> None:
    account = AccountFactory(unit=unit, permissions=["cross_account_analytics:list"])
    assert ways(found_for(account, unit, "cross_account_analytics:list")) == []
    south = UnitFactory(name="South", parent=unit)

    assert ways(found_for(account, unit, "cross_account_analytics:list")) == [
        (Step("second", str(south.pk)),)
    ]


def test_a_group_of_the_unit_above_is_suggested(unit: Unit, campaign_team: Group) -> None:
    south = UnitFactory(name="South", parent=unit)
    account = AccountFactory(unit=south)

    assert (group_step(campaign_team),) in ways(found_for(account, south))


# ---- Only what the reader may do and see


# S3-T15
def test_what_the_reader_may_not_do_is_said_in_words(
    client: Client, unit: Unit, nemo: Account, campaign_team: Group
) -> None:
    client.force_login(AccountFactory(unit=unit, permissions=["accounts:get"]))
    page = why(client, nemo)

    assert "Somebody else may do these; you may not." in page
    assert "See what changes" not in page
    assert "Campaign team" not in page


def test_who_manages_groups_but_holds_less_is_told_who_can(
    client: Client, unit: Unit, helen: Account, nemo: Account, campaign_team: Group
) -> None:
    client.force_login(helen)
    page = why(client, nemo)

    assert "Membership of the group Campaign team" in page
    assert "See what changes" not in page
    assert "Somebody who may pass these rights on has to do it." in page


# Z8
def test_about_oneself_everything_is_in_words(client: Client, ada: Account, nemo: Account) -> None:
    client.force_login(nemo)
    page = client.get(reverse("accounts:my_why", args=[KEY])).content.decode()

    assert "No, you may not do this in Northwind." in page
    assert "Nobody raises their own rights" in page
    assert ada.email in page
    assert "See what changes" not in page


def test_groups_above_are_named_only_to_who_may_open_them(
    client: Client, unit: Unit, campaign_team: Group
) -> None:
    south = UnitFactory(name="South", parent=unit)
    account = AccountFactory(unit=south)
    client.force_login(AccountFactory(unit=south, levels={"admin_rights": 2}))

    assert "Campaign team" not in why(client, account)


# ---- Doing it


def test_a_suggestion_is_one_click_from_its_preview_and_one_from_done(
    as_ada: Client, unit: Unit, nemo: Account, campaign_team: Group
) -> None:
    path = allow(nemo, f"group~{campaign_team.pk}")
    assert path.replace("&", "&amp;") in why(as_ada, nemo)
    preview = as_ada.get(path).content.decode()
    assert "Nemo Nobody gains: Ad campaigns" in preview
    assert not nemo.memberships.exists()

    answer = as_ada.post(path)

    assert answer["Location"] == reverse("accounts:account_why", args=[nemo.pk, KEY])
    assert nemo.has_perm(KEY, unit)
    assert JournalEntry.objects.latest("sequence").event == "group.members_changed"


def test_several_steps_are_one_change(as_ada: Client, unit: Unit, dora: Account) -> None:
    as_ada.post(allow(dora, "activate", f"key~{KEY}"))

    dora = Account.objects.get(pk=dora.pk)
    assert dora.has_perm(KEY, unit)
    entry = JournalEntry.objects.latest("sequence")
    assert (entry.event, entry.outcome) == ("account.rights_changed", "done")


def test_a_level_keeps_the_account_s_other_levels(as_ada: Client, unit: Unit, grant: Account) -> None:
    as_ada.post(allow(grant, "level~campaigns@2"))

    assert grant.has_perm("user_profiles:list", unit)
    assert grant.has_perm(KEY, unit)


def test_a_way_in_keeps_the_others(as_ada: Client, unit: Unit) -> None:
    south = UnitFactory(name="South", parent=unit)
    everywhere = {"includes_subunits": True}
    as_ada.force_login(AccountFactory(unit=unit, levels={"admin_rights": 2}, access=everywhere))
    account = AccountFactory(unit=south)
    as_ada.post(allow(account, "enter"))

    assert set(UnitAccess.objects.live().filter(account=account).values_list("unit", flat=True)) == {
        unit.pk,
        south.pk,
    }


def test_what_the_reader_may_not_do_is_refused_and_changes_nothing(
    client: Client, unit: Unit, nemo: Account
) -> None:
    client.force_login(AccountFactory(unit=unit, permissions=["accounts:get"]))

    assert client.post(allow(nemo, f"key~{KEY}")).status_code == 403
    assert not nemo.has_perm(KEY, unit)


@pytest.mark.parametrize(
    "token",
    [
        "group~999999", "group~x", "group~-1", "key~no:such", "key~no.such", "level~campaigns@9",
        "level~x", "feature~no", "second~999999", "enter~1", "nothing", "", "~", "group~" + "9" * 400,
    ],
)  # fmt: skip
def test_a_step_that_is_none_is_not_found(as_ada: Client, nemo: Account, token: str) -> None:
    path = allow(nemo, token)

    assert {as_ada.get(path).status_code, as_ada.post(path).status_code} == {404}


def test_a_group_of_another_organisation_is_not_found(as_ada: Client, nemo: Account) -> None:
    foreign = GroupFactory(unit=UnitFactory(name="Elsewhere"))

    assert as_ada.get(allow(nemo, f"group~{foreign.pk}")).status_code == 404


@pytest.mark.parametrize("key", ["no:such", "no.such", "*", "campaigns.*:list"])
def test_a_permission_that_there_is_not_is_not_found(as_ada: Client, nemo: Account, key: str) -> None:
    names: tuple[tuple[str, list[int]], ...] = (
        ("account_why", [nemo.pk]),
        ("my_why", []),
        ("account_allow", [nemo.pk]),
    )
    answers = [as_ada.get(reverse(f"accounts:{name}", args=[*args, key])) for name, args in names]

    assert [answer.status_code for answer in answers] == [404] * 3


# ---- The way to the question


def test_any_permission_can_be_asked_about(as_ada: Client, gwen: Account) -> None:
    path = reverse("accounts:account_access", args=[gwen.pk])
    page = as_ada.get(path, {"q": "ad campaigns"}).content.decode()

    assert reverse("accounts:account_why", args=[gwen.pk, KEY]) in page
    assert "Which permission?" in as_ada.get(path).content.decode()
    assert "No permission matches" in as_ada.get(path, {"q": "zzzz"}).content.decode()


def test_every_right_on_the_pages_leads_to_its_why(as_ada: Client, gwen: Account) -> None:
    for path in (gwen.get_absolute_url(), reverse("accounts:permission_page", args=[KEY])):
        assert reverse("accounts:account_why", args=[gwen.pk, KEY]) in as_ada.get(path).content.decode()
    as_ada.force_login(gwen)
    page = as_ada.get(reverse("accounts:my_access")).content.decode()
    assert reverse("accounts:my_why", args=[KEY]) in page
