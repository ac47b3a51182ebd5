"""Many people from a table: every line has its own result, and good lines come in."""

import io
import sys

import pytest

from accounts.models import Account
from accounts.people_table import read_lines
from adminrights.exceptions import Invalid
from adminrights.models import JournalEntry, OutgoingMail
from tests.factories import AccountFactory
from tests.terminal import Ran, run

HEAD = "email,first_name,last_name\n"
ANNA = "anna@example.org,Anna,Bell\n"


@pytest.fixture
def table(unit, tmp_path):
    """Invite from a table that is given as text or bytes."""

    def invite(content: str | bytes, *words: str) -> Ran:
        path = tmp_path / "people.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return run("invite", "--csv", str(path), "--format", "json", *words)

    return invite


def outcomes(ran: Ran) -> list[tuple[int, str]]:
    return [(row["line"], row["outcome"]) for row in ran.rows]


# Scenario 26, S0-39
def test_every_good_line_comes_in_with_its_groups_levels_and_mail(table, campaign_team):
    head = "Email,First Name,LAST-NAME,phone,groups,levels,campaign_notifications,send\n"
    lines = 'anna@example.org,Anna,Bell,+1 555,Campaign team,"customers:write offers:read",yes,\n'
    lines += "bo@example.org,Bo,Li,,campaign-team | ,,,no\n"
    ran = table(head + lines)
    assert (ran.code, outcomes(ran)) == (0, [(2, "invited"), (3, "created")])
    anna = Account.objects.get_by_natural_key("anna@example.org")
    assert {grant.right for grant in anna.grants.live()} == {"customers@2", "offers@1"}
    assert (anna.phone, anna.campaign_notifications, anna.memberships.live().count()) == ("+1 555", True, 1)
    assert [mail.address for mail in OutgoingMail.objects.all()] == ["anna@example.org"]


# Bad input: semicolons, BOM, CRLF, quoted newlines, UTF-16, tabs
@pytest.mark.parametrize(
    "content",
    [
        (HEAD + ANNA).encode("utf-8-sig"),
        (HEAD + ANNA).replace(",", ";").encode(),
        (HEAD + ANNA).replace(",", "\t").encode("utf-16"),
        b"\xfe\xff" + (HEAD + ANNA).encode("utf-16-be"),
        (HEAD + ANNA).replace("\n", "\r\n").encode(),
        (HEAD + ANNA).replace("\n", "\r").encode(),
        (HEAD + "\n \n,,\n" + ANNA).encode(),
        (HEAD + '"anna@example.org\n","An\r\nna",Bell').replace("An\r\nna", "Anna\r\n").encode(),
        (HEAD.strip() + ",phone,groups\n" + ANNA).encode(),
        (HEAD + ANNA.strip() + ",,,\n").encode(),
    ],
)
def test_tables_from_every_spreadsheet_are_read(table, content):
    assert table(content).code == 0
    assert Account.objects.get().name == "Anna Bell"


def test_the_table_may_come_from_standard_input(unit, monkeypatch):
    class Typed(io.StringIO):
        buffer = io.BytesIO((HEAD + ANNA).encode())

    monkeypatch.setattr(sys, "stdin", Typed())
    ran = run("invite", "--csv", "-")
    assert ran.out == "line 2: invited anna@example.org\n"
    assert ran.err.strip() == "1 line: 1 invited."


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("nobody,Bo,Li", "isn't an e-mail address"),
        (",Bo,Li", "Missing: email"),
        ("bo@example.org,,Li", "First name and last name are both needed"),
        ("bo@example.org,Bo", "First name and last name are both needed"),
        ("bo@example.org,Bo,Li,more", "It has 4 fields"),
        ("bo@example.org,B\x00o,Li", "invisible or control"),
        ("bo@example.org,B\u202eo,Li", "invisible or control"),
        ("bo@example.org,B\udcffo,Li", "isn't in UTF-8"),
        ("b\x00o@example.org,Bo,Li", "isn't an e-mail address"),
        (f"bo@example.org,{'B' * 10_000_000},Li", "much too long"),
        (f"bo@example.org,{'B' * 200},Li", "too long"),
        ('bo@example.org,"Bo"x,Li', "quotation marks"),
        ("Anna@Example.org,Anna,Bell", "The same address is on line 2"),
        ("ＡＮＮＡ@example.org,Anna,Bell", "The same address is on line 2"),
        ("known@example.org,Bo,Li", "under another name"),
        ("gone@example.org,Gone,Girl", "It is disabled"),
    ],
)
def test_a_bad_line_is_refused_by_itself_and_the_others_come_in(table, unit, line, sentence):
    AccountFactory(unit=unit, email="known@example.org", first_name="Kim", last_name="Known")
    AccountFactory(
        unit=unit, email="gone@example.org", first_name="Gone", last_name="Girl", status="disabled"
    )
    before = Account.objects.count()
    last = "zoe@example.org,Zoe,Zimt\n"
    ran = table((HEAD + ANNA + line + "\n" + last).encode("utf-8", "surrogateescape"))
    assert (ran.code, outcomes(ran)) == (1, [(2, "invited"), (3, "refused"), (4, "invited")])
    assert sentence in ran.rows[1]["message"]
    assert Account.objects.count() == before + 2


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("groups", "Dragons", "There is no group Dragons"),
        ("levels", "dragons:read", "There is no module dragons"),
        ("levels", "customers:publish", "names no level of customers"),
        ("levels", "customers", "names no level of customers"),
        ("levels", "customers:read customers:write", "Two levels"),
        ("campaign_notifications", "maybe", "is yes or no"),
        ("send", "perhaps", "is yes or no"),
    ],
)
def test_a_line_that_names_what_is_not_there_is_refused_whole(table, column, value, sentence):
    ran = table(f"{HEAD.strip()},{column}\n{ANNA.strip()},{value}\n")
    assert (ran.code, Account.objects.exists(), OutgoingMail.objects.exists()) == (1, False, False)
    assert sentence in ran.rows[0]["message"]


def test_a_quotation_mark_that_is_never_closed_names_the_lines_it_swallows(table):
    ran = table(HEAD + ANNA + '"bo@example.org,Bo,Li\nzoe@example.org,Zoe,Zimt\n')
    assert outcomes(ran) == [(2, "invited"), (3, "refused")]
    assert "lines 3 to 4" in ran.rows[1]["message"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "The file is empty"),
        ("email,first_name\n", "Missing: last_name"),
        ("email,first_name,last_name,salary\n", "There is no column “salary”"),
        ("email,first_name,last_name,Email\n", "The column email is there twice"),
        (b"\xff\xfee", "in the middle of a character"),
        ('"email,first_name', "quotation mark"),
    ],
)
def test_a_file_without_a_good_head_is_refused_as_a_whole(table, content, sentence):
    ran = table(content)
    assert (ran.code, Account.objects.exists()) == (1, False)
    assert sentence in ran.err


def test_a_file_that_is_not_there_is_an_error(unit):
    assert "can't be read: No such file" in run("invite", "--csv", "/nowhere.csv").err


# T6
def test_the_same_file_again_changes_nothing_and_is_no_error(table):
    table(HEAD + ANNA)
    entries = JournalEntry.objects.count()
    ran = table(HEAD + ANNA)
    assert (ran.code, outcomes(ran), ran.rows[0]["message"]) == (0, [(2, "there")], "already there, pending")
    assert (JournalEntry.objects.count(), OutgoingMail.objects.count()) == (entries, 1)


def test_a_dry_run_says_all_that_the_real_run_would_say(table):
    content = HEAD + ANNA + "nobody,Bo,Li\n"
    dry = table(content, "--dry-run")
    assert (Account.objects.exists(), OutgoingMail.objects.exists()) == (False, False)
    real = table(content)
    assert (dry.out, dry.code) == (real.out, real.code)


def test_a_dry_run_of_good_lines_ends_with_3(table):
    assert table(HEAD + ANNA, "--dry-run").code == 3


# C-08
def test_a_guard_that_refuses_a_line_makes_the_exit_code_4(table, helen):
    ran = table(HEAD + "nobody,Bo,Li\n" + ANNA, "--actor", helen.email)
    assert (ran.code, outcomes(ran)) == (4, [(2, "refused"), (3, "refused")])


def test_no_send_holds_for_every_line(table):
    assert outcomes(table(f"{HEAD.strip()},send\n{ANNA.strip()},yes\n", "--no-send")) == [(2, "created")]


def test_each_line_is_a_change_of_its_own(table):
    before = JournalEntry.objects.count()
    table(HEAD + ANNA + "bo@example.org,Bo,Li\n")
    assert JournalEntry.objects.count() == before + 2


def test_line_numbers_are_those_of_the_file():
    lines = read_lines((HEAD + '\n"anna@example.org","An\nna",Bell\n' + ANNA).encode())
    assert [line.number for line in lines] == [3, 5]


def test_a_file_larger_than_64_mb_is_refused():
    with pytest.raises(Invalid, match="larger than 64 MB"):
        read_lines(b"x" * 64_000_001)
