"""The invited person follows the link, chooses a password and is in; nothing else uses the link up."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client

from accounts.links import invitation_link
from accounts.models import Account, Invitation
from accounts.services.invitations import accept_invitation, cancel_invitation, resend_invitation
from accounts.services.lifecycle import create_account, reactivate_account, update_account
from adminrights.change import SYSTEM
from adminrights.exceptions import InvitationDead
from adminrights.models import OutgoingMail, Unit
from tests.factories import PASSWORD
from tests.post import deliver, link_in

ACCEPT = "/invitation/accept/"
CHOSEN = {"password": PASSWORD, "again": PASSWORD}


@pytest.fixture
def ivy(ada: Account, unit: Unit) -> Account:
    """Ivy was invited by Ada just now."""
    return create_account(
        email="ivy@example.org", first_name="Ivy", last_name="Invited", unit=unit, actor=ada
    )


@pytest.fixture
def link(ivy: Account) -> str:
    """The link in Ivy's mail."""
    [message] = deliver()
    return link_in(message)


@pytest.fixture
def opened(client: Client, link: str) -> Client:
    """Ivy's browser after a click on the link."""
    client.get(link)
    return client


def status_of(account: Account) -> str:
    return Account.objects.get(pk=account.pk).status


# S0-39, S1-22, S1-23, T1
def test_the_mail_tells_who_invites_where_to_and_until_when(ivy: Account) -> None:
    [message] = deliver()
    text, expires = str(message.body), ivy.invitations.get().expires_at
    assert message.to == ["ivy@example.org"]
    assert "Northwind" in message.subject
    for words in (
        "Ada Admin has made an account for you at Northwind",
        f"{expires:%H:%M} UTC",
        "ivy@example.org",
    ):
        assert words in text


def test_the_mail_has_the_link_as_text_and_as_a_button(ivy: Account) -> None:
    [message] = deliver()
    html = message.alternatives[0].content
    assert link_in(message) in html
    assert 'class="action"' in html


# S0-16, S0-40, T6, scenario 3
def test_who_follows_the_link_and_sets_a_password_becomes_active(opened: Client, ivy: Account) -> None:
    assert status_of(ivy) == "pending"
    assert b"ivy@example.org" in opened.get(ACCEPT).content
    assert opened.post(ACCEPT, CHOSEN).url == "/sign-in/"
    assert status_of(ivy) == "active"
    assert b'value="ivy@example.org"' in opened.get("/sign-in/").content
    assert opened.post("/sign-in/", {"email": "ivy@example.org", "password": PASSWORD}).status_code == 302


# T6
def test_accepting_sends_no_mail(opened: Client) -> None:
    before = OutgoingMail.objects.count()
    opened.post(ACCEPT, CHOSEN)
    assert OutgoingMail.objects.count() == before


# I7
def test_the_secret_leaves_the_address_at_once_and_goes_to_nobody(client: Client, link: str) -> None:
    answer = client.get(link)
    assert (answer.url, answer["Referrer-Policy"], answer["Cache-Control"]) == (
        ACCEPT,
        "no-referrer",
        "no-store",
    )


# I7, S0-16
@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_the_link_a_hundred_times_uses_nothing_up(
    client: Client, link: str, ivy: Account, method: str
) -> None:
    for _ in range(100):
        assert getattr(client, method)(link).status_code == 302
        assert getattr(client, method)(ACCEPT).status_code == 200
    assert ivy.invitations.get().is_open
    assert client.post(ACCEPT, CHOSEN).status_code == 302


def test_opening_is_recorded_when_a_person_sees_the_form(client: Client, link: str, ivy: Account) -> None:
    client.head(link)
    client.head(ACCEPT)
    assert ivy.invitations.get().opened_at is None
    client.get(ACCEPT)
    assert ivy.invitations.get().opened_at is not None


# I2
def test_a_link_works_once(opened: Client, link: str, ivy: Account) -> None:
    opened.post(ACCEPT, CHOSEN)
    again = Client().get(link)
    assert again.status_code == 410
    assert b"used already" in again.content


# I2
def test_two_windows_with_the_form_open_set_one_password(link: str, ivy: Account) -> None:
    windows = [Client(), Client()]
    for window in windows:
        window.get(link)
        assert window.get(ACCEPT).status_code == 200
    answers = [window.post(ACCEPT, CHOSEN).status_code for window in windows]
    assert answers == [302, 410]


# I2
@pytest.mark.django_db(transaction=True)
def test_of_many_acceptances_at_the_same_time_one_succeeds(ivy: Account) -> None:
    start, outcomes = threading.Barrier(5), []

    def accept(number: int) -> None:
        invitation = Invitation.objects.get(account=ivy)
        try:
            start.wait()
            accept_invitation(invitation, password=f"{PASSWORD} {number}")
            outcomes.append("accepted")
        except InvitationDead:
            outcomes.append("dead")
        finally:
            connection.close()

    threads = [threading.Thread(target=accept, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["accepted", "dead", "dead", "dead", "dead"]


# T3, T4, T9, I6: each of these kills the link, before and after it was opened, and the page says what to do
DEATHS: dict[str, tuple[Callable[[Account, Unit], object], bytes]] = {
    "resent": (lambda ivy, unit: resend_invitation(ivy, actor=SYSTEM, unit=unit), b"latest mail"),
    "cancelled": (lambda ivy, unit: cancel_invitation(ivy, actor=SYSTEM, unit=unit), b"withdrawn"),
    "new address": (
        lambda ivy, unit: update_account(ivy, actor=SYSTEM, unit=unit, email="new@example.org"),
        b"to the new address",
    ),
}


@pytest.mark.parametrize("death", DEATHS)
def test_a_dead_link_says_what_happened_and_what_to_do(
    client: Client, link: str, ivy: Account, unit: Unit, death: str
) -> None:
    happens, words = DEATHS[death]
    happens(ivy, unit)
    answer = client.get(link)
    assert answer.status_code == 410
    assert words in answer.content


@pytest.mark.parametrize("death", DEATHS)
def test_a_form_that_is_open_dies_with_its_link(opened: Client, ivy: Account, unit: Unit, death: str) -> None:
    assert opened.get(ACCEPT).status_code == 200
    DEATHS[death][0](ivy, unit)
    assert opened.post(ACCEPT, CHOSEN).status_code == 410
    assert not Account.objects.get(pk=ivy.pk).has_usable_password()


# S0-44, T3
def test_resending_makes_a_new_link_that_works(client: Client, link: str, ivy: Account, unit: Unit) -> None:
    resend_invitation(ivy, actor=SYSTEM, unit=unit)
    [message] = deliver()
    assert link_in(message) != link
    client.get(link_in(message))
    assert client.post(ACCEPT, CHOSEN).status_code == 302


# S0-46, S0-47, T5
def test_reactivating_brings_no_link_back(client: Client, link: str, ivy: Account, unit: Unit) -> None:
    cancel_invitation(ivy, actor=SYSTEM, unit=unit)
    reactivate_account(ivy, actor=SYSTEM, unit=unit)
    assert deliver() == []
    assert client.get(link).status_code == 410


# T9, S2-26, S4-45
def test_the_link_runs_out_after_three_days(client: Client, link: str, ivy: Account) -> None:
    with time_machine.travel(timedelta(days=3, seconds=-5)):
        assert client.get(link).status_code == 302
    with time_machine.travel(timedelta(days=3, seconds=5)):
        answer = client.get(link)
        assert answer.status_code == 410
        assert b"has run out" in answer.content
    assert status_of(ivy) == "pending"


# T9
def test_a_form_left_open_for_three_days_is_dead(opened: Client) -> None:
    with time_machine.travel(timedelta(days=3, seconds=5)):
        opened.cookies.clear()
    assert opened.post(ACCEPT, CHOSEN).status_code == 410


def test_an_invitation_that_was_replaced_before_it_was_sent_is_never_sent(ivy: Account, unit: Unit) -> None:
    resend_invitation(ivy, actor=SYSTEM, unit=unit)
    assert len(deliver()) == 1
    states = ivy.mails.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["void", "sent"]


def test_an_address_without_its_end_is_explained(client: Client, ivy: Account) -> None:
    answer = client.get(f"/invitation/{invitation_link(ivy.invitations.get())[-20:-5]}/")
    assert answer.status_code == 410
    assert b"copy all of it" in answer.content


def test_the_form_cannot_be_reached_without_a_link(client: Client, ivy: Account) -> None:
    assert client.get(ACCEPT).status_code == 410
    assert client.post(ACCEPT, CHOSEN).status_code == 410


# I4
def test_an_invitation_is_never_given_to_whoever_is_signed_in(
    client: Client, link: str, nemo: Account
) -> None:
    client.force_login(nemo)
    shown = client.get(link, follow=True)
    assert shown.status_code == 409
    assert b"signed in as Nemo Nobody" in shown.content
    assert client.post(ACCEPT, CHOSEN).status_code == 409


# I4
def test_signing_out_leads_back_to_the_invitation(
    client: Client, link: str, nemo: Account, ivy: Account
) -> None:
    client.force_login(nemo)
    client.get(link)
    assert client.post("/sign-out/").url == ACCEPT
    assert client.post(ACCEPT, CHOSEN).status_code == 302
    assert status_of(ivy) == "active"


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"password": "short", "again": "short"}, b"at least 15 characters"),
        ({"password": PASSWORD, "again": PASSWORD + "x"}, b"not the same"),
        ({"password": "", "again": ""}, b"required"),
        ({"password": "ivy@example.org", "again": "ivy@example.org"}, b"too similar"),
    ],
    ids=["short", "different", "empty", "own address"],
)
def test_a_bad_password_is_explained_beside_its_field(
    opened: Client, ivy: Account, typed: dict[str, str], complaint: bytes
) -> None:
    answer = opened.post(ACCEPT, typed)
    assert answer.status_code == 422
    assert complaint in answer.content
    assert status_of(ivy) == "pending"


# A1, A2
@pytest.mark.parametrize(
    "password", ["qzjvxkwpyfhgbml", "  ünï cödé 🐎 staple " * 6], ids=["15 letters", "long"]
)
def test_a_long_password_works_exactly_as_typed(opened: Client, ivy: Account, password: str) -> None:
    assert opened.post(ACCEPT, {"password": password, "again": password}).status_code == 302
    tries = {
        "as typed": password,
        "shorter": password[:-1],
        "longer": password + " ",
        "upper": password.upper(),
    }
    answers = {
        name: Client().post("/sign-in/", {"email": ivy.email, "password": typed}).status_code
        for name, typed in tries.items()
    }
    assert answers == {"as typed": 302, "shorter": 422, "longer": 422, "upper": 422}


# S1 of the security bar: a session that was there before is not the one after
def test_the_session_is_new_after_the_password_was_set(opened: Client) -> None:
    before = opened.session.session_key
    opened.post(ACCEPT, CHOSEN)
    assert opened.session.session_key != before
    assert "opened_invitation" not in opened.session


# N9
def test_names_add_no_link_and_no_header_to_a_mail(ada: Account, unit: Unit) -> None:
    update_account(ada, actor=SYSTEM, unit=unit, first_name="Win at", last_name="https://evil.example/now")
    create_account(
        email="ivy@example.org", first_name="www.evil.example", last_name="<b>Bold</b>", unit=unit, actor=ada
    )
    [message] = deliver()
    html = message.alternatives[0].content
    for text in (message.subject, str(message.body), html):
        assert "evil.example" not in text
        assert "<b>Bold" not in text
    assert message.recipients() == ["ivy@example.org"]
