"""The page of one account, and the steps of its life behind its buttons."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Account
from accounts.services.invitations import cancel_invitation, open_invitation
from accounts.services.lifecycle import create_account, disable_account
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.models import OutgoingMail, Unit
from adminrights.services import set_owner
from groups.models import Group
from tests.accounts.pages import labels, messages_of, path, signed_in, text_of
from tests.factories import AccountFactory, UnitFactory
from tests.post import deliver


@pytest.fixture
def ines(unit: Unit, ada: Account) -> Account:
    """Ines was invited by Ada and hasn't answered yet."""
    return create_account(
        email="ines@example.org", first_name="Ines", last_name="Invited", unit=unit, actor=ada
    )


def page(viewer: Account, account: Account) -> str:
    return text_of(signed_in(viewer).get(path("account_detail", account)))


def buttons(viewer: Account, account: Account) -> list[str]:
    return labels(signed_in(viewer).get(path("account_detail", account)).context["buttons"])


def mails(account: Account) -> list[str]:
    return list(OutgoingMail.objects.filter(account=account).values_list("message", flat=True))


# S0-18, S0-20, S1-05, S1-14, S1-15
def test_the_basic_information_is_there(ada: Account, gwen: Account) -> None:
    with change(Event.ACCOUNT_UPDATED, actor=SYSTEM) as c:
        c.update(gwen, campaign_notifications=True, phone="+44 20 7946 0958")
    words = page(ada, gwen)
    for shown in ("Name Gwen Group", "E-mail gwen.group@example.org", "Status Active", f"ID {gwen.pk}"):
        assert shown in words
    assert "Telephone +44 20 7946 0958 Campaign notifications Yes, by e-mail" in words


@pytest.mark.parametrize("part", ["account_detail", "account_permissions", "account_map"])
def test_every_part_of_the_page_says_the_state_and_offers_the_same_steps(
    part: str, unit: Unit, ada: Account, nemo: Account
) -> None:
    disable_account(nemo, actor=ada, unit=unit)

    shown = text_of(signed_in(ada).get(path(part, nemo)))

    assert "Nemo Nobody Disabled nemo.nobody@example.org Reactivate Edit Overview Permissions" in shown


# S1-16, S1-17, S1-06, S1-18
def test_groups_are_tags_that_lead_to_the_group(ada: Account, gwen: Account, campaign_team: Group) -> None:
    tags = signed_in(ada).get(path("account_detail", gwen)).context["tags"]
    assert [(tag["label"], tag["url"]) for tag in tags] == [
        ("Campaign team", campaign_team.get_absolute_url())
    ]


# S0-38, S1-06, S1-07, S1-25
def test_every_right_names_its_sources(ada: Account, gwen: Account) -> None:
    words = page(ada, gwen)
    assert "Delete ad campaigns" in words
    assert "Through the group Campaign team, role Campaigns admin" in words


# S2-18
def test_what_is_held_without_effect_says_why(unit: Unit, ada: Account) -> None:
    account = AccountFactory(unit=unit, permissions=["campaigns:approve"])
    words = page(ada, account)
    assert "0 rights, 1 more without effect" in words
    assert "Without effect. It also needs: “" in words


@pytest.mark.parametrize("status", ["pending", "disabled"])
def test_an_account_that_is_not_active_shows_what_it_would_hold(
    status: str, unit: Unit, ada: Account
) -> None:
    account = AccountFactory(unit=unit, status=status, levels={"customers": 1})
    words = page(ada, account)
    assert "may do nothing at the moment" in words
    assert "Own right: Customers, Read" in words


# S0-41, S0-43, S0-48, S0-49, S1-21: T1, T5, T7, T8
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("pending", ["Resend Invite", "Cancel Invite", "Edit"]),
        ("active", ["Disable", "Edit"]),
        ("disabled", ["Reactivate", "Edit"]),
    ],
)
def test_the_buttons_follow_the_state(status: str, expected: list[str], unit: Unit, ada: Account) -> None:
    assert buttons(ada, AccountFactory(unit=unit, status=status)) == expected


# T10, T11
def test_a_locked_account_can_be_unlocked(ada: Account, gwen: Account) -> None:
    with change(Event.ACCOUNT_LOCKED, actor=SYSTEM) as c:
        c.update(gwen, locked_at=c.at)
    assert buttons(ada, gwen) == ["Unlock", "Disable", "Edit"]
    response = signed_in(ada).post(path("account_unlock", gwen), follow=True)
    assert messages_of(response) == ["Gwen Group can sign in again."]
    assert buttons(ada, gwen) == ["Disable", "Edit"]


def test_somebody_who_may_only_look_sees_no_buttons(helen: Account, nemo: Account) -> None:
    assert buttons(helen, nemo) == []


def test_nobody_is_offered_to_disable_themselves(ada: Account) -> None:
    assert buttons(ada, ada) == ["Edit"]


# S0-06, S0-08, C-27
def test_administrator_and_owner_are_computed_from_what_the_account_may_do(
    unit: Unit, ada: Account, otto: Account, nemo: Account
) -> None:
    set_owner(unit, otto, actor=SYSTEM)
    client = signed_in(ada)
    marks = [client.get(path("account_detail", each)).context["marks"] for each in (ada, otto, nemo)]
    assert marks == [["administrator"], ["owner", "administrator"], []]


# T3, S0-44
def test_resend_invite_sends_a_new_one_and_says_so(ada: Account, ines: Account) -> None:
    response = signed_in(ada).post(path("invitation_resend", ines), follow=True)
    assert messages_of(response) == [
        "A new invitation to ines@example.org is on its way. The link sent before is dead."
    ]
    assert mails(ines) == ["invitation", "invitation"]


# T4, S0-45
def test_cancel_invite_asks_disables_and_offers_reactivate(ada: Account, ines: Account) -> None:
    client = signed_in(ada)
    assert "No mail is sent." in text_of(client.get(path("invitation_cancel", ines)))
    client.post(path("invitation_cancel", ines))
    assert buttons(ada, ines) == ["Reactivate", "Edit"]
    assert mails(ines) == ["invitation"]


# T5, S0-46, S0-47
def test_reactivate_makes_a_cancelled_account_pending_without_mail(
    unit: Unit, ada: Account, ines: Account
) -> None:
    cancel_invitation(ines, actor=ada, unit=unit)
    response = signed_in(ada).post(path("account_reactivate", ines), follow=True)
    assert messages_of(response) == [
        "Ines Invited is pending again. No invitation was sent; Resend Invite sends it."
    ]
    assert mails(ines) == ["invitation"]
    assert buttons(ada, ines) == ["Resend Invite", "Cancel Invite", "Edit"]


# T7, S0-48
def test_disable_says_what_happens_and_does_it(ada: Account, gwen: Account) -> None:
    client = signed_in(ada)
    assert "A short notice goes to gwen.group@example.org." in text_of(
        client.get(path("account_disable", gwen))
    )
    response = client.post(path("account_disable", gwen), {"reason": "On leave"}, follow=True)
    gwen.refresh_from_db()
    assert (gwen.status, mails(gwen)) == ("disabled", ["disabled"])
    assert "On leave" in text_of(response)


# T8, S0-49
def test_reactivate_makes_a_confirmed_account_active_with_a_notice(ada: Account, dora: Account) -> None:
    signed_in(ada).post(path("account_reactivate", dora))
    dora.refresh_from_db()
    assert (dora.status, mails(dora)) == ("active", ["reactivated"])


def test_asking_changes_nothing(ada: Account, gwen: Account) -> None:
    signed_in(ada).get(path("account_disable", gwen))
    gwen.refresh_from_db()
    assert (gwen.status, mails(gwen)) == ("active", [])


# Scenario 24
def test_what_would_be_refused_says_why_and_has_no_button(unit: Unit, ada: Account, otto: Account) -> None:
    set_owner(unit, otto, actor=SYSTEM)
    response = signed_in(ada).get(path("account_disable", otto))
    assert "This is the owner's account." in text_of(response)
    assert ">Disable</button>" not in response.content.decode()


@pytest.mark.parametrize("step", ["invitation_resend", "invitation_cancel", "account_reactivate"])
def test_a_step_that_the_state_forbids_is_refused_in_words(step: str, ada: Account, gwen: Account) -> None:
    response = signed_in(ada).post(path(step, gwen), follow=True)
    gwen.refresh_from_db()
    assert "It is active now." in text_of(response)
    assert (gwen.status, mails(gwen)) == ("active", [])


# T12, S4-34
def test_remove_lists_what_goes_and_takes_the_account_off_the_list(ada: Account, gwen: Account) -> None:
    client = signed_in(ada)
    assert "Gwen Group loses:" in text_of(client.get(path("account_remove", gwen)))
    client.post(path("account_remove", gwen))
    assert client.get(path("account_detail", gwen)).status_code == 404


def test_an_invitation_that_waits_says_so(ada: Account, ines: Account) -> None:
    assert "The mail is waiting to be sent." in page(ada, ines)


# S4-46: until when, on the account's own page
def test_an_invitation_that_was_sent_names_address_and_end(ada: Account, ines: Account) -> None:
    deliver()
    until = ines.invitations.get().expires_at.strftime("%H:%M")
    words = page(ada, ines)
    assert "Sent. To ines@example.org" in words
    assert until in words


def test_an_opened_invitation_says_so(ada: Account, ines: Account) -> None:
    deliver()
    open_invitation(ines.invitations.get())
    assert "Opened, no password set yet." in page(ada, ines)


# M2
def test_a_mail_that_failed_shows_the_error(ada: Account, ines: Account) -> None:
    OutgoingMail.objects.filter(account=ines).update(state="failed", error="No such mailbox")
    words = page(ada, ines)
    assert "The mail couldn't be sent. Resend the invitation." in words
    assert "Error No such mailbox" in words


# T9
def test_an_invitation_that_ran_out_is_marked(ada: Account, ines: Account) -> None:
    deliver()
    with time_machine.travel(timezone.now() + timedelta(days=4), tick=False):
        words = page(ada, ines)
    assert "Pending Invitation expired" in words
    assert "The link has run out." in words


def test_the_history_tells_it_in_sentences(ada: Account, ines: Account, unit: Unit) -> None:
    cancel_invitation(ines, actor=ada, unit=unit)
    words = page(ada, ines)
    assert "Invitation cancelled Ada Admin ·" in words
    assert "Status: before: Pending → now: Disabled" in words


# L4
def test_the_history_shows_no_more_than_the_names_of_those_who_acted(
    ada: Account, otto: Account, ines: Account
) -> None:
    words = text_of(signed_in(otto).get(path("account_history", ines)))
    assert "Account created Ada Admin" in words
    assert ada.email not in words


def test_the_history_is_for_those_who_may_read_the_log(helen: Account, nemo: Account) -> None:
    response = signed_in(helen).get(path("account_detail", nemo))
    assert response.context["history"] is None


# Z4
def test_an_account_of_somewhere_else_is_not_found(ada: Account) -> None:
    foreign = AccountFactory(unit=UnitFactory())
    assert signed_in(ada).get(path("account_detail", foreign)).status_code == 404
