"""Inviting by command somebody whom the product knows: the four answers of the page, and no more told."""

from pathlib import Path

import pytest

from accounts.access import effective, units_of
from accounts.models import Account, UnitAccess
from accounts.services.lifecycle import create_account, remove_account
from adminrights.change import SYSTEM
from adminrights.models import JournalEntry, OutgoingMail, Unit
from groups.models import Membership
from tests.factories import AccountFactory, UnitFactory
from tests.terminal import Ran, run

HEAD = "email,first_name,last_name\n"


@pytest.fixture
def elsewhere() -> Unit:
    """Another organisation."""
    return UnitFactory(name="Elsewhere")


@pytest.fixture
def elsa(elsewhere: Unit) -> Account:
    """Works in the other organisation, with a right there."""
    return AccountFactory(
        unit=elsewhere,
        first_name="Elsa",
        last_name="Frost",
        email="worker@example.org",
        permissions=["offers:list"],
    )


@pytest.fixture
def nora(unit: Unit) -> Account:
    """May add people and not read them."""
    return AccountFactory(
        unit=unit, first_name="Nora", last_name="North", permissions=["accounts:list", "accounts:create"]
    )


@pytest.fixture
def nemo_gone(nemo: Account, ada: Account, unit: Unit) -> Account:
    """Was removed from the organisation and has no other."""
    remove_account(nemo, actor=ada, unit=unit)
    return nemo


def invite(email: str, *words: str) -> Ran:
    return run("invite", email, "--unit", "Northwind", *words)


def table(folder: Path, content: str, *words: str) -> Ran:
    path = folder / "people.csv"
    path.write_text(HEAD + content)
    return run("invite", "--csv", str(path), "--unit", "Northwind", *words)


def mails_to(account: Account) -> list[str]:
    return list(OutgoingMail.objects.filter(account=account).values_list("message", flat=True))


# S4-07, S4-10, C-25: only the address is needed; the details and what is held elsewhere stay
def test_somebody_known_from_elsewhere_is_added_with_the_details_as_they_are(
    unit: Unit, elsa: Account, elsewhere: Unit
) -> None:
    before = dict(effective(elsa, elsewhere).effective)
    ran = invite("Worker@Example.org")
    said = "is added to Northwind: known from elsewhere, with the details as they are."
    assert (ran.code, ran.out.strip()) == (0, f"Elsa Frost <worker@example.org> {said}")
    assert {each.name for each in units_of(elsa)} == {"Northwind", "Elsewhere"}
    assert effective(elsa, elsewhere).effective == before
    assert mails_to(elsa) == []


# S4-10
def test_the_name_that_was_typed_changes_nothing_of_somebody_known(unit: Unit, elsa: Account) -> None:
    assert invite(elsa.email, "--first-name", "Else", "--last-name", "Other").code == 0
    elsa.refresh_from_db()
    assert elsa.name == "Elsa Frost"


# S4-10
def test_somebody_known_gets_the_groups_and_levels_that_were_asked_for(
    unit: Unit, elsa: Account, campaign_team: object
) -> None:
    invite(elsa.email, "--group", "Campaign team", "--level", "customers:read")
    assert Membership.objects.live().filter(account=elsa).count() == 1
    assert "user_profiles:list" in effective(elsa, unit).effective


# S4-38, S4-43
def test_somebody_removed_before_is_added_again(unit: Unit, nemo_gone: Account) -> None:
    ran = invite(nemo_gone.email, "--format", "json")
    assert (ran.code, ran.data["case"], ran.data["new"]) == (0, "removed", False)
    assert {each.name for each in units_of(nemo_gone)} == {"Northwind"}
    assert effective(nemo_gone, unit).effective == {}


# S4-38: whoever never set a password gets a link again, unless that was not wanted
@pytest.mark.parametrize(("words", "mails"), [([], 2), (["--no-send"], 1)])
def test_somebody_removed_while_pending_is_invited_again(
    words: list[str], mails: int, unit: Unit, ada: Account
) -> None:
    ines = create_account(
        email="ines@example.org", first_name="Ines", last_name="Invited", unit=unit, actor=ada
    )
    remove_account(ines, actor=ada, unit=unit)
    ran = invite(ines.email, *words)
    assert mails_to(ines) == ["invitation"] * mails
    assert ("the invitation is on its way" in ran.out) is (mails == 2)


# S4-08, S4-10, S4-38, S4-09: each line says which of the four it was
def test_each_line_of_a_table_says_which_case_it_was(
    tmp_path: Path, unit: Unit, ada: Account, elsa: Account, nemo_gone: Account
) -> None:
    dora = AccountFactory(unit=unit, email="dora@example.org", first_name="Dora", last_name="Day")
    content = f"{elsa.email},,\n{nemo_gone.email},,\n{dora.email},Dora,Day\nbo@example.org,Bo,Li\n"
    dry = table(tmp_path, content, "--dry-run")
    entries = JournalEntry.objects.count()
    ran = table(tmp_path, content)
    assert ran.out.splitlines() == [
        "line 2: added worker@example.org: known from elsewhere, with the details as they are",
        f"line 3: added {nemo_gone.email} again: removed before, with the details as they are",
        "line 4: dora@example.org is already there, active",
        "line 5: invited bo@example.org",
    ]
    assert "1 invited, 1 added from elsewhere, 1 added again, 1 already there." in ran.err
    assert (dry.out, dry.code) == (ran.out, 3)
    assert (ran.code, JournalEntry.objects.count()) == (0, entries + 3)


def test_the_same_table_again_finds_everybody_there(tmp_path: Path, unit: Unit, elsa: Account) -> None:
    table(tmp_path, f"{elsa.email},,\n")
    ran = table(tmp_path, f"{elsa.email},,\n", "--format", "json")
    assert (ran.code, [row["outcome"] for row in ran.rows]) == (0, ["there"])


def test_a_dry_run_adds_nobody(tmp_path: Path, unit: Unit, elsa: Account) -> None:
    assert table(tmp_path, f"{elsa.email},,\n", "--dry-run").code == 3
    assert not UnitAccess.objects.live().filter(account=elsa, unit=unit).exists()


# S4-10: what the actor may not know is told by neither run, in neither format
@pytest.mark.parametrize("words", [[], ["--dry-run"], ["--format", "json"]])
def test_an_actor_is_told_no_more_of_somebody_than_he_may_know(
    words: list[str], unit: Unit, elsa: Account, nora: Account
) -> None:
    ran = invite("WORKER@example.org", "--actor", nora.email, *words)
    said = ran.out + ran.err
    assert "WORKER@example.org" in said
    assert "Elsa" not in said
    assert "active" not in said
    assert UnitAccess.objects.live().filter(account=elsa, unit=unit).exists() is ("--dry-run" not in words)


# S4-43: nor that somebody was here before whom he may not know
def test_an_actor_is_not_told_that_somebody_was_removed(
    tmp_path: Path, unit: Unit, nemo_gone: Account, nora: Account
) -> None:
    ran = table(tmp_path, f"{nemo_gone.email},,\n", "--actor", nora.email, "--dry-run")
    assert ran.out.strip() == f"line 2: added {nemo_gone.email}: known already, with the details as they are"


# S4-08: not even under which name somebody is here
def test_an_actor_who_may_not_read_accounts_learns_only_that_somebody_is_here(
    unit: Unit, dora: Account, nora: Account
) -> None:
    ran = invite(dora.email, "--first-name", "X", "--last-name", "Y", "--actor", nora.email)
    assert (ran.code, ran.out.strip()) == (0, f"{dora.email} is already there.")


def test_who_may_add_nobody_is_not_told_who_is_here(unit: Unit, dora: Account, helen: Account) -> None:
    ran = invite(dora.email, "--first-name", "X", "--last-name", "Y", "--actor", helen.email)
    assert (ran.code, ran.out) == (4, "")
    assert "name" not in ran.err
    assert JournalEntry.objects.latest("sequence").outcome == "refused"


# S4-08: a guard's sentence tells nothing either
def test_a_refused_line_tells_nothing_of_the_person(
    tmp_path: Path, unit: Unit, nora: Account, ada: Account
) -> None:
    north = UnitFactory(parent=unit, name="North")
    keys = ["accounts:list", "accounts:create", "access:assign"]
    uma = AccountFactory(unit=north, first_name="Uma", last_name="Under", permissions=keys)
    rita = AccountFactory(
        unit=unit, first_name="Rita", last_name="Root", email="r@example.org", permissions=["deals:list"]
    )
    path = tmp_path / "people.csv"
    path.write_text(f"{HEAD}{rita.email},,\n")
    ran = run("invite", "--csv", str(path), "--unit", "North", "--actor", uma.email)
    assert (ran.code, "Rita" in ran.out + ran.err) == (4, False)
    assert "You can't add this person here" in ran.out
    assert not UnitAccess.objects.live().filter(account=rita, unit=north).exists()


# T8: whoever is disabled stays so
def test_somebody_disabled_is_added_disabled_and_the_line_says_so(
    unit: Unit, ada: Account, dora: Account
) -> None:
    remove_account(dora, actor=SYSTEM, unit=unit)
    ran = invite(dora.email)
    dora.refresh_from_db()
    assert dora.status == Account.Status.DISABLED
    assert "the account is disabled, reactivate it" in ran.out
