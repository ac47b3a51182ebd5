"""The access log: who sees which entry, in which words, and as a file."""

import csv
import io
from datetime import timedelta
from itertools import groupby
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.log import entries_seen_from, tell
from accounts.models import Account
from accounts.services.lifecycle import disable_account, remove_account, update_account
from accounts.services.sessions import record_failed_sign_in, record_sign_in
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.exceptions import Refused
from adminrights.models import JournalEntry, Unit
from adminrights.spreadsheet import csv_lines, safe_cell
from groups.models import Group, Membership
from groups.services import add_members, remove_members
from roles.models import Role
from roles.services import set_rule
from tests.factories import PASSWORD, AccountFactory, UnitFactory


@pytest.fixture
def as_ada(client: Client, ada: Account) -> Client:
    client.force_login(ada)
    return client


@pytest.fixture
def elsewhere(unit: Unit) -> Unit:
    """Another organisation."""
    other: Unit = UnitFactory(name="Elsewhere")
    return other


@pytest.fixture
def branch(unit: Unit) -> Unit:
    """A unit below the organisation."""
    below: Unit = UnitFactory(name="Branch", parent=unit)
    return below


def page(client: Client, **query: Any) -> str:
    answer = client.get(reverse("accounts:log_list"), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def rows(client: Client, **query: Any) -> list[dict[str, str]]:
    answer = client.get(reverse("accounts:log_export"), query)
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


def events(unit: Unit) -> list[tuple[str, str]]:
    seen = entries_seen_from(unit).order_by("sequence")
    return list(seen.values_list("event", "target_label"))


def words_of(unit: Unit) -> list[tuple[str, str, str]]:
    """Return what the newest entry did, in words."""
    entry = entries_seen_from(unit).latest("sequence")
    return [(line.label, line.before, line.after) for line in tell([entry], unit)[entry.pk].changes]


# S3-T14, S3-116: time, person, kind, object, address
def test_the_log_says_who_did_what_to_whom(as_ada: Client, ada: Account, grant: Account, unit: Unit) -> None:
    path = reverse("accounts:account_disable", args=[grant.pk])
    as_ada.post(path, {"reason": "Left the company"}, REMOTE_ADDR="192.0.2.7")

    shown = page(as_ada, event="account.disabled")

    for words in ("Ada Admin", "Account disabled", "Grant Own", "Left the company", "<time ", "192.0.2.7"):
        assert words in shown


# S3-T14: with Read on the log, and not without it
def test_the_log_needs_its_permission(client: Client, nemo: Account, unit: Unit) -> None:
    client.force_login(nemo)
    assert client.get(reverse("accounts:log_list")).status_code == 403

    reader = AccountFactory(unit=unit, permissions=["access_log:list"])
    client.force_login(reader)
    assert client.get(reverse("accounts:log_list")).status_code == 200


# S3-116: each entry opens into what it changed
def test_an_entry_tells_each_difference(
    unit: Unit, ada: Account, nemo: Account, campaign_team: Group, campaigns_admin: Role
) -> None:
    update_account(nemo, actor=ada, unit=unit, first_name="Nero")
    assert words_of(unit) == [("First name", "Nemo", "Nero")]

    add_members(campaign_team, [nemo], actor=ada)
    assert words_of(unit) == [("Nero Nobody", "", "Group Campaign team")]

    remove_members(campaign_team, [nemo], actor=ada)
    assert words_of(unit) == [("Nero Nobody", "Group Campaign team", "")]

    set_rule(campaigns_admin, "custom_profile_attributes", ["get", "list"], actor=ada, unit=unit)
    assert words_of(unit) == [("Role Campaigns admin", "Add custom profile attributes", "")]


def test_a_refusal_is_marked_and_says_why(as_ada: Client, ada: Account, unit: Unit) -> None:
    with pytest.raises(Refused):
        disable_account(ada, actor=ada, unit=unit)

    shown = page(as_ada, outcome="refused")

    assert "Refused" in shown
    assert JournalEntry.objects.latest("sequence").data["message"] in shown.replace("&#x27;", "'")


# S3-116: searchable
@pytest.mark.parametrize("text", ["grant", "Grant Own", "left", "ADA own"])
def test_a_search_looks_at_person_object_and_reason(
    text: str, as_ada: Client, ada: Account, grant: Account, unit: Unit
) -> None:
    disable_account(grant, actor=ada, unit=unit, reason="Left")

    assert "account.disabled" in [row["event"] for row in rows(as_ada, q=text)]
    assert rows(as_ada, q="somebody else") == []


SORTED_BY = {
    "at": "sequence",
    "person": "actor_label",
    "event": "event",
    "object": "target_label",
    "unit": "unit_label",
    "address": "address",
}


# S3-116: sortable by column
@pytest.mark.parametrize("column", SORTED_BY)
def test_every_column_sorts_both_ways(
    column: str, as_ada: Client, ada: Account, nemo: Account, unit: Unit, branch: Unit
) -> None:
    nora = AccountFactory(unit=branch)
    for account, place, address in ((ada, unit, "192.0.2.1"), (nora, branch, "192.0.2.2")):
        update_account(account, actor=SYSTEM, unit=place, phone="1")
        sent = {"email": account.email, "password": PASSWORD}
        Client(REMOTE_ADDR=address).post(reverse("accounts:sign_in"), sent)
    disable_account(nemo, actor=ada, unit=unit)

    def order(sort: str) -> list[object]:
        table = as_ada.get(reverse("accounts:log_list"), {"sort": sort}).context["table"]
        found = (getattr(row.record, SORTED_BY[column]) for row in table.paginated_rows)
        return [value for value, _rows in groupby(found)]

    assert len(order(column)) == len(set(order(column))) > 1
    assert order(column) == order(f"-{column}")[::-1]


def test_days_narrow_the_log(as_ada: Client, ada: Account, grant: Account, unit: Unit) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    with time_machine.travel(tomorrow):
        disable_account(grant, actor=ada, unit=unit)

    day = tomorrow.date().isoformat()
    assert [row["event"] for row in rows(as_ada, since=day)] == ["account.disabled"]
    assert "account.disabled" not in [row["event"] for row in rows(as_ada, until=timezone.now().date())]


# S3-116: each reader sees their own units
def test_changes_can_be_looked_at_without_sign_ins(
    as_ada: Client, ada: Account, grant: Account, unit: Unit
) -> None:
    record_sign_in(grant)
    disable_account(grant, actor=ada, unit=unit)

    everything = {entry.event for entry in as_ada.get("/log/").context["table"].data}
    changes = {entry.event for entry in as_ada.get("/log/", {"event": "changes"}).context["table"].data}

    assert everything - changes == {Event.SIGNED_IN}
    assert Event.ACCOUNT_DISABLED in changes


def test_another_organisation_sees_nothing_of_this_one(unit: Unit, elsewhere: Unit, nemo: Account) -> None:
    stranger = AccountFactory(unit=elsewhere)
    record_sign_in(nemo)
    record_sign_in(stranger)
    record_failed_sign_in("nobody@example.org")

    assert ("session.signed_in", str(nemo)) in events(unit)
    assert ("session.signed_in", str(stranger)) not in events(unit)
    assert ("session.sign_in_failed", "") not in events(unit)


def test_with_one_organisation_the_log_is_whole(unit: Unit, nemo: Account) -> None:
    record_failed_sign_in("nobody@example.org")

    assert ("session.sign_in_failed", "") in events(unit)


def test_a_reader_in_a_unit_sees_it_and_what_lies_below(unit: Unit, branch: Unit) -> None:
    lower = UnitFactory(name="Lower", parent=branch)
    above, here, below = (AccountFactory(unit=place) for place in (unit, branch, lower))
    for account, place in ((above, unit), (here, branch), (below, lower)):
        update_account(account, actor=SYSTEM, unit=place, phone="1")
    record_sign_in(here)

    updated = {label for event, label in events(branch) if event == "account.updated"}
    assert updated == {str(here), str(below)}
    assert ("account.updated", str(above)) in events(unit)
    assert ("session.signed_in", str(here)) not in events(branch)
    assert ("session.signed_in", str(here)) in events(unit)


# S3-116: an entry here tells nothing of a group that lies above
def test_an_entry_names_nothing_that_lies_elsewhere(unit: Unit, branch: Unit, campaign_team: Group) -> None:
    account = AccountFactory(unit=branch)
    with change(Event.ACCOUNT_UPDATED, actor=SYSTEM, unit=branch, target=account) as c:
        c.start(Membership(account=account, group=campaign_team))

    assert words_of(branch) == []
    assert words_of(unit) == [(account.name, "", "Group Campaign team")]


def test_what_a_person_did_after_leaving_is_not_told(
    unit: Unit, elsewhere: Unit, ada: Account, otto: Account
) -> None:
    leaver = AccountFactory(unit=unit)
    record_sign_in(leaver)
    remove_account(leaver, unit=unit, actor=ada)
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        record_sign_in(leaver)

    assert events(unit).count(("session.signed_in", str(leaver))) == 1


# S3-116: CSV download
def test_the_file_holds_what_the_page_holds(as_ada: Client, ada: Account, grant: Account, unit: Unit) -> None:
    disable_account(grant, actor=ada, unit=unit)

    found = rows(as_ada, event="account.disabled")

    assert [(row["person"], row["object"], row["outcome"]) for row in found] == [
        (str(ada), str(grant), "done")
    ]


# S3-116
def test_a_formula_in_a_name_is_harmless_in_the_file(as_ada: Client, unit: Unit) -> None:
    record_sign_in(AccountFactory(unit=unit, first_name="=cmd|' /C calc'!A1", email="f@example.org"))

    found = [row["object"] for row in rows(as_ada, q="calc")]

    assert found
    assert all(label.startswith("'=") for label in found)


# N6, S3-116
@pytest.mark.parametrize(
    "text",
    ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "  =1", "\n-1", "\0=1", "|a", "%a", "＝1", "＋1", "－1", "＠a"],
)
def test_what_a_spreadsheet_would_calculate_gets_an_apostrophe(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    assert safe_cell("a=1") == "a=1"


def test_a_file_keeps_commas_quotes_and_lines() -> None:
    lines = "".join(csv_lines([['a "b", c', "d\ne", None]]))

    assert next(csv.reader(io.StringIO(lines, newline=""))) == ['a "b", c', "d\ne", ""]


def test_with_a_single_unit_the_log_speaks_of_no_unit(as_ada: Client, unit: Unit) -> None:
    main = page(as_ada).partition("<main")[2]
    assert 'name="unit"' not in main
    assert "Unit " not in main

    UnitFactory(name="Branch", parent=unit)
    main = page(as_ada).partition("<main")[2]
    assert 'name="unit"' in main
    assert "Unit created" in main


def test_a_unit_of_others_cannot_be_asked_for(as_ada: Client, branch: Unit, elsewhere: Unit) -> None:
    assert rows(as_ada, unit=elsewhere.pk) == []


def test_the_log_costs_the_same_for_many_entries(
    as_ada: Client, ada: Account, campaign_team: Group, nemo: Account
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as caught:
            page(as_ada)
        return len(caught)

    page(as_ada)
    few = cost()
    for _number in range(10):
        add_members(campaign_team, [nemo], actor=ada)
        remove_members(campaign_team, [nemo], actor=ada)

    # The first page after it writes down which rights were used.
    page(as_ada)
    assert cost() == few
