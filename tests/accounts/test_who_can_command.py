"""`who_can` says what the pages say."""

import csv
import io

import pytest

from accounts.models import Account
from accounts.services.items import hand_over, register_item
from adminrights.change import SYSTEM
from adminrights.models import Unit
from groups.models import Group
from groups.services import remove_members
from roles.models import Role
from tests.factories import AccountFactory, GroupFactory
from tests.terminal import run

KEY = "ad_campaigns:update"


def people(*words: str) -> list[str]:
    return [row["name"] for row in run("who_can", *words, "--format", "json").data]


@pytest.fixture
def dirk(unit: Unit) -> Account:
    return AccountFactory(unit=unit, first_name="Dirk", last_name="Direct", permissions=[KEY])


# S1-47
def test_it_names_everybody_and_says_the_numbers_apart(gwen: Account, dirk: Account) -> None:
    ran = run("who_can", KEY)

    assert "“Change ad campaigns” in Northwind: 2 people: 1 directly, 1 through 1 group" in ran.err
    assert [line for line in ran.out.splitlines() if line[0] != " "] == [str(dirk), str(gwen)]
    assert "Through the group Campaign team, role Campaigns admin" in ran.out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([KEY, "--directly"], ["Dirk Direct"]),
        ([KEY, "--through", "Campaign team"], ["Gwen Group"]),
        ([KEY, "--search", "DIRK"], ["Dirk Direct"]),
        (["--role", "campaigns_admin"], ["Gwen Group"]),
        (["--module", "customers", "--level", "read"], ["Grant Own"]),
        (["--module", "customers", "--level", "write"], []),
        (["--module", "customers"], ["Grant Own"]),
        (["contacts.view"], []),
    ],
)
def test_it_asks_about_permissions_roles_and_modules_and_narrows(
    words: list[str], expected: list[str], gwen: Account, dirk: Account, grant: Account
) -> None:
    assert people(*words) == expected


def test_it_asks_about_an_item(unit: Unit, gwen: Account) -> None:
    hand_over(register_item("events", unit, "Gala", actor=SYSTEM), gwen, actor=SYSTEM)

    [found] = run("who_can", "--item", "events:Gala", "--format", "json").data

    assert (found["name"], found["how"], found["may"]) == (
        "Gwen Group",
        "handed",
        ["events:get", "events:update"],
    )


def test_as_csv_it_has_a_line_for_each(gwen: Account, dirk: Account) -> None:
    rows = list(csv.DictReader(io.StringIO(run("who_can", KEY, "--format", "csv").out)))

    assert [(row["name"], row["how"]) for row in rows] == [
        ("Dirk Direct", "directly"),
        ("Gwen Group", "group"),
    ]


def test_it_looks_back(gwen: Account, campaign_team: Group) -> None:
    remove_members(campaign_team, [gwen], actor=SYSTEM)

    assert people(KEY) == []
    assert people(KEY, "--at", "2099-01-01") == []
    assert people("--role", "campaigns_admin", "--at", "2001-01-01") == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "Name one permission"),
        ([KEY, "--role", "campaigns_admin"], "Name one permission"),
        ([KEY, "--level", "read"], "--level goes with --module"),
        (["ad_campaign:update"], "Did you mean ad_campaigns:update"),
        (["--role", "dragons"], "There is no role dragons."),
        (["--module", "dragons"], "There is no module dragons."),
        (["--module", "customers", "--level", "publish"], "names no level"),
        (["--item", "events:Ball"], "There is no events item called Ball"),
        (["--item", "events:Gala", "--at", "2020-01-01"], "There is no events item called Gala"),
        ([KEY, "--through", "dragons"], "There is no group dragons."),
        ([KEY, "--search", "a\x00b"], ""),
    ],
)
def test_what_makes_no_sense_is_an_error(
    words: list[str], told: str, gwen: Account, campaigns_admin: Role
) -> None:
    ran = run("who_can", *words)

    assert ran.code == 1
    assert told in ran.err


def test_people_from_above_are_listed_too(unit: Unit, campaigns_admin: Role) -> None:
    GroupFactory(unit=unit, roles=[campaigns_admin], members=[AccountFactory(unit=unit, last_name="Member")])

    assert len(people(KEY, "--unit", "Northwind")) == 1
