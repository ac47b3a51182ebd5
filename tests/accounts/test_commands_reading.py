"""The commands that only read: lists and explanations."""

import pytest
import time_machine
from django.core.management import CommandError

from accounts.services.sessions import record_sign_in
from adminrights.change import SYSTEM
from groups.services import remove_members
from tests.terminal import run


def names(*words: str) -> list[str]:
    return [row["name"] for row in run("list_accounts", *words, "--format", "json").data]


# S0-12, S0-14, S0-18, S0-19, S0-20, S0-21
def test_the_list_shows_status_number_name_address_groups_and_last_sign_in(gwen):
    with time_machine.travel("2031-02-03T04:05:06Z", tick=False):
        record_sign_in(gwen)
    [row] = run("list_accounts", "--format", "json").data
    assert (row["id"], row["status"], row["name"], row["email"]) == (gwen.pk, "active", gwen.name, gwen.email)
    assert (row["groups"], row["last_sign_in"]) == (
        ["campaign_team".replace("_", "-")],
        "2031-02-03T04:05:06Z",
    )


def test_the_list_as_text_has_a_line_for_each_account(gwen, penny):
    lines = run("list_accounts").out.splitlines()
    assert lines[0].split() == ["ID", "STATUS", "NAME", "EMAIL", "GROUPS", "LAST", "SIGN-IN"]
    assert len(lines) == 3


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--status", "pending"], ["Penny Pending"]),
        (["--status", "disabled"], ["Dora Disabled"]),
        (["--group", "Campaign team"], ["Gwen Group"]),
        (["--role", "campaigns_admin"], ["Gwen Group"]),
        (["--search", "PENNY example"], ["Penny Pending"]),
        (["--search", "%"], []),
    ],
)
def test_the_list_narrows(words, expected, gwen, penny, dora, nemo):
    assert names(*words) == expected


@pytest.mark.parametrize("words", [["--group", "Dragons"], ["--role", "Dragons"], ["--search", "a\x00b"]])
def test_a_filter_that_makes_no_sense_is_an_error(words, unit):
    assert run("list_accounts", *words).code == 1


# S1-06, S1-38
def test_explain_access_names_the_group_and_the_role(gwen):
    ran = run("explain_access", gwen.email)
    assert "ad_campaigns:delete" in ran.out
    assert "Through the group Campaign team, role Campaigns admin" in ran.out


# S1-46, scenario 7
@pytest.mark.parametrize(
    ("permission", "code"), [("ad_campaigns:delete", 0), ("custom_profile_attributes:update", 1)]
)
def test_explain_access_answers_one_question_with_its_exit_code(gwen, permission, code):
    ran = run("explain_access", gwen.email, "--permission", permission, "--format", "json")
    assert (ran.code, len(ran.data["permissions"])) == (code, 1 - code)


# S2-18, C-12
def test_explain_access_says_why_a_held_right_has_no_effect(unit):
    run("invite", "bo@example.org", "--first-name", "Bo", "--last-name", "Li")
    ran = run("explain_access", "bo@example.org", "--permission", "campaigns:approve")
    assert (ran.code, ran.out.splitlines()[0]) == (1, "Nothing gives “Approve campaigns”.")


def test_explain_access_says_what_would_allow_it_and_what_else_that_brings(nemo, campaign_team):
    words = ("explain_access", nemo.email, "--permission", "ad_campaigns:delete")
    single, *others = run(*words, "--format", "json").data["allowed_by"]
    assert (single["steps"], single["brings"]) == (["key~ad_campaigns:delete"], [])
    group = next(each for each in others if each["steps"] == [f"group~{campaign_team.pk}"])
    assert "custom_profile_attributes:create" in group["brings"]
    told = run(*words).out
    assert "Each of these would allow it:\n  - the single right “Delete ad campaigns”" in told
    assert "membership of the group Campaign team" in told


def test_explain_access_suggests_nothing_for_a_yes(gwen):
    ran = run("explain_access", gwen.email, "--permission", "ad_campaigns:delete", "--format", "json")
    assert (ran.code, ran.data["allowed_by"]) == (0, [])


# S0-40
def test_explain_access_shows_what_a_pending_account_would_hold(unit):
    run("invite", "bo@example.org", "--first-name", "Bo", "--last-name", "Li", "--level", "customers:read")
    ran = run("explain_access", "bo@example.org", "--format", "json")
    assert ran.data["works"] is False
    assert "user_profiles:list" in [each["permission"] for each in ran.data["permissions"]]
    assert "Nothing of this works before it is active" in ran.err


def test_explain_access_looks_back(gwen, campaign_team):
    with time_machine.travel("2040-01-02T12:00:00Z", tick=False):
        remove_members(campaign_team, [gwen], actor=SYSTEM)
    with time_machine.travel("2040-01-03T12:00:00Z", tick=False):
        words = ("explain_access", gwen.email, "--permission", "ad_campaigns:list")
        assert (run(*words).code, run(*words, "--at", "2040-01-01").code) == (1, 0)


# S1-47
def test_who_can_names_everybody_with_their_sources(gwen, grant, nemo):
    ran = run("who_can", "ad_campaigns:update", "--format", "json")
    [found] = ran.data
    assert found["email"] == gwen.email
    assert found["sources"][0]["text"].startswith("Through the group Campaign team, role Campaigns admin")


def test_an_unknown_permission_is_refused_with_the_likely_one(unit):
    ran = run("who_can", "ad_campaign:update")
    assert ran.code == 1
    assert "Did you mean ad_campaigns:update" in ran.err


def test_a_date_that_is_none_is_refused(unit):
    with pytest.raises(CommandError, match="is no date"):
        from_shell("who_can", "ad_campaigns:update", "--at", "yesterday")


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_that_ends_in_no_calendar_is_refused(unit, settings, day):
    settings.TIME_ZONE = "America/New_York"
    with pytest.raises(CommandError, match="between 1971 and 8999"):
        from_shell("who_can", "ad_campaigns:update", "--at", day)


def from_shell(*words: str) -> None:
    ran = run(*words)
    if ran.code:
        raise CommandError(ran.err)
