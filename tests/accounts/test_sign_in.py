"""Signing in and out: who may, what a stranger learns, what happens after too many tries."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.test import Client
from pytest_django import Settings

from accounts.models import Account
from accounts.services.lifecycle import disable_account, reactivate_account, unlock_account
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.models import JournalEntry, Unit
from adminrights.services import set_owner
from tests.factories import PASSWORD, AccountFactory
from tests.post import deliver, link_in

PAGE = "/sign-in/"


def sign_in(email: str, password: str = PASSWORD, **more: str) -> Any:
    return Client().post(PAGE, {"email": email, "password": password} | more)


def fail(account: Account, times: int) -> None:
    for _ in range(times):
        assert sign_in(account.email, "wrong").status_code == 422


def events(account: Account) -> list[str]:
    return list(JournalEntry.objects.about(account).values_list("event", flat=True))


# ---- Who may


def test_who_is_active_signs_in_and_goes_to_my_access(nemo: Account) -> None:
    answer = Client().post(PAGE, {"email": nemo.email, "password": PASSWORD}, follow=True)
    assert (answer.status_code, answer.request["PATH_INFO"]) == (200, "/me/")


def test_the_sign_in_is_journaled_and_dated(nemo: Account) -> None:
    sign_in(nemo.email)
    assert events(nemo)[0] == Event.SIGNED_IN
    assert Account.objects.get(pk=nemo.pk).last_login is not None


# N1
@pytest.mark.parametrize(
    "typed", ["NEMO.Nobody@Example.ORG", "  nemo.nobody@example.org ", "ｎemo.nobody@example.org"]
)
def test_the_address_counts_in_whatever_spelling(nemo: Account, typed: str) -> None:
    assert sign_in(typed).status_code == 302


# S1 of the security bar
def test_the_session_is_a_new_one(nemo: Account) -> None:
    client = Client()
    client.cookies["session"] = "planted" * 4
    client.post(PAGE, {"email": nemo.email, "password": PASSWORD})
    assert client.cookies["session"].value != "planted" * 4


def test_signing_in_does_not_make_an_open_form_stale(nemo: Account) -> None:
    sign_in(nemo.email, "wrong")
    sign_in(nemo.email)
    assert Account.objects.get(pk=nemo.pk).version == nemo.version


def test_who_is_signed_in_already_is_sent_on(client: Client, nemo: Account) -> None:
    client.force_login(nemo)
    assert client.get(PAGE + "?next=/me/profile/")["Location"] == "/me/profile/"


# ---- Where to


# W5
@pytest.mark.parametrize("wanted", ["/me/profile/", "/accounts/?q=a&page=2"])
def test_one_goes_on_to_the_page_one_wanted(nemo: Account, wanted: str) -> None:
    assert sign_in(nemo.email, next=wanted)["Location"] == wanted


# W5
@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "me/",
    ],
)
def test_one_never_goes_on_to_another_site(nemo: Account, wanted: str) -> None:
    assert sign_in(nemo.email, next=wanted)["Location"] == "/"
    assert b"evil" not in Client().get(PAGE, {"next": wanted}).content


def test_a_page_needs_a_sign_in_and_is_found_again(client: Client, nemo: Account) -> None:
    assert client.get("/me/")["Location"] == "/sign-in/?next=/me/"


def test_an_ended_session_sends_the_whole_window_to_sign_in(client: Client, db: None) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/accounts/?q=x"}
    answer = client.get("/sign-in/?next=/accounts/", headers=headers)
    assert answer["HX-Redirect"] == "/sign-in/?next=%2Faccounts%2F%3Fq%3Dx"


# ---- What a stranger learns


def answer_about(email: str, password: str = "wrong") -> tuple[int, bytes]:
    """Return what a stranger sees, without the token and the address that he typed himself."""
    answer = sign_in(email, password)
    content = re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", answer.content)
    content = re.sub(rb'nonce="[^"]+"', b"", content)
    return answer.status_code, content.replace(email.encode(), b"")


# A9
def test_the_answer_is_the_same_for_everybody_who_may_not_sign_in(
    nemo: Account, penny: Account, dora: Account, unit: Unit
) -> None:
    locked = AccountFactory(unit=unit, first_name="Lou", last_name="Locked")
    with change(Event.ACCOUNT_LOCKED, actor=SYSTEM) as c:
        c.update(locked, locked_at=c.at)
    answers = {
        answer_about("nobody@example.org"),
        answer_about(nemo.email),
        answer_about(penny.email),
        answer_about(dora.email),
        answer_about(dora.email, PASSWORD),
        answer_about(locked.email, PASSWORD),
    }
    assert len(answers) == 1


# A9
@pytest.mark.parametrize("who", ["unknown", "penny", "dora", "nemo"])
def test_everybody_costs_one_hashing(
    request: pytest.FixtureRequest, unit: Unit, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    email = "x@example.org" if who == "unknown" else request.getfixturevalue(who).email
    hashed: list[str] = []

    def hash_it(self: object, password: str, salt: str) -> str:
        hashed.append(password)
        return "md5$x$y"

    monkeypatch.setattr("django.contrib.auth.hashers.MD5PasswordHasher.encode", hash_it)
    sign_in(email, "wrong")
    assert len(hashed) == 1


# L1
def test_a_failed_try_is_journaled_without_what_was_typed(nemo: Account, db: None) -> None:
    sign_in("a password typed into the wrong field", "secret")
    entry = JournalEntry.objects.order_by("-sequence")[0]
    assert (entry.event, entry.outcome) == (Event.SIGN_IN_FAILED, "refused")
    assert "typed" not in str(entry.data)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("x" * 300, "p"),
        ("nemo", ""),
        ("", "p"),
        ("n\x00emo", "p"),
        ("x@example.org", "p" * 5_000),
    ],
    ids=["long", "no password", "no address", "NUL", "long password"],
)
def test_nonsense_is_refused_with_a_clear_answer(db: None, email: str, password: str) -> None:
    assert 400 <= Client().post(PAGE, {"email": email, "password": password}).status_code < 500


# ---- Too many tries


# T10, S2-33
def test_the_tenth_wrong_password_locks_the_account(nemo: Account, settings: Settings) -> None:
    fail(nemo, settings.LOCK_AFTER_FAILURES - 1)
    assert sign_in(nemo.email).status_code == 302
    fail(nemo, settings.LOCK_AFTER_FAILURES)
    assert Account.objects.get(pk=nemo.pk).is_locked
    assert sign_in(nemo.email).status_code == 422
    assert Event.ACCOUNT_LOCKED in events(nemo)


# T10
def test_a_lock_ends_running_sessions(client: Client, nemo: Account, settings: Settings) -> None:
    client.force_login(nemo)
    fail(nemo, settings.LOCK_AFTER_FAILURES)
    assert client.get("/me/").status_code == 302


# T10, A10
def test_a_lock_ends_by_itself_and_is_not_made_longer(nemo: Account, settings: Settings) -> None:
    fail(nemo, settings.LOCK_AFTER_FAILURES)
    with time_machine.travel(timedelta(minutes=settings.LOCK_MINUTES - 1)):
        fail(nemo, 3)
        assert sign_in(nemo.email).status_code == 422
    with time_machine.travel(timedelta(minutes=settings.LOCK_MINUTES, seconds=5)):
        assert sign_in(nemo.email).status_code == 302
    nemo.refresh_from_db()
    assert (nemo.locked_at, nemo.failed_sign_ins) == (None, 0)


# T10
def test_after_a_lock_has_run_out_the_count_begins_anew(nemo: Account, settings: Settings) -> None:
    fail(nemo, settings.LOCK_AFTER_FAILURES)
    with time_machine.travel(timedelta(minutes=settings.LOCK_MINUTES, seconds=5)):
        fail(nemo, 1)
    nemo.refresh_from_db()
    assert (nemo.locked_at, nemo.failed_sign_ins) == (None, 1)


# T11
def test_unlocking_lets_the_person_in_at_once(
    nemo: Account, ada: Account, unit: Unit, settings: Settings
) -> None:
    fail(nemo, settings.LOCK_AFTER_FAILURES)
    unlock_account(nemo, actor=ada, unit=unit)
    assert sign_in(nemo.email).status_code == 302


# S2-34, T10
def test_a_lock_is_told_to_the_owner_and_to_all_who_manage_accounts(
    nemo: Account, ada: Account, otto: Account, helen: Account, unit: Unit, settings: Settings
) -> None:
    owner = AccountFactory(unit=unit, first_name="Olga", last_name="Owner")
    set_owner(unit, owner, actor=SYSTEM)
    # The owner is told of that, too.
    deliver()
    fail(nemo, settings.LOCK_AFTER_FAILURES + 3)
    mails = deliver()
    assert sorted(message.to[0] for message in mails) == sorted([ada.email, otto.email, owner.email])
    assert "Nemo Nobody" in mails[0].subject
    assert link_in(mails[0]) == f"/accounts/{nemo.pk}/"


def test_nobody_is_told_of_a_lock_that_is_over(
    nemo: Account, ada: Account, unit: Unit, settings: Settings
) -> None:
    fail(nemo, settings.LOCK_AFTER_FAILURES)
    unlock_account(nemo, actor=ada, unit=unit)
    assert deliver() == []


@pytest.mark.parametrize("who", ["penny", "dora"])
def test_only_active_accounts_are_locked(
    request: pytest.FixtureRequest, unit: Unit, settings: Settings, who: str
):
    account = request.getfixturevalue(who)
    fail(account, settings.LOCK_AFTER_FAILURES + 1)
    account.refresh_from_db()
    assert (account.locked_at, account.failed_sign_ins) == (None, 0)


# ---- The end of a session


# S7
def test_signing_out_is_a_post_with_a_token(client: Client, nemo: Account) -> None:
    client.force_login(nemo)
    assert client.get("/sign-out/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(nemo)
    assert strict.post("/sign-out/").status_code == 403
    assert client.post("/sign-out/")["Location"] == PAGE
    assert client.get("/me/").status_code == 302
    assert events(nemo)[0] == Event.SIGNED_OUT


# S2 of the security bar
def test_a_session_is_dead_on_the_server_after_signing_out(client: Client, nemo: Account) -> None:
    client.force_login(nemo)
    kept = client.cookies["session"].value
    client.post("/sign-out/")
    thief = Client()
    thief.cookies["session"] = kept
    assert thief.get("/me/").status_code == 302


# T7, S0-48, S3
def test_disabling_ends_every_session_at_the_next_request(
    client: Client, nemo: Account, ada: Account, unit: Unit
):
    client.force_login(nemo)
    disable_account(nemo, actor=ada, unit=unit)
    assert client.get("/me/")["Location"].startswith(PAGE)


# T8, S0-49, S3
def test_reactivating_brings_no_session_back(client: Client, nemo: Account, ada: Account, unit: Unit) -> None:
    client.force_login(nemo)
    disable_account(nemo, actor=ada, unit=unit)
    reactivate_account(nemo, actor=ada, unit=unit)
    assert client.get("/me/").status_code == 302
    assert sign_in(nemo.email).status_code == 302


# A4
def test_a_password_stored_in_an_old_form_is_stored_anew(nemo: Account, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    assert sign_in(nemo.email).status_code == 302
    assert Account.objects.get(pk=nemo.pk).password.startswith("argon2$argon2id")
    assert sign_in(nemo.email).status_code == 302


# A7
def test_there_is_no_account_from_the_factory(db: None) -> None:
    assert Account.objects.count() == 0
    assert make_password("admin") != "admin"
    assert sign_in("admin", "admin").status_code == 422
