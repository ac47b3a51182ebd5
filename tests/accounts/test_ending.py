"""What ends by itself: the list, its file, the command, and word in time to those whom it concerns."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from accounts.dates.kinds import Dated
from accounts.dates.reminders import remind_of_ends
from accounts.dates.services import set_dates
from accounts.models import Account, UnitAccess
from accounts.services.lifecycle import disable_account
from adminrights.change import SYSTEM, change
from adminrights.days import Span
from adminrights.events import Event
from adminrights.models import JournalEntry, OutgoingMail, Unit
from groups.models import Group
from groups.services import remove_members
from tests.dates import LAST, MONDAY, as_
from tests.factories import AccountFactory, GroupFactory, UnitFactory
from tests.post import deliver
from tests.terminal import run

LIST, FILE = "accounts:ending_list", "accounts:ending_export"


@pytest.fixture(autouse=True)
def monday(db: None) -> Iterator[time_machine.Traveller]:
    """It is Monday the 2nd of March 2026, about noon."""
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def short(ada: Account, gwen: Account) -> Dated:
    """Gwen is in the Campaign team until Friday; Ada said so."""
    return set_dates(gwen.memberships.get(), Span(None, LAST), actor=ada)


def rows(client: Any, **query: str) -> list[dict[str, str]]:
    answer = client.get(reverse(FILE), query)
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


# ---- the list ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({}, 3),
        ({"days": "7"}, 2),
        ({"days": "30"}, 3),
        ({"kind": "membership"}, 1),
        ({"kind": "right", "days": "7"}, 0),
        ({"q": "gwen"}, 2),
        ({"q": "CAMPAIGN team"}, 1),
        ({"q": "nobody"}, 0),
        ({"days": "eleven"}, 0),
        ({"kind": "status"}, 0),
    ],
)
def test_the_file_has_as_many_lines_as_the_page_says(
    query: dict[str, str], number: int, ada: Account, short: Dated, gwen: Account, grant: Account
) -> None:
    set_dates(gwen.unit_accesses.get(), Span(None, LAST), actor=ada)
    set_dates(grant.grants.get(), Span(None, MONDAY + timedelta(days=20)), actor=ada)
    client = as_(ada)

    told = client.get(reverse(LIST), query)

    assert told.context["count"] == len(rows(client, **query)) == number
    assert len(told.context["table"].rows) == number


def test_the_next_end_comes_first_and_says_whose_it_is(
    ada: Account, short: Dated, gwen: Account, grant: Account
) -> None:
    set_dates(grant.grants.get(), Span(None, MONDAY + timedelta(days=1)), actor=ada)

    first, second = rows(as_(ada))

    assert (first["name"], first["what"]) == ("Grant Own", "Own right: Customers, Read")
    assert (second["name"], second["what"], second["given_by"]) == (
        "Gwen Group", "Group Campaign team", "Ada Admin"
    )  # fmt: skip


def test_only_what_lies_in_the_unit_and_below_is_listed(ada: Account, short: Dated, unit: Unit) -> None:
    below, other = UnitFactory(parent=unit), UnitFactory()
    for place in (below, other):
        person = AccountFactory(unit=place, groups=[GroupFactory(unit=place)])
        set_dates(person.memberships.get(), Span(None, LAST), actor=SYSTEM)
    boss = AccountFactory(unit=below, permissions=["accounts:list"])

    assert len(rows(as_(ada))) == 2
    assert len(rows(as_(boss))) == 1


def test_what_was_ended_or_belongs_to_a_deleted_group_is_gone(
    ada: Account, short: Dated, campaign_team: Group, gwen: Account
) -> None:
    remove_members(campaign_team, [gwen], actor=ada)

    assert rows(as_(ada)) == []


def test_the_command_lists_what_the_page_lists(ada: Account, short: Dated, unit: Unit) -> None:
    told = json.loads(run("list_ending", "--format", "json", "--days", "7").out)

    assert [(each["email"], each["what"], each["until"]) for each in told] == [
        ("gwen.group@example.org", "Group Campaign team", "2026-03-06T23:59:59Z")
    ]
    assert "until 6 Mar 2026" in run("list_ending").out
    assert json.loads(run("list_ending", "--format", "json", "--search", "nobody").out) == []


@pytest.mark.parametrize("days", ["-1", "x", "99999999", "٣"])
def test_days_that_are_no_number_are_refused(days: str, unit: Unit) -> None:
    assert run("list_ending", f"--days={days}").code != 0


# ---- reminders ---------------------------------------------------------------------------------------------


def reminded(moment: datetime, traveller: time_machine.Traveller) -> list[tuple[str, str]]:
    """Run the nightly command at the moment and return message and receiver of each mail."""
    traveller.move_to(moment)
    return sorted((mail.message, mail.address) for mail in remind_of_ends(actor=SYSTEM))


def nights(traveller: time_machine.Traveller, first: int, last: int) -> list[list[tuple[str, str]]]:
    """Run it at a quarter past two, twice, in each of these nights of March."""
    found = []
    for day in range(first, last + 1):
        night = MONDAY.replace(day=day, hour=2, minute=15)
        found.append(reminded(night, traveller) + reminded(night, traveller))
    return found


BOTH = [("ending", "gwen.group@example.org"), ("ending_given", "ada.admin@example.org")]


def test_person_and_giver_are_told_once_a_week_and_once_a_day_before(
    ada: Account, gwen: Account, monday: time_machine.Traveller
) -> None:
    set_dates(gwen.memberships.get(), Span(None, LAST + timedelta(days=7)), actor=ada)

    assert nights(monday, 3, 14) == [[], [], [], BOTH, [], [], [], [], [], BOTH, [], []]


def test_a_night_that_was_missed_is_made_up_for_once(
    ada: Account, gwen: Account, monday: time_machine.Traveller
) -> None:
    set_dates(gwen.memberships.get(), Span(None, LAST + timedelta(days=7)), actor=ada)

    assert nights(monday, 8, 9) == [BOTH, []]


def test_what_ends_sooner_than_a_reminder_would_come_has_only_the_next_one(
    ada: Account, short: Dated, monday: time_machine.Traveller
) -> None:
    assert nights(monday, 3, 6) == [[], [], BOTH, []]


def test_the_mail_says_what_ends_when_and_who_prolongs_it(
    ada: Account, gwen: Account, short: Dated, monday: time_machine.Traveller
) -> None:
    monday.move_to(LAST - timedelta(days=1))
    remind_of_ends(actor=SYSTEM)

    mails = {message.to[0]: message for message in deliver()}
    person, giver = mails[gwen.email], mails[ada.email]

    assert person.subject == "A right of yours at Northwind ends soon"
    for words in (
        "Group Campaign team",
        "the end of 6 March 2026 (UTC)",
        "You can't prolong it",
        "Ada Admin",
    ):
        assert words in str(person.body)
        assert words.replace("'", "&#x27;") in person.alternatives[0].content or "'" in words
    for words in ("what you gave", "Gwen Group: Group Campaign team", "the end of 6 March 2026 (UTC)"):
        assert words in str(giver.body)
    assert gwen.email not in str(giver.body)


@pytest.mark.parametrize("what", ["prolonged", "ended", "disabled"])
def test_nothing_is_told_of_what_changed_meanwhile(
    what: str, ada: Account, gwen: Account, short: Dated, campaign_team: Group,
    unit: Unit, monday: time_machine.Traveller,
) -> None:  # fmt: skip
    monday.move_to(LAST - timedelta(days=1))
    remind_of_ends(actor=SYSTEM)
    match what:
        case "prolonged":
            set_dates(short, Span(None, LAST + timedelta(days=60)), actor=ada)
        case "ended":
            remove_members(campaign_team, [gwen], actor=ada)
        case "disabled":
            disable_account(gwen, actor=ada, unit=unit)

    subjects = [message.subject for message in deliver() if message.to == [gwen.email]]

    assert not [subject for subject in subjects if "ends soon" in subject]
    assert not OutgoingMail.objects.filter(message="ending").exclude(state="void").exists()


def test_what_was_prolonged_is_told_of_anew(
    ada: Account, short: Dated, monday: time_machine.Traveller
) -> None:
    assert reminded(LAST - timedelta(days=1), monday) == BOTH
    set_dates(short, Span(None, LAST + timedelta(days=30)), actor=ada)

    assert reminded(LAST + timedelta(days=29), monday) == BOTH


def test_where_the_giver_can_no_longer_act_those_who_administer_are_told(
    unit: Unit, ada: Account, otto: Account, gwen: Account, helen: Account, monday: time_machine.Traveller
) -> None:
    keys = ["group_members:create", "group_members:delete"]
    giver = AccountFactory(unit=unit, permissions=keys)
    short = set_dates(gwen.memberships.get(), Span(None, LAST), actor=giver)
    assert short.started_by == giver
    disable_account(giver, actor=ada, unit=unit)

    told = reminded(LAST - timedelta(days=1), monday)

    assert [address for message, address in told if message == "ending_given"] == [ada.email, otto.email]


def test_several_ends_are_one_mail_for_each_reader(
    ada: Account, gwen: Account, short: Dated, grant: Account, monday: time_machine.Traveller
) -> None:
    set_dates(gwen.unit_accesses.get(), Span(None, LAST), actor=ada)
    set_dates(grant.grants.get(), Span(None, LAST), actor=ada)

    assert reminded(LAST - timedelta(days=1), monday) == [
        ("ending", "grant.own@example.org"),
        *BOTH,
    ]
    assert JournalEntry.objects.filter(event=Event.ENDS_TOLD).count() == 3


def test_who_works_in_two_organisations_hears_of_each_by_itself(
    ada: Account, gwen: Account, short: Dated, monday: time_machine.Traveller
) -> None:
    other = UnitFactory(name="Elsewhere")
    with change(Event.ACCOUNT_ACCESS_CHANGED, actor=SYSTEM) as c:
        c.start(UnitAccess(account=gwen, unit=other, expires_at=LAST))

    assert reminded(LAST - timedelta(days=1), monday).count(("ending", gwen.email)) == 2
    bodies = [str(message.body) for message in deliver() if message.to == [gwen.email]]
    assert [("Northwind" in body, "Elsewhere" in body) for body in bodies].count((True, True)) == 0


def test_the_command_counts_and_a_dry_run_promises_nothing(
    ada: Account, short: Dated, monday: time_machine.Traveller
) -> None:
    monday.move_to(LAST - timedelta(days=1))

    tried = run("remind_of_ends", "--dry-run")
    assert (tried.code, OutgoingMail.objects.count()) == (3, 0)
    assert run("remind_of_ends").out == tried.out
    assert OutgoingMail.objects.count() == 2
    assert run("remind_of_ends").out.startswith("0 told")


def test_the_history_of_the_person_tells_of_the_reminder(
    ada: Account, gwen: Account, short: Dated, monday: time_machine.Traveller
) -> None:
    reminded(LAST - timedelta(days=1), monday)

    told = as_(ada).get(reverse("accounts:account_history", args=[gwen.pk])).content.decode()

    assert "Reminded of rights that end" in told
