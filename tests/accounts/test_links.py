"""Links in mails: only the right one works, only for its purpose, and they are written down nowhere."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client
from pytest_django import Settings

from accounts.links import invitation_link, read_invitation, read_reset, reset_link
from accounts.models import Account, Invitation
from accounts.services.invitations import resend_invitation
from accounts.services.lifecycle import create_account, disable_account, update_account
from accounts.services.passwords import ask_password_reset, change_own_password
from accounts.services.sessions import record_failed_sign_in, record_sign_in
from adminrights.change import SYSTEM
from adminrights.models import Unit
from tests.post import deliver, link_in


def token_of(link: str) -> str:
    return link.rstrip("/").rpartition("/")[2]


@pytest.fixture
def invitation(penny: Account, unit: Unit) -> Invitation:
    return resend_invitation(penny, actor=SYSTEM, unit=unit)


def flips(token: str) -> list[str]:
    """Return the token with each of its characters changed, left out and doubled."""
    found = []
    for index, character in enumerate(token):
        other = "A" if character != "A" else "B"
        changed = ("1" if character != "1" else "2") if character.isdigit() else other
        found += [token[:index] + new + token[index + 1 :] for new in (changed, "", character * 2)]
    return [each for each in found if each != token]


# I1
def test_an_invitation_link_with_any_character_changed_is_refused(invitation: Invitation) -> None:
    token = token_of(invitation_link(invitation))
    assert read_invitation(token) == invitation
    assert [each for each in flips(token) if read_invitation(each)] == []


def test_a_reset_link_with_any_character_changed_is_refused(nemo: Account) -> None:
    token = token_of(reset_link(nemo))
    assert read_reset(token) == nemo
    assert [each for each in flips(token) if read_reset(each)] == []


@pytest.mark.parametrize(
    "token", ["", "1", "-", "1-", "x-y", "0" * 300, "9" * 30 + "-" + "a" * 43, "1-٣" * 20]
)
def test_nonsense_in_place_of_a_token_is_refused(db: None, token: str) -> None:
    assert (read_invitation(token), read_reset(token)) == (None, None)


# I3
def test_a_link_works_for_its_own_purpose_only(invitation: Invitation, nemo: Account) -> None:
    assert read_reset(token_of(invitation_link(invitation))) is None
    assert read_invitation(token_of(reset_link(nemo))) is None


def test_an_invitation_link_has_at_least_128_bits(invitation: Invitation) -> None:
    mac = token_of(invitation_link(invitation)).partition("-")[2]
    assert len(mac) * 6 >= 128


# S0-44
def test_each_invitation_has_a_link_of_its_own(invitation: Invitation, penny: Account, unit: Unit) -> None:
    newer = resend_invitation(penny, actor=SYSTEM, unit=unit)
    assert invitation_link(invitation) != invitation_link(newer)


def test_links_made_with_a_key_that_is_being_retired_still_work(
    invitation: Invitation, nemo: Account, settings: Settings
) -> None:
    invited, reset = token_of(invitation_link(invitation)), token_of(reset_link(nemo))
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "a newer key"
    assert (read_invitation(invited), read_reset(reset)) == (invitation, nemo)
    settings.SECRET_KEY_FALLBACKS = []
    assert (read_invitation(invited), read_reset(reset)) == (None, None)


# I8
def test_the_host_of_a_link_comes_from_the_settings(
    invitation: Invitation, settings: Settings, client: Client
) -> None:
    settings.BASE_URL, settings.ALLOWED_HOSTS = "https://rights.example.org", ["*"]
    client.post("/password/reset/", {"email": "x@example.org"}, headers={"host": "evil.example"})
    [sent] = deliver()
    assert "https://rights.example.org/invitation/" in str(sent.body)
    assert "evil.example" not in str(sent.body)


# I5
def test_a_reset_link_runs_out(nemo: Account, settings: Settings) -> None:
    token = token_of(reset_link(nemo))
    with time_machine.travel(timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT - 5)):
        assert read_reset(token) == nemo
    with time_machine.travel(timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT + 5)):
        assert read_reset(token) is None


def fail_often(account: Account) -> None:
    for _time in range(10):
        record_failed_sign_in(account.email)


@pytest.mark.parametrize(
    "happens",
    [
        lambda nemo, unit: change_own_password(nemo, password="another good long password"),
        lambda nemo, unit: record_sign_in(nemo),
        lambda nemo, unit: update_account(nemo, actor=SYSTEM, unit=unit, email="new@example.org"),
        lambda nemo, unit: disable_account(nemo, actor=SYSTEM, unit=unit),
        lambda nemo, unit: fail_often(nemo),
    ],
    ids=["new password", "sign-in", "new address", "disabled", "locked"],
)
def test_a_reset_link_dies_of_any_change(nemo: Account, unit: Unit, happens) -> None:
    token = token_of(reset_link(nemo))
    happens(nemo, unit)
    assert read_reset(token) is None


def test_no_reset_link_opens_an_account_that_is_still_invited(penny: Account) -> None:
    assert read_reset(token_of(reset_link(penny))) is None


def everything_stored() -> str:
    """Return every value of every table, and what the sessions hold decoded."""
    rows: list[str] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows += [repr(row) for row in cursor.fetchall()]
    sessions = [json.dumps(session.get_decoded()) for session in Session.objects.all()]
    assert apps.get_models()
    return "\n".join(rows + sessions)


# S1-23
def test_no_link_is_stored_anywhere(
    ada: Account, nemo: Account, unit: Unit, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    create_account(email="ivy@example.org", first_name="Ivy", last_name="Invited", unit=unit, actor=ada)
    ask_password_reset(nemo.email)
    links = [link_in(message) for message in deliver()]
    for link in links:
        assert client.get(link).status_code == 302
    stored = everything_stored() + caplog.text
    assert "opened_invitation" in stored
    assert [link for link in links if token_of(link).partition("-")[2] in stored] == []
    secret = [token_of(link).rpartition("-")[2] for link in links]
    assert [each for each in secret if each in stored] == []
    assert len(mail.outbox) == 2
