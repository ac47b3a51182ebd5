"""Second factors: asked for after the password, used once, told by mail, reset by administrators."""

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from pytest_django import Settings

from accounts.models import Account
from accounts.services.factors import make_codes, reset_factors, set_factor_rule, use_code
from accounts.services.lifecycle import disable_account
from adminrights.change import SYSTEM
from adminrights.events import Event
from adminrights.exceptions import NotAllowed
from adminrights.models import JournalEntry, Unit
from tests.accounts.authenticator import code_of, kinds, with_app
from tests.accounts.pages import signed_in, text_of
from tests.factories import PASSWORD, AccountFactory, UnitFactory
from tests.post import deliver, link_in

PAGE, STEP, SECURITY = "/sign-in/", "/sign-in/code/", "/me/security/"
APP, CODES, PASSKEY = f"{SECURITY}app/", f"{SECURITY}codes/", f"{SECURITY}passkey/"


def first_step(account: Account, client: Client | None = None, **more: str) -> tuple[Client, Any]:
    client = client or Client()
    return client, client.post(PAGE, {"email": account.email, "password": PASSWORD} | more)


def second_step(account: Account, code: str) -> tuple[Client, Any]:
    client, _answer = first_step(account)
    return client, client.post(STEP, {"code": code})


def is_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


# ---- Signing in


# A8
# S2-39, S3-115
def test_after_the_password_the_code_is_asked_for(nemo: Account) -> None:
    secret = with_app(nemo)
    client, answer = first_step(nemo, next="/me/profile/")
    assert answer["Location"] == STEP
    assert not is_in(client)
    assert "authenticator app" in text_of(client.get(STEP))
    answer = client.post(STEP, {"code": code_of(secret)})
    assert answer["Location"] == "/me/profile/"
    assert is_in(client)


# A8
def test_without_the_right_code_nobody_gets_in(nemo: Account) -> None:
    with_app(nemo)
    client, answer = second_step(nemo, "000000")
    assert answer.status_code == 422
    assert not is_in(client)
    assert Account.objects.get(pk=nemo.pk).failed_sign_ins == 1


# A10
def test_guessing_codes_locks_the_account(nemo: Account, settings: Settings) -> None:
    with_app(nemo)
    client, _answer = first_step(nemo)
    for _ in range(settings.LOCK_AFTER_FAILURES):
        client.post(STEP, {"code": "000000"})
    assert Account.objects.get(pk=nemo.pk).is_locked
    # The lock ended the first step as it ends sessions.
    assert client.get(STEP)["Location"] == PAGE


# S1 of the security bar
def test_the_session_is_a_new_one_after_the_second_step(nemo: Account) -> None:
    secret = with_app(nemo)
    client, _answer = first_step(nemo)
    before = client.cookies["session"].value
    client.post(STEP, {"code": code_of(secret)})
    assert client.cookies["session"].value != before


# A8
def test_a_code_works_once_also_in_another_window_and_later(nemo: Account) -> None:
    secret = with_app(nemo)
    with time_machine.travel("2026-03-02 10:00:01", tick=False) as clock:
        code = code_of(secret)
        assert second_step(nemo, code)[1].status_code == 302
        for seconds in (0, 29, 31):
            clock.shift(seconds)
            assert second_step(nemo, code)[1].status_code == 422


# A8: the clock of a phone
@pytest.mark.parametrize(("ahead", "answer"), [(-2, 422), (-1, 302), (0, 302), (1, 302), (2, 422)])
def test_a_clock_may_be_half_a_minute_off(nemo: Account, ahead: int, answer: int) -> None:
    secret = with_app(nemo)
    with time_machine.travel("2026-03-02 10:00:15", tick=False):
        assert second_step(nemo, code_of(secret, ahead=ahead))[1].status_code == answer


# A8, across all processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_one_code_lets_one_of_many_in(nemo: Account, kind: str) -> None:
    secret = with_app(nemo)
    code = code_of(secret) if kind == "app" else make_codes(nemo)[0]
    found: list[bool] = []

    def use() -> None:
        try:
            found.append(use_code(nemo, code) is not None)
        finally:
            connection.close()

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [False, False, False, True]


# T7, S3
@pytest.mark.parametrize("what", ["disabled", "password"])
def test_what_happens_between_the_steps_ends_them(nemo: Account, ada: Account, unit: Unit, what: str) -> None:
    secret = with_app(nemo)
    client, _answer = first_step(nemo)
    if what == "disabled":
        disable_account(nemo, actor=ada, unit=unit)
    else:
        reset_factors(nemo, actor=ada, unit=unit)
    answer = client.post(STEP, {"code": code_of(secret)})
    assert answer["Location"] == PAGE
    assert not is_in(client)


@pytest.mark.parametrize("who", ["nobody", "nemo"])
def test_the_second_step_is_for_those_who_did_the_first(nemo: Account, who: str) -> None:
    with_app(nemo)
    client = signed_in(nemo) if who == "nemo" else Client()
    assert client.get(STEP)["Location"] in {"/", PAGE}
    assert client.post(STEP, {"code": "1"})["Location"] in {"/", PAGE}


# ---- One's own page


# A8
def test_an_app_is_added_with_its_first_code(nemo: Account) -> None:
    client = signed_in(nemo)
    page = client.get(APP)
    secret = page.context["form"].secret
    assert "data:image/svg+xml;base64," in page.content.decode()
    assert client.post(APP, {"code": "000000"}).status_code == 422
    answer = client.post(APP, {"code": code_of(secret)})
    assert (answer["Location"], kinds(nemo)) == (CODES, ["totp"])
    # The code that proved it is used up.
    assert second_step(nemo, code_of(secret))[1].status_code == 422


# I1 of the security bar: a copy of the database signs nobody in
def test_the_secret_rests_nowhere_in_clear_while_the_app_is_added(nemo: Account) -> None:
    client = signed_in(nemo)
    secret = client.get(APP).context["form"].secret
    assert secret not in str(dict(client.session.items()))
    refused = client.post(APP, {"code": "000000"})
    assert (refused.status_code, refused.context["form"].secret) == (422, secret), "the same is shown again"
    client.post(APP, {"code": code_of(secret)})
    assert "new_app" not in client.session


# A8
def test_the_secret_is_encrypted_and_survives_a_new_key(nemo: Account, settings: Settings) -> None:
    secret = with_app(nemo)
    assert secret not in str(Authenticator.objects.get(user=nemo).data)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key" * 9
    assert second_step(nemo, code_of(secret))[1].status_code == 302


# A8, S3 of the security bar
def test_a_new_factor_ends_the_other_sessions_and_keeps_this_one(nemo: Account) -> None:
    here, elsewhere = signed_in(nemo), signed_in(nemo)
    before = here.cookies["session"].value
    secret = here.get(APP).context["form"].secret
    here.post(APP, {"code": code_of(secret)})
    assert is_in(here)
    assert here.cookies["session"].value != before
    assert not is_in(elsewhere)


# A8
def test_recovery_codes_are_shown_once_and_kept_as_hashes(nemo: Account) -> None:
    with_app(nemo)
    client = signed_in(nemo)
    shown = re.findall(r"<code>([\w-]+)</code>", client.post(CODES).content.decode())
    assert len(set(shown)) == 10
    kept = str(Authenticator.objects.get(user=nemo, type="recovery_codes").data)
    journal = str(list(JournalEntry.objects.values_list("data", flat=True)))
    pages = client.get(CODES).content.decode() + client.get(SECURITY).content.decode()
    assert not [code for code in shown if code in kept + journal + pages or code.replace("-", "") in kept]


# A8
def test_a_recovery_code_lets_one_in_once_in_whatever_spelling(nemo: Account) -> None:
    with_app(nemo)
    code = make_codes(nemo)[3]
    assert second_step(nemo, f" {code.upper().replace('-', ' ')} ")[1].status_code == 302
    assert second_step(nemo, code)[1].status_code == 422
    assert [mail.subject for mail in deliver()][-1].startswith("A recovery code was used")
    assert "9 codes are left" in text_of(signed_in(nemo).get(SECURITY))


def test_new_recovery_codes_replace_the_old_ones(nemo: Account) -> None:
    with_app(nemo)
    old = make_codes(nemo)
    new = make_codes(nemo)
    assert second_step(nemo, old[0])[1].status_code == 422
    assert second_step(nemo, new[0])[1].status_code == 302


def test_recovery_codes_need_something_that_they_recover(nemo: Account) -> None:
    answer = signed_in(nemo).post(CODES)
    assert "Add an authenticator app or a passkey first." in text_of(answer)
    assert kinds(nemo) == []


# A8, A11
def test_the_last_factor_goes_with_its_codes_and_the_person_is_told(nemo: Account) -> None:
    with_app(nemo)
    make_codes(nemo)
    client = signed_in(nemo)
    path = f"{SECURITY}{Authenticator.objects.get(user=nemo, type='totp').pk}/remove/"
    assert "your last one" in text_of(client.get(path))
    assert client.post(path)["Location"] == SECURITY
    assert kinds(nemo) == []
    assert is_in(client)
    subjects = [mail.subject for mail in deliver()]
    assert [subject.split(" at ")[0] for subject in subjects] == [
        "New second factor",
        "New recovery codes",
        "A second factor",
    ]
    assert first_step(nemo)[1]["Location"] == "/"


# Z4
def test_nobody_removes_the_factor_of_somebody_else(nemo: Account, grant: Account) -> None:
    with_app(nemo)
    path = f"{SECURITY}{Authenticator.objects.get(user=nemo).pk}/remove/"
    answer = signed_in(grant).post(path)
    assert answer.status_code == 422
    assert kinds(nemo) == ["totp"]


# N3
@pytest.mark.parametrize(
    "credential",
    ["", "{}", "[]", "1", '{"id":1}', '{"response":{}}', '{"response":{"userHandle":"////"}}', "x"],
)
def test_what_no_browser_sends_is_a_wrong_answer(nemo: Account, credential: str) -> None:
    with_app(nemo)
    at_the_step, _answer = first_step(nemo)
    assert at_the_step.post(STEP, {"credential": credential}).status_code == 422
    assert signed_in(nemo).post(PASSKEY, {"credential": credential}).status_code == 422
    stranger = Client()
    stranger.get("/sign-in/passkey/", headers={"Accept": "application/json"})
    assert stranger.post("/sign-in/passkey/", {"credential": credential})["Location"] == PAGE


# ---- What administrators see and do


# A8
def test_administrators_see_who_has_a_second_factor(nemo: Account, ada: Account) -> None:
    client = signed_in(ada)
    assert "Second factor None" in text_of(client.get(nemo.get_absolute_url()))
    with_app(nemo)
    assert "Second factor Authenticator app" in text_of(client.get(nemo.get_absolute_url()))


# A8, A11, S3
# S3-115
def test_administrators_reset_a_lost_factor_and_the_person_is_told(nemo: Account, ada: Account) -> None:
    with_app(nemo)
    make_codes(nemo)
    deliver()
    running, client = signed_in(nemo), signed_in(ada)
    path = f"/accounts/{nemo.pk}/second-factor/"
    assert "taken away" in text_of(client.get(path))
    client.post(path, {"reason": "Phone stolen, called back"})
    assert kinds(nemo) == []
    assert not is_in(running)
    assert [mail.to for mail in deliver()] == [[nemo.email]]
    entry = JournalEntry.objects.about(nemo)[0]
    assert (entry.event, entry.actor, entry.reason) == (Event.FACTORS_RESET, ada, "Phone stolen, called back")
    assert first_step(nemo)[1]["Location"] == "/"


# Z2
def test_a_helper_does_not_reset_the_factor_of_an_administrator(ada: Account, unit: Unit) -> None:
    with_app(ada)
    helper = AccountFactory(unit=unit, permissions=["accounts:get", "accounts:update", "accounts:list"])
    signed_in(helper).post(f"/accounts/{ada.pk}/second-factor/", {"reason": ""})
    assert kinds(ada) == ["totp"]


# ---- Required of whoever can hand out rights


@pytest.fixture
def strict(unit: Unit) -> Unit:
    set_factor_rule(unit, required=True, actor=SYSTEM)
    return unit


# A8
# S3-112, S3-115
@pytest.mark.parametrize("path", ["/", "/accounts/", "/me/", "/me/profile/"])
def test_who_hands_out_rights_is_led_to_add_a_factor_first(strict: Unit, ada: Account, path: str) -> None:
    client = signed_in(ada)
    assert client.get(path)["Location"] == SECURITY
    assert client.post(path)["Location"] == SECURITY
    assert "your account needs a second factor" in text_of(client.get(SECURITY))


# A8
def test_with_a_factor_the_way_is_free(strict: Unit, ada: Account) -> None:
    client = signed_in(ada)
    secret = client.get(APP).context["form"].secret
    client.post(APP, {"code": code_of(secret)})
    assert client.get("/accounts/").status_code == 200


# A8
def test_who_may_less_needs_none(strict: Unit, nemo: Account, gwen: Account) -> None:
    assert is_in(signed_in(nemo))
    assert is_in(signed_in(gwen))


def test_another_organisation_has_its_own_rule(strict: Unit) -> None:
    other = AccountFactory(unit=UnitFactory(name="Elsewhere"), levels={"admin_rights": 2})
    assert signed_in(other).get("/accounts/").status_code == 200


def test_whoever_is_led_away_can_sign_out(strict: Unit, ada: Account) -> None:
    assert signed_in(ada).post("/sign-out/")["Location"] == PAGE


# S2-39
def test_the_rule_is_switched_on_the_page_of_the_organisation(unit: Unit, ada: Account) -> None:
    client = signed_in(ada)
    path = f"/units/{unit.pk}/second-factor/on/"
    assert "Ada Admin has none yet" in text_of(client.get(path))
    client.post(path)
    assert Unit.objects.get(pk=unit.pk).factor_required
    assert JournalEntry.objects.latest("sequence").event == Event.FACTOR_RULE_CHANGED
    with_app(ada)
    client = signed_in(ada)
    assert "Required for whoever can hand out rights" in text_of(client.get(unit.get_absolute_url()))
    client.post(f"/units/{unit.pk}/second-factor/off/")
    assert not Unit.objects.get(pk=unit.pk).factor_required


def test_the_rule_is_for_those_who_may_pass_on_any_access(unit: Unit, helen: Account) -> None:
    with pytest.raises(NotAllowed):
        set_factor_rule(unit, required=True, actor=helen)


# A8: forgetting the password is no way around
def test_a_new_password_by_link_does_not_replace_the_second_step(nemo: Account) -> None:
    with_app(nemo)
    deliver()
    Client().post("/password/reset/", {"email": nemo.email})
    [mail] = deliver()
    client = Client()
    client.get(link_in(mail))
    words = {"password": "quiet lanterns over the river", "again": "quiet lanterns over the river"}
    client.post("/password/set/", words)
    answer = client.post(PAGE, {"email": nemo.email, "password": words["password"]})
    assert answer["Location"] == STEP


def test_a_started_sign_in_waits_a_quarter_of_an_hour(nemo: Account) -> None:
    secret = with_app(nemo)
    client, _answer = first_step(nemo)
    with time_machine.travel(timedelta(minutes=16)):
        assert client.post(STEP, {"code": code_of(secret)})["Location"] == PAGE
