"""Before what matters most one proves again who one is: an open window must not be enough."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from accounts.models import Account
from accounts.services.grants import set_levels
from adminrights.change import SYSTEM
from adminrights.models import JournalEntry, Unit
from roles.models import Role
from tests.accounts.authenticator import code_of, with_app
from tests.accounts.pages import signed_in, text_of
from tests.editing import opened
from tests.factories import PASSWORD, AccountFactory, GroupFactory, RoleFactory

CONFIRM, PASSWORD_PAGE = "/me/confirm/", "/me/password/"
PER_SOURCE = 30
OLD = timedelta(minutes=6)


@pytest.fixture
def later() -> Any:
    """Six minutes after everybody signed in."""
    return time_machine.travel(OLD, tick=True)


def stale(account: Account) -> Client:
    """Return a browser in which the person proved six minutes ago who they are."""
    client = signed_in(account)
    session = client.session
    session["proved"] -= OLD.total_seconds()
    session.save()
    return client


def prove(client: Client, **words: str) -> Any:
    return client.post(CONFIRM, {"current": PASSWORD} | words)


# S5 of the security bar
@pytest.mark.parametrize("path", ["app/", "passkey/", "codes/", "1/remove/"])
def test_one_proves_it_before_changing_a_second_factor(nemo: Account, path: str) -> None:
    client = stale(nemo)
    path = f"/me/security/{path}"
    for answer in (client.get(path), client.post(path, {"code": "1"})):
        assert answer["Location"].startswith(f"{CONFIRM}?next=%2Fme%2Fsecurity%2F")


# S5 of the security bar
def test_one_proves_it_before_changing_the_password(nemo: Account) -> None:
    client, new = stale(nemo), "seven purple elephants dance"
    words = {"current": PASSWORD, "password": new, "again": new}
    for answer in (client.get(PASSWORD_PAGE), client.post(PASSWORD_PAGE, words)):
        assert answer["Location"] == f"{CONFIRM}?next=%2Fme%2Fpassword%2F"
    nemo.refresh_from_db()
    assert nemo.check_password(PASSWORD)
    assert new not in str(dict(client.session.items()))


# S5 of the security bar
def test_the_log_of_everybody_is_handed_out_after_the_proof(ada: Account) -> None:
    client = stale(ada)
    assert client.get("/log/export/")["Location"] == f"{CONFIRM}?next=%2Flog%2F"
    assert prove(client, next="/log/")["Location"] == "/log/"
    assert client.get("/log/export/")["Content-Type"].startswith("text/csv")


def test_the_right_password_leads_on_for_five_minutes(nemo: Account) -> None:
    client = stale(nemo)
    page = client.get(client.get("/me/security/app/")["Location"])
    assert "Confirm that it is you" in text_of(page)
    assert prove(client, next="/me/security/app/")["Location"] == "/me/security/app/"
    assert client.get("/me/security/app/").status_code == 200
    with time_machine.travel(timedelta(minutes=5, seconds=5)):
        assert client.get("/me/security/app/").status_code == 302


NEW = {"password": "seven purple elephants dance", "again": "seven purple elephants dance"}
# A10: wherever the present password is asked for
DOORS = {CONFIRM: {}, PASSWORD_PAGE: NEW}


# A10
@pytest.mark.parametrize("door", DOORS)
def test_an_open_window_is_no_place_to_guess(nemo: Account, settings: Settings, door: str) -> None:
    client = signed_in(nemo)
    for _ in range(settings.LOCK_AFTER_FAILURES):
        assert client.post(door, DOORS[door] | {"current": "wrong"}).status_code == 422
    assert Account.objects.get(pk=nemo.pk).is_locked
    assert client.get("/me/").status_code == 302


# A10
@pytest.mark.parametrize("door", DOORS)
def test_a_place_where_too_much_was_tried_guesses_nowhere(nemo: Account, door: str) -> None:
    for _ in range(PER_SOURCE):
        Client().post("/sign-in/", {"email": "x@example.org", "password": "wrong"})
    client = signed_in(nemo)
    answer = client.post(door, DOORS[door] | {"current": PASSWORD})
    assert (answer.status_code, "Too many tries" in text_of(answer)) == (422, True)
    assert Account.objects.get(pk=nemo.pk).failed_sign_ins == 0


# A10
@pytest.mark.parametrize("door", DOORS)
def test_the_right_password_is_no_try(nemo: Account, door: str) -> None:
    for _ in range(PER_SOURCE - 1):
        Client().post("/sign-in/", {"email": "x@example.org", "password": "wrong"})
    assert signed_in(nemo).post(door, DOORS[door] | {"current": PASSWORD}).status_code == 302
    last = Client().post("/sign-in/", {"email": "x@example.org", "password": "wrong"})
    assert last.status_code == 422


# W5
@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_proof_never_leads_to_another_site(nemo: Account, wanted: str) -> None:
    client = stale(nemo)
    assert b"evil" not in client.get(CONFIRM, {"next": wanted}).content
    assert prove(client, next=wanted)["Location"] == "/"


def test_who_has_a_second_factor_proves_it_by_that(nemo: Account) -> None:
    secret = with_app(nemo)
    client = stale(nemo)
    assert client.post(CONFIRM, {"current": PASSWORD}).status_code == 422
    assert client.post(CONFIRM, {"code": code_of(secret)}).status_code == 302
    assert client.get("/me/security/codes/").status_code == 200


# ---- Giving administration, through every page


def give_directly(client: Client, unit: Unit, nemo: Account) -> tuple[str, dict[str, Any]]:
    path = f"/accounts/{nemo.pk}/edit/"
    names = ("email", "first_name", "last_name", "phone")
    person = {name: getattr(nemo, name) for name in names}
    return path, opened(client, path) | person | {"levels": ["admin_rights:1", "admin_rights:2"]}


def give_by_group(client: Client, unit: Unit, nemo: Account) -> tuple[str, dict[str, Any]]:
    role = RoleFactory(unit=unit, rules=["accounts:update", "access:delegate"])
    group = GroupFactory(unit=unit, roles=[role])
    return f"/groups/{group.pk}/members/add/", {"account": str(nemo.pk)}


# S5 of the security bar
@pytest.mark.parametrize("way", [give_directly, give_by_group])
def test_giving_administration_waits_for_the_proof_and_then_goes_on(
    way: Any, unit: Unit, ada: Account, nemo: Account
) -> None:
    client = stale(ada)
    path, words = way(client, unit, nemo)
    answer = client.post(path, words)
    assert answer.status_code == 302
    assert answer["Location"].startswith(CONFIRM)
    assert not Account.objects.get(pk=nemo.pk).has_perm("accounts:update", unit)
    assert JournalEntry.objects.latest("sequence").data["code"] == "needs_proof"

    page = prove(client)
    assert "Nothing was saved yet" in text_of(page)
    kept = page.context["kept"]
    assert kept["path"] == path
    fields: dict[str, list[str]] = {}
    for name, value in kept["fields"]:
        fields.setdefault(name, []).append(value)
    assert client.post(kept["path"], fields).status_code == 302
    assert Account.objects.get(pk=nemo.pk).has_perm("accounts:update", unit)


# S5 of the security bar
def test_a_role_that_administrators_hold_is_changed_after_the_proof(unit: Unit, ada: Account) -> None:
    role: Role = RoleFactory(unit=unit, rules=["accounts:list", "accounts:get"])
    AccountFactory(unit=unit, groups=[GroupFactory(unit=unit, roles=[role])])
    answer = stale(ada).post(f"/roles/{role.pk}/rules/accounts/remove/")
    assert answer["Location"].startswith(CONFIRM)


def test_what_is_no_administration_needs_no_proof(unit: Unit, ada: Account, nemo: Account) -> None:
    client = stale(ada)
    path, words = give_directly(client, unit, nemo)
    assert client.post(path, words | {"levels": ["customers:1"]})["Location"] == nemo.get_absolute_url()


def test_commands_and_services_have_nobody_to_ask(unit: Unit, nemo: Account, ada: Account) -> None:
    set_levels(nemo, {"admin_rights": 2}, actor=ada, unit=unit)
    set_levels(nemo, {}, actor=SYSTEM, unit=unit)
    assert not Account.objects.get(pk=nemo.pk).has_perm("accounts:update", unit)


def test_a_password_that_was_typed_is_never_kept(unit: Unit, ada: Account) -> None:
    client = stale(ada)
    client.post("/me/security/app/", {"code": "1", "password": "secret one", "current": "another"})
    assert "secret one" not in str(dict(client.session.items()))
    assert "another" not in str(dict(client.session.items()))
