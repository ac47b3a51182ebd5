"""Mail that didn't arrive is seen at the account and on a list of its own, and is sent again from there."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Account
from accounts.services.invitations import resend_invitation
from accounts.services.lifecycle import update_account
from adminrights.change import SYSTEM
from adminrights.events import Event
from adminrights.models import JournalEntry, OutgoingMail, Unit
from tests.accounts.pages import messages_of, signed_in, text_of
from tests.factories import AccountFactory, UnitFactory
from tests.post import deliver, promise
from tests.terminal import run

State = OutgoingMail.State


def astray(account: Account, message: str = "password_changed", **values: object) -> OutgoingMail:
    """Promise a mail and let it go astray: refused unless something else is said."""
    mail = promise(account, message)
    found = OutgoingMail.objects.filter(pk=mail.pk)
    found.update(**{"state": State.FAILED, "attempts": 1, "error": "no such mailbox"} | values)
    mail.refresh_from_db()
    return mail


def came_back(account: Account) -> OutgoingMail:
    return astray(account, state=State.SENT, error="", delivery="bounced", delivery_text="550 unknown user")


def again(mail: OutgoingMail) -> str:
    return reverse("accounts:mail_again", args=[mail.pk])


LIST = "/mail/"


# ---- On the page of the account


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"state": "waiting", "error": ""}, "Waiting"),
        ({"state": "sent", "error": ""}, "Sent"),
        ({"state": "sent", "error": "", "delivery": "delivered"}, "Delivered"),
        ({"state": "sent", "error": "", "delivery": "deferred"}, "Delayed"),
        ({"state": "sent", "delivery": "bounced", "delivery_text": "550 unknown"}, "Came back"),
        ({"state": "sent", "delivery": "rejected", "delivery_text": "on a list"}, "Refused by the provider"),
        ({"state": "sent", "delivery": "complained"}, "Marked as spam"),
        ({"state": "failed"}, "Not sent"),
        ({"state": "given_up"}, "Given up"),
        ({"state": "void", "error": ""}, "No longer needed"),
    ],
)
def test_the_account_tells_what_became_of_its_mail(
    ada: Account, nemo: Account, values: dict[str, str], words: str
) -> None:
    mail = astray(nemo, **values)
    page = text_of(signed_in(ada).get(nemo.get_absolute_url()))
    assert f"Notice of the new password {words}" in page
    assert mail.why_not in page
    assert ("Send again" in page) == mail.is_undelivered


def test_who_doesnt_manage_accounts_sees_nothing_of_their_mail(helen: Account, nemo: Account) -> None:
    came_back(nemo)
    assert "Came back" not in text_of(signed_in(helen).get(nemo.get_absolute_url()))


def test_an_invitation_that_came_back_says_what_to_do(ada: Account, penny: Account, unit: Unit) -> None:
    resend_invitation(penny, actor=SYSTEM, unit=unit)
    deliver()
    penny.mails.update(delivery="bounced", delivery_text="550 unknown user")
    page = text_of(signed_in(ada).get(penny.get_absolute_url()))
    assert "The mail didn't arrive. Check the address, then resend the invitation." in page
    assert "550 unknown user" in page


def test_the_invitation_of_a_pending_account_is_told_about_once(ada: Account, penny: Account) -> None:
    """Its own card says what became of it; among the mails it stands where it can be sent again."""
    promise(penny, "invitation")
    promise(penny, "password_changed")

    labels = [letter.label for letter in signed_in(ada).get(penny.get_absolute_url()).context["letters"]]

    assert "Invitation" not in labels
    assert len(labels) == 1


def test_the_button_sends_it_again_and_leads_back_to_the_account(ada: Account, nemo: Account) -> None:
    mail = came_back(nemo)
    answer = signed_in(ada).post(again(mail), {"back": "account"}, follow=True)
    assert messages_of(answer) == [f"The mail to {nemo.email} is on its way again."]
    assert answer.redirect_chain == [(nemo.get_absolute_url(), 302)]
    assert len(deliver()) == 1
    entry = JournalEntry.objects.about(nemo).filter(event=Event.MAIL_SENT_AGAIN).get()
    assert entry.actor == ada
    assert "Mail sent again" in text_of(signed_in(ada).get(nemo.get_absolute_url()))


# ---- The list


def test_the_list_shows_what_went_astray_and_nothing_else(
    ada: Account, nemo: Account, grant: Account, gwen: Account
) -> None:
    astray(nemo)
    came_back(grant)
    promise(gwen)
    page = text_of(signed_in(ada).get(LIST))
    assert "2 mails" in page
    assert nemo.email in page
    assert "550 unknown user" in page
    assert gwen.email not in page


def test_what_was_made_up_for_is_no_longer_listed(
    ada: Account, nemo: Account, grant: Account, gwen: Account, otto: Account, unit: Unit
) -> None:
    # The same mail is on its way anew; a later one arrived; the address was changed.
    astray(nemo)
    promise(nemo)
    came_back(grant)
    astray(grant, "reactivated", state=State.SENT, error="")
    astray(gwen)
    update_account(gwen, actor=ada, unit=unit, email="new@example.org")
    # That another mail left doesn't make up for one that never did.
    astray(otto)
    astray(otto, "reactivated", state=State.SENT, error="")
    page = text_of(signed_in(ada).get(LIST))
    assert "1 mail" in page
    assert otto.email in page


@pytest.mark.parametrize(
    ("query", "found"),
    [("q=nemo", "nemo"), ("outcome=bounced", "grant"), ("outcome=failed", "nemo"), ("kind=disabled", "")],
)
def test_the_list_is_searched_and_narrowed(
    ada: Account, nemo: Account, grant: Account, query: str, found: str
) -> None:
    astray(nemo)
    came_back(grant)
    page = text_of(signed_in(ada).get(f"{LIST}?{query}"))
    assert [account.email in page for account in (nemo, grant)] == [found == "nemo", found == "grant"]
    assert ("No mail matches" in page) == (not found)


def test_an_empty_list_says_that_all_is_well(ada: Account) -> None:
    assert "No mail went astray" in text_of(signed_in(ada).get(LIST))


def test_each_administrator_sees_and_sends_the_mail_of_their_own_units_only(ada: Account, unit: Unit) -> None:
    branch = UnitFactory(name="Branch", parent=unit)
    here, there = AccountFactory(unit=branch), AccountFactory(unit=unit)
    mails = [came_back(here), came_back(there)]
    boss = AccountFactory(unit=branch, levels={"admin_rights": 2})
    page = text_of(signed_in(boss).get(LIST))
    assert (here.email in page, there.email in page) == (True, False)
    assert [signed_in(boss).post(again(mail)).status_code for mail in mails] == [302, 404]
    both = text_of(signed_in(ada).get(LIST))
    assert there.email in both


def test_everything_is_sent_again_after_an_outage(ada: Account, nemo: Account, grant: Account) -> None:
    for account in (nemo, grant):
        astray(account, state=State.GIVEN_UP, error="503")
    # Nobody needs this one: the account isn't disabled.
    astray(nemo, "disabled", state=State.GIVEN_UP, error="503")
    answer = signed_in(ada).post(reverse("accounts:mail_again_all"), follow=True)
    assert messages_of(answer) == ["2 mails are on their way again. What nobody needs any more was left."]
    assert len(deliver()) == 2
    answer = signed_in(ada).post(reverse("accounts:mail_again_all"), follow=True)
    assert "nobody needs these mails" in messages_of(answer)[0]


def test_a_mail_on_its_way_is_not_sent_again(ada: Account, nemo: Account) -> None:
    answer = signed_in(ada).post(again(promise(nemo)), follow=True)
    assert messages_of(answer) == ["Only a mail that didn't arrive can be sent again."]
    assert len(deliver()) == 1


def test_the_list_costs_the_same_however_long_it_is(ada: Account, unit: Unit) -> None:
    client, costs = signed_in(ada), []
    for _ in range(2):
        for _number in range(4):
            came_back(AccountFactory(unit=unit))
        client.get(LIST)
        with CaptureQueriesContext(connection) as caught:
            client.get(LIST)
        costs.append(len(caught))
    assert costs[0] == costs[1]


# ---- On All Accounts


def test_all_accounts_marks_and_finds_whom_no_mail_reaches(
    ada: Account, nemo: Account, grant: Account
) -> None:
    came_back(nemo)
    astray(grant, state=State.SENT, error="", delivery="delivered")
    client = signed_in(ada)
    # The filter, the help and one mark.
    assert text_of(client.get("/accounts/")).count("Mail not delivered") == 3
    page = text_of(client.get("/accounts/?status=undelivered"))
    assert (nemo.email in page, grant.email in page) == (True, False)
    assert "Active Mail not delivered" in text_of(client.get(nemo.get_absolute_url()))


# ---- The command


def test_the_command_sends_again_what_didnt_reach_one_account_or_anybody(
    ada: Account, nemo: Account, grant: Account
) -> None:
    came_back(nemo)
    came_back(grant)
    ran = run("send_again", nemo.email, "--format", "json")
    assert (ran.code, ran.data["sent_again"]) == (0, [{"to": nemo.email, "message": "password_changed"}])
    dry = run("send_again", "--all", "--dry-run")
    assert (dry.code, grant.email in dry.out) == (3, True)
    assert run("send_again", "--all").code == 0
    assert len(deliver()) == 2
    assert run("send_again", "--all", "--format", "json").data == {"sent_again": [], "left": 0}


def test_the_command_acts_with_somebodys_rights(helen: Account, nemo: Account) -> None:
    came_back(nemo)
    assert run("send_again", nemo.email, "--actor", helen.email).code == 4
    assert run("send_again").code == 1
    assert run("send_again", nemo.email, "--all").code == 1
