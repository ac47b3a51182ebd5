"""The status table of the specification, row by row: who, from, to, mail, silence."""

from collections.abc import Callable

import pytest
import time_machine

from accounts.models import Account, Invitation
from accounts.services.invitations import (
    accept_invitation,
    cancel_invitation,
    open_invitation,
    resend_invitation,
)
from accounts.services.lifecycle import (
    create_account,
    disable_account,
    reactivate_account,
    remove_account,
    unlock_account,
    update_account,
)
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.exceptions import InvitationDead, OwnAccount, Refused, WrongStatus
from adminrights.models import JournalEntry, OutgoingMail, Unit
from tests.factories import PASSWORD

NEW = {"first_name": "New", "last_name": "Person", "email": "new.person@example.org"}


def mails(account: Account) -> list[str]:
    return list(OutgoingMail.objects.filter(account=account).order_by("pk").values_list("message", flat=True))


def invited(unit: Unit, actor: Account) -> tuple[Account, Invitation]:
    account = create_account(**NEW, unit=unit, actor=actor)
    return account, account.invitations.get()


# T1, S0-39, S0-16
def test_creating_with_the_invitation_leads_to_pending_and_one_mail(unit: Unit, ada: Account) -> None:
    account, invitation = invited(unit, ada)

    assert account.status == "pending"
    assert mails(account) == ["invitation"]
    assert invitation.is_open


# T2, S1-22, C-05
def test_creating_without_the_invitation_sends_nothing(unit: Unit, ada: Account) -> None:
    account = create_account(**NEW, unit=unit, actor=ada, invite=False)

    assert (account.status, mails(account), account.invitations.count()) == ("pending", [], 0)


# T3, S0-44
def test_resending_makes_a_new_link_and_kills_the_old_one(unit: Unit, ada: Account) -> None:
    account, old = invited(unit, ada)

    new = resend_invitation(account, actor=ada, unit=unit)

    old.refresh_from_db()
    assert (old.is_open, new.is_open, account.status) == (False, True, "pending")
    assert mails(account) == ["invitation", "invitation"]
    with pytest.raises(InvitationDead):
        accept_invitation(old, password=PASSWORD)


def test_a_resent_invitation_has_a_full_new_life(unit: Unit, ada: Account) -> None:
    with time_machine.travel("2031-03-01T09:00:00Z", tick=False):
        account, old = invited(unit, ada)
    with time_machine.travel("2031-03-10T09:00:00Z", tick=False):
        new = resend_invitation(account, actor=ada, unit=unit)

    assert new.expires_at - new.created_at == old.expires_at - old.created_at


# T4, S0-45
def test_cancelling_disables_and_is_silent(unit: Unit, ada: Account) -> None:
    account, invitation = invited(unit, ada)

    cancel_invitation(account, actor=ada, unit=unit)

    invitation.refresh_from_db()
    assert (account.status, invitation.is_open, mails(account)) == ("disabled", False, ["invitation"])


# T5, S0-46, S0-47
def test_reactivating_an_unconfirmed_account_leads_to_pending_without_any_mail(
    unit: Unit, ada: Account
) -> None:
    account, _invitation = invited(unit, ada)
    cancel_invitation(account, actor=ada, unit=unit)

    reactivate_account(account, actor=ada, unit=unit)

    assert (account.status, mails(account)) == ("pending", ["invitation"])
    assert not account.invitations.outstanding().exists()


# T6, S0-40, S0-15
def test_accepting_makes_the_account_active_and_sends_nothing(unit: Unit, ada: Account) -> None:
    account, invitation = invited(unit, ada)
    open_invitation(invitation)

    accept_invitation(invitation, password=PASSWORD)

    account.refresh_from_db()
    assert (account.status, mails(account)) == ("active", ["invitation"])
    assert account.check_password(PASSWORD)
    assert account.confirmed_at


def test_a_link_works_once(unit: Unit, ada: Account) -> None:
    _account, invitation = invited(unit, ada)
    accept_invitation(invitation, password=PASSWORD)

    with pytest.raises(InvitationDead):
        accept_invitation(invitation, password="another password entirely")


# T7, S0-17, S0-48
def test_disabling_an_active_account_tells_the_person(unit: Unit, ada: Account, grant: Account) -> None:
    disable_account(grant, actor=ada, unit=unit)

    grant.refresh_from_db()
    assert (grant.status, mails(grant)) == ("disabled", ["disabled"])
    assert not grant.has_perm("user_profiles:list", unit)


# T8, S0-49
def test_reactivating_a_confirmed_account_restores_everything(
    unit: Unit, ada: Account, grant: Account
) -> None:
    disable_account(grant, actor=ada, unit=unit)

    reactivate_account(grant, actor=ada, unit=unit)

    grant.refresh_from_db()
    assert (grant.status, mails(grant)) == ("active", ["disabled", "reactivated"])
    assert grant.check_password(PASSWORD)
    assert grant.has_perm("user_profiles:list", unit)


# T9, S2-26
def test_an_invitation_runs_out_by_the_clock_alone(unit: Unit, ada: Account) -> None:
    with time_machine.travel("2031-03-01T09:00:00Z", tick=False):
        account, invitation = invited(unit, ada)

    with time_machine.travel("2031-03-04T09:00:00Z", tick=False):
        assert invitation.is_expired
        with pytest.raises(InvitationDead):
            accept_invitation(invitation, password=PASSWORD)
    account.refresh_from_db()
    assert account.status == "pending"


# T11
def test_unlocking_lets_the_person_sign_in_again(unit: Unit, ada: Account, grant: Account) -> None:
    with change(Event.ACCOUNT_LOCKED, actor=SYSTEM) as c:
        c.update(grant, locked_at=c.at, failed_sign_ins=10)

    unlock_account(grant, actor=ada, unit=unit)

    grant.refresh_from_db()
    assert (grant.locked_at, grant.failed_sign_ins, mails(grant)) == (None, 0, [])


# T12, C-19
def test_removing_takes_the_access_and_keeps_the_record(unit: Unit, ada: Account, gwen: Account) -> None:
    remove_account(gwen, actor=ada, unit=unit)

    assert not Account.objects.in_unit(unit).filter(pk=gwen.pk).exists()
    assert not gwen.has_perm("ad_campaigns:list", unit)
    assert Account.objects.filter(pk=gwen.pk, status="active").exists()


FORBIDDEN = [
    ("penny", disable_account),
    ("dora", disable_account),
    ("penny", reactivate_account),
    ("grant", reactivate_account),
    ("grant", resend_invitation),
    ("dora", resend_invitation),
    ("grant", cancel_invitation),
    ("dora", cancel_invitation),
    ("grant", unlock_account),
]


@pytest.mark.parametrize(("who", "step"), FORBIDDEN)
def test_a_step_that_the_state_forbids_changes_nothing_and_sends_nothing(
    who: str, step: Callable[..., object], unit: Unit, ada: Account, request: pytest.FixtureRequest
) -> None:
    account = request.getfixturevalue(who)
    before = account.status

    with pytest.raises(WrongStatus):
        step(account, actor=ada, unit=unit)

    account.refresh_from_db()
    assert (account.status, mails(account)) == (before, [])
    assert JournalEntry.objects.filter(outcome="refused", data__code="wrong_status").count() == 1


# Scenario 24
def test_nobody_disables_themselves(unit: Unit, ada: Account, otto: Account) -> None:
    with pytest.raises(OwnAccount):
        disable_account(ada, actor=ada, unit=unit)


def test_a_new_address_voids_the_link_of_a_pending_account(unit: Unit, ada: Account) -> None:
    account, invitation = invited(unit, ada)

    update_account(account, actor=ada, unit=unit, email="other@example.org")

    invitation.refresh_from_db()
    assert not invitation.is_open


def test_a_new_address_of_an_active_account_is_told_to_the_old_one(
    unit: Unit, ada: Account, grant: Account
) -> None:
    old = grant.email

    update_account(grant, actor=ada, unit=unit, email="grant@example.net")

    mail = OutgoingMail.objects.get(account=grant)
    assert (mail.message, mail.address) == ("address_changed", old)


@pytest.mark.parametrize(
    "spelling", ["NEW.person@EXAMPLE.org", "ｎew.person@example.org", " new.person@example.org "]
)
def test_an_address_in_another_spelling_is_the_same_person(spelling: str, unit: Unit, ada: Account) -> None:
    invited(unit, ada)

    with pytest.raises(Refused, match="already"):
        create_account(**NEW | {"email": spelling}, unit=unit, actor=ada)

    assert Account.objects.filter(last_name="Person").count() == 1


@pytest.mark.parametrize("missing", ["first_name", "last_name", "email"])
def test_name_and_address_are_required(missing: str, unit: Unit, ada: Account) -> None:  # S0-29
    with pytest.raises(Refused):
        create_account(**NEW | {missing: " "}, unit=unit, actor=ada)


def test_what_the_inviter_may_no_longer_give_is_not_given_at_acceptance(
    unit: Unit, ada: Account, otto: Account
) -> None:
    account = create_account(**NEW, unit=unit, actor=otto, levels={"customers": 1})
    disable_account(otto, actor=ada, unit=unit)

    accept_invitation(account.invitations.get(), password=PASSWORD)

    account.refresh_from_db()
    assert account.status == "active"
    assert not account.has_perm("user_profiles:list", unit)
