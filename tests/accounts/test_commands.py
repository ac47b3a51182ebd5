"""The commands that change accounts: what they print, what they send, how they end."""

import pytest
from django.core.management import CommandError, call_command

from accounts.links import read_invitation
from accounts.models import Account, Invitation
from accounts.services.lifecycle import create_account
from adminrights.change import SYSTEM
from adminrights.models import JournalEntry, OutgoingMail, Unit
from tests.terminal import run

NEW = ("--first-name", "Bo", "--last-name", "Li")


def mails() -> list[tuple[str, str]]:
    return list(OutgoingMail.objects.order_by("pk").values_list("message", "address"))


def status_of(account: Account) -> str:
    return Account.objects.get(pk=account.pk).status


# Scenario 26, S0-39, S1-22
def test_invite_creates_a_pending_account_and_promises_the_mail(unit):
    ran = run("invite", "bo@example.org", *NEW, "--level", "customers:write", "--format", "json")
    assert (ran.code, ran.data["status"], ran.data["new"]) == (0, "pending", True)
    assert mails() == [("invitation", "bo@example.org")]


# Scenario 26
def test_invite_gives_the_same_account_as_the_service_behind_the_form(unit, campaign_team):
    words = (
        "--level",
        "customers:write",
        "--group",
        "Campaign team",
        "--phone",
        "+1 555",
        "--campaign-notifications",
    )
    run("invite", "bo@example.org", *NEW, *words)
    create_account(
        email="eve@example.org",
        first_name="Bo",
        last_name="Li",
        phone="+1 555",
        campaign_notifications=True,
        unit=unit,
        actor=SYSTEM,
        groups=[campaign_team],
        levels={"customers": 2},
    )
    one, other = (held(address) for address in ("bo@example.org", "eve@example.org"))
    assert one == other


def held(address: str) -> dict[str, object]:
    account = Account.objects.get_by_natural_key(address)
    names = (
        "first_name",
        "last_name",
        "phone",
        "status",
        "campaign_notifications",
        "confirmed_at",
        "version",
    )
    return {name: getattr(account, name) for name in names} | {
        "grants": [grant.right for grant in account.grants.live()],
        "groups": [membership.group_id for membership in account.memberships.live()],
        "units": list(account.unit_accesses.live().values_list("unit_id", "includes_subunits")),
        "mails": list(account.mails.values_list("message", flat=True)),
        "invitations": list(account.invitations.values_list("generation", "unit_id", "revoked_at")),
    }


# S1-22, T2
def test_invite_with_no_send_sends_nothing(unit):
    ran = run("invite", "bo@example.org", *NEW, "--no-send")
    assert "No invitation was sent" in ran.out
    assert mails() == []


# T6
def test_a_second_invite_of_the_same_person_changes_nothing_and_is_no_error(unit):
    run("invite", "bo@example.org", *NEW)
    ran = run("invite", "BO@Example.org", *NEW)
    assert (ran.code, len(mails()), Account.objects.count()) == (0, 1, 1)
    assert "already there, pending" in ran.out


# N1
def test_an_address_known_under_another_name_is_refused(ada):
    ran = run("invite", "ＡＤＡ.admin@example.org", *NEW)
    assert (ran.code, ran.out) == (1, "")
    assert "under another name" in ran.err


# S0-29
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["bo@example.org"], "First name and last name are both needed"),
        (["nobody", *NEW], "isn't an e-mail address"),
        (["bo@example.org", *NEW, "--level", "customers:publish"], "names no level of customers"),
        (["bo@example.org", *NEW, "--level", "dragons:read"], "There is no module dragons"),
        (["bo@example.org", *NEW, "--group", "Dragons"], "There is no group Dragons"),
        (["bo@example.org", "--first-name", "B\u202eo", "--last-name", "Li"], "invisible or control"),
        (["bo@example.org", "--first-name", "B" * 200, "--last-name", "Li"], "too long"),
        (["bo@example.org", *NEW, "--unit", "Atlantis"], "There is no unit"),
        ([], "Name one address"),
    ],
)
def test_what_invite_can_not_do_is_said_and_nothing_is_kept(unit, words, sentence):
    ran = run("invite", *words)
    assert (ran.code, Account.objects.count(), mails()) == (1, 0, [])
    assert sentence in ran.err


def test_a_dry_run_says_what_would_happen_and_changes_nothing(unit):
    entries = JournalEntry.objects.count()
    ran = run("invite", "bo@example.org", *NEW, "--dry-run")
    assert (ran.code, ran.out.strip()) == (3, "Bo Li <bo@example.org> is invited.")
    assert (Account.objects.count(), mails(), JournalEntry.objects.count()) == (0, [], entries)


# C-08, Z2
def test_an_actor_has_no_more_rights_at_the_terminal_than_on_the_pages(helen):
    ran = run("invite", "bo@example.org", *NEW, "--actor", helen.email)
    assert (ran.code, mails()) == (4, [])
    assert JournalEntry.objects.order_by("-sequence")[0].outcome == "refused"


def test_the_journal_names_channel_and_reason(unit):
    run("invite", "bo@example.org", *NEW, "--reason", "Ticket 12")
    entry = JournalEntry.objects.order_by("-sequence")[0]
    assert (entry.channel, entry.reason, entry.actor_label) == ("cli", "Ticket 12", "System")
    assert "@" in entry.address


# S0-48, S0-49, T7, T8
def test_disable_and_reactivate_tell_an_active_person(ada, otto):
    assert run("disable_account", otto.email).code == 0
    assert status_of(otto) == "disabled"
    assert run("reactivate_account", otto.email.upper()).code == 0
    assert (status_of(otto), mails()) == ("active", [("disabled", otto.email), ("reactivated", otto.email)])


# S0-45, S0-46, S0-47, T4, T5, T3
def test_cancel_and_reactivate_send_nothing_and_resend_sends_one_mail(penny):
    assert run("cancel_invite", penny.email).code == 0
    assert status_of(penny) == "disabled"
    ran = run("reactivate_account", penny.email)
    assert (ran.code, status_of(penny), mails()) == (0, "pending", [])
    assert "No mail was sent" in ran.out
    assert run("resend_invite", penny.email).code == 0
    assert mails() == [("invitation", penny.email)]


# Scenario 26, S0-43
@pytest.mark.parametrize(
    ("command", "who"),
    [
        ("disable_account", "penny"),
        ("disable_account", "dora"),
        ("reactivate_account", "penny"),
        ("reactivate_account", "nemo"),
        ("resend_invite", "nemo"),
        ("resend_invite", "dora"),
        ("cancel_invite", "nemo"),
        ("cancel_invite", "dora"),
    ],
)
def test_a_step_that_the_state_forbids_ends_with_1_and_sends_nothing(command, who, request):
    account = request.getfixturevalue(who)
    ran = run(command, account.email)
    assert (ran.code, status_of(account), mails()) == (1, account.status, [])
    assert JournalEntry.objects.order_by("-sequence")[0].outcome == "refused"


# Scenario 24, Z7
def test_the_last_administrator_is_not_disabled(ada):
    ran = run("disable_account", ada.email)
    assert (ran.code, status_of(ada), mails()) == (4, "active", [])
    assert "Nobody could administer" in ran.err


def test_a_refusal_is_data_too(ada):
    ran = run("disable_account", ada.email, "--format", "json")
    assert ran.data["refused"] == "last_administrator"


def test_an_unknown_address_is_an_error(unit):
    assert (
        run("disable_account", "who@example.org").err
        == "There is no account with the address who@example.org."
    )


FIRST = ("create_administrator", "ida@example.org", "--first-name", "Ida", "--last-name", "First")


# S0-06, S0-07
def test_the_first_administrator_comes_with_organisation_and_catalogue(db):
    ran = run(*FIRST, "--organisation", "Northwind", "--format", "json")
    account, unit = Account.objects.get(), Unit.objects.get()
    assert (ran.code, ran.data["owner"], unit.owner) == (0, True, account)
    assert (account.status, mails()) == ("pending", [("invitation", "ida@example.org")])
    assert [grant.right for grant in account.grants.live()] == ["admin_rights@2"]


# S0-07
def test_the_link_can_be_printed_instead_of_mailed(db):
    ran = run(*FIRST, "--organisation", "Northwind", "--print-link")
    invitation = read_invitation(ran.out.strip().rstrip("/").rpartition("/")[2])
    assert (invitation, mails()) == (Invitation.objects.get(), [])
    assert JournalEntry.objects.order_by("-sequence")[0].event == "invitation.link_made"


def test_a_dry_run_prints_no_link(db):
    ran = run(*FIRST, "--organisation", "Northwind", "--print-link", "--dry-run")
    assert (ran.code, ran.out, Unit.objects.exists()) == (3, "", False)


def test_without_an_organisation_its_name_is_asked_for(db):
    ran = run(*FIRST)
    assert (ran.code, Account.objects.exists()) == (1, False)
    assert "--organisation" in ran.err


# S0-07
def test_a_second_administrator_does_not_take_the_organisation_over(db):
    run(*FIRST, "--organisation", "Northwind")
    ran = run(
        "create_administrator",
        "uma@example.org",
        "--first-name",
        "Uma",
        "--last-name",
        "Two",
        "--format",
        "json",
    )
    assert (ran.code, ran.data["owner"]) == (0, False)
    assert Unit.objects.get().owner == Account.objects.get_by_natural_key("ida@example.org")


def test_creating_the_same_administrator_again_changes_nothing(db):
    run(*FIRST, "--organisation", "Northwind")
    entries = JournalEntry.objects.count()
    assert run(*FIRST, "--organisation", "Northwind").code == 0
    assert (JournalEntry.objects.count(), len(mails())) == (entries, 1)


# S0-06
def test_who_is_there_is_raised_and_keeps_what_they_have(ada, grant):
    ran = run("create_administrator", grant.email)
    assert ran.code == 0
    assert {each.right for each in grant.grants.live()} == {"customers@1", "admin_rights@2"}


def test_a_second_organisation_is_not_made(ada):
    ran = run(*FIRST, "--organisation", "Southwind")
    assert (ran.code, Unit.objects.count()) == (1, 1)


# Passwords and powers come by the product's own doors alone
@pytest.mark.parametrize(
    ("command", "words"), [("changepassword", "chosen by their owners"), ("createsuperuser", "no superusers")]
)
def test_the_side_doors_of_the_framework_are_closed(ada, command, words):
    with pytest.raises(CommandError, match=words):
        call_command(command)
