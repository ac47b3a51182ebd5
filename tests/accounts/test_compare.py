"""What both have and what only one has, with sources: on the page, in the file and at the terminal."""

import csv
import io
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.compare.difference import Difference
from accounts.compare.sides import Compared
from accounts.models import Account
from adminrights.change import SYSTEM
from adminrights.models import Unit
from groups.models import Group
from groups.services import add_members
from roles.catalogue import catalogue
from roles.models import Role
from tests.accounts.pages import signed_in, text_of
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory
from tests.terminal import run

PAGE, FILE = reverse("accounts:compare"), reverse("accounts:compare_export")


def token(thing: Account | Group | Role) -> str:
    return f"{thing._meta.model_name}:{thing.pk}"


def between(left: Account | Group | Role, right: Account | Group | Role, **more: str) -> dict[str, str]:
    return {"left": token(left), "right": token(right), **more}


@pytest.fixture
def as_ada(client: Client, ada: Account) -> Client:
    client.force_login(ada)
    return client


# ---- The three sets


rights = st.dictionaries(st.sampled_from(sorted(catalogue().permissions)), st.just(("somehow",)))


@given(rights, rights)
def test_common_left_and_right_are_disjoint_and_together_everything(left, right):
    difference = Difference(Compared("role", 1, "L", "", left), Compared("role", 2, "R", "", right))
    parts = (difference.common, difference.only_left, difference.only_right)

    assert sum(map(len, parts)) == len(frozenset().union(*parts))
    assert frozenset().union(*parts) == left.keys() | right.keys()
    rows = [row for chapter in difference.chapters(everything=True) for row in chapter.rows]
    assert {row.key: row.where for row in rows} == {
        **dict.fromkeys(difference.common, "both"),
        **dict.fromkeys(difference.only_left, "left"),
        **dict.fromkeys(difference.only_right, "right"),
    }
    few = [row.key for chapter in difference.chapters(everything=False) for row in chapter.rows]
    assert set(few) == difference.only_left | difference.only_right


# ---- The page


# S1-06
def test_two_people_show_what_only_one_has_and_through_what(
    as_ada: Client, unit: Unit, gwen: Account
) -> None:
    other = AccountFactory(unit=unit, permissions=["ad_campaigns:list", "offers:list"])
    page = as_ada.get(PAGE, between(gwen, other))
    words = text_of(page)

    assert page.context["difference"].common == {"ad_campaigns:list"}
    assert page.context["difference"].only_right == {"offers:list"}
    assert "1 right in common, 7 only for Gwen Group (left)" in words
    assert "Through the group Campaign team, role Campaigns admin" in words
    # What both have comes last, folded by module.
    differing, both = words.split("What both have 1 right")
    assert "See the list of ad campaigns" not in differing
    assert "Campaigns 1" in both
    assert "See the list of ad campaigns" in both
    html = page.content.decode()
    assert html.count('<details class="fold">') == 1
    unfolded = as_ada.get(PAGE, between(gwen, other, all="on")).content.decode()
    assert unfolded.count('<details class="fold" open>') == 1


def test_a_person_and_a_role(as_ada: Client, gwen: Account, campaigns_admin: Role) -> None:
    assert "No difference" in text_of(as_ada.get(PAGE, between(gwen, campaigns_admin)))


def test_two_groups_and_two_roles(
    as_ada: Client, unit: Unit, campaign_team: Group, campaigns_admin: Role
) -> None:
    role = RoleFactory(unit=unit, rules=["ad_campaigns:list"], display_name="Small")
    group = GroupFactory(unit=unit, roles=[role])

    for pair in ((campaign_team, group), (campaigns_admin, role)):
        page = as_ada.get(PAGE, between(*pair))
        assert len(page.context["difference"].only_left) == 7
    assert "Role Campaigns admin" in text_of(as_ada.get(PAGE, between(campaign_team, group)))


def test_one_person_on_two_days(as_ada: Client, nemo: Account, campaign_team: Group) -> None:
    with time_machine.travel("2040-01-02T12:00:00Z", tick=False):
        add_members(campaign_team, [nemo], actor=SYSTEM)
    days = {"left_at": "2040-01-01", "right_at": "2040-01-02"}
    page = as_ada.get(PAGE, between(nemo, nemo, **days))

    assert page.context["difference"].only_left == frozenset()
    assert len(page.context["difference"].only_right) == 8


def test_a_day_that_is_none_is_said_and_nothing_is_lost(as_ada: Client, nemo: Account, gwen: Account) -> None:
    page = text_of(as_ada.get(PAGE, between(nemo, gwen, left_at="yesterday")))

    assert "This is no day. Write it as 2026-03-31." in page
    assert "8 only for Gwen Group (right)" in page


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_a_day_without_an_end_in_every_time_zone_is_none(
    as_ada: Client, nemo: Account, gwen: Account, settings: Any, zone: str, day: str
) -> None:
    settings.TIME_ZONE = zone

    for side in ("left_at", "right_at"):
        asked = between(nemo, gwen, **{side: day})
        assert "This is no day. Write it as 2026-03-31." in text_of(as_ada.get(PAGE, asked))
        assert as_ada.get(FILE, asked).status_code == 200


def test_both_sides_are_searched_without_scripts(as_ada: Client, gwen: Account, campaign_team: Group) -> None:
    page = as_ada.get(PAGE, {"left_q": "gwen", "right_q": "campaign"})
    links = [found["url"] for side in page.context["sides"] for found in side["found"]]

    assert any(f"left=account%3A{gwen.pk}" in link for link in links)
    assert any(f"right=group%3A{campaign_team.pk}" in link for link in links)
    assert "Nobody and nothing here has this name." in text_of(as_ada.get(PAGE, {"left_q": "zzzz"}))


def test_who_is_not_active_is_compared_as_if(as_ada: Client, unit: Unit, nemo: Account) -> None:
    penny = AccountFactory(unit=unit, status="pending", levels={"customers": 1})
    page = as_ada.get(PAGE, between(nemo, penny))

    assert "user_profiles:list" in page.context["difference"].only_right
    assert "as if the account were active" in text_of(page)


# ---- The file


@pytest.mark.parametrize("more", [{}, {"all": "on"}])
def test_the_file_has_the_rows_of_the_page(
    as_ada: Client, unit: Unit, gwen: Account, more: dict[str, str]
) -> None:
    other = AccountFactory(unit=unit, permissions=["ad_campaigns:list", "offers:list"], first_name="=1+1")
    asked = between(gwen, other, **more)
    page = as_ada.get(PAGE, asked)
    answer = b"".join(as_ada.get(FILE, asked)).decode()
    rows = list(csv.DictReader(io.StringIO(answer)))

    names = ["chapters", "shared"] if more else ["chapters"]
    shown = {row.key for name in names for chapter in page.context[name] for row in chapter.rows}
    assert {row["key"] for row in rows} == shown
    assert len(rows) == len(shown)
    every = page.context["difference"]
    drawn = len(every.common) + len(every.only_left) + len(every.only_right)
    assert page.content.decode().count('<td role="cell" class="col-name">') == drawn


# ---- Who may see what


def test_each_kind_is_only_for_those_who_may_open_it(
    unit: Unit, gwen: Account, campaign_team: Group, campaigns_admin: Role
) -> None:
    browser = signed_in(AccountFactory(unit=unit, permissions=["accounts:list"]))

    for thing in (gwen, campaign_team, campaigns_admin):
        assert browser.get(PAGE, {"left": token(thing)}).status_code == 404
        assert browser.get(FILE, {"left": token(thing)}).status_code == 404
    page = browser.get(PAGE, {"left_q": "campaign", "right_q": "gwen"})
    assert [side["found"] for side in page.context["sides"]] == [[], []]


def test_the_past_is_for_those_who_may_read_the_log(unit: Unit, nemo: Account, campaign_team: Group) -> None:
    add_members(campaign_team, [nemo], actor=SYSTEM)
    browser = signed_in(AccountFactory(unit=unit, permissions=["accounts:list", "accounts:get"]))
    page = browser.get(PAGE, between(nemo, nemo, left_at="2000-01-01"))

    assert page.context["difference"].only_right == frozenset()
    assert "At the end of" not in text_of(page)


@pytest.mark.parametrize(
    "text", ["account:999999", "account:x", "group:1:2", "unit:1", "x", ":", "account:-1"]
)
def test_what_is_not_there_is_not_found(as_ada: Client, text: str) -> None:
    assert as_ada.get(PAGE, {"left": text}).status_code == 404


def test_what_lies_elsewhere_is_not_found(as_ada: Client) -> None:
    there = UnitFactory(name="Elsewhere")
    things = (AccountFactory(unit=there), GroupFactory(unit=there), RoleFactory(unit=there))

    assert [as_ada.get(PAGE, {"right": token(thing)}).status_code for thing in things] == [404] * 3


# ---- The command


def test_the_command_tells_the_difference_and_its_exit_code(
    unit: Unit, gwen: Account, grant: Account
) -> None:
    ran = run("compare_access", gwen.email, grant.email)
    assert ran.code == 3
    assert "< ad_campaigns:delete" in ran.out
    assert "> user_profiles:list" in ran.out
    data = run("compare_access", gwen.email, grant.email, "--format", "json").data
    assert (data["common"], data["only_left"]) == (2, 6)
    assert len(data["rows"]) == data["only_left"] + data["only_right"]


def test_the_command_knows_groups_roles_and_days(
    gwen: Account, campaign_team: Group, campaigns_admin: Role
) -> None:
    team, role = f"group:{campaign_team.name}", f"role:{campaigns_admin.name}"
    assert run("compare_access", team, role).code == 0
    assert run("compare_access", gwen.email, role, "--all").out.count("= ") == 8
    assert run("compare_access", gwen.email, gwen.email, "--left-at", "2000-01-01").code == 3
    assert run("compare_access", team, role, "--left-at", "2000-01-01").code == 1
    assert run("compare_access", team, "role:dragons").code == 1
