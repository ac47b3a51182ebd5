"""Passwords: long, as typed, and none that others try first. Nothing is asked of their letters."""

import os
import random
import re
import threading
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django import Settings

from accounts.models import Account
from accounts.services.factors import remove_factor, reset_factors
from accounts.services.passwords import change_own_password
from accounts.sign_in.hashing import AT_ONCE, NICENESS
from accounts.sign_in.lengths import ALONE
from accounts.sign_in.password_rules import common_words
from adminrights import settings as product
from adminrights.models import Unit
from tests.accounts.authenticator import code_of, with_app
from tests.accounts.pages import signed_in, text_of
from tests.factories import PASSWORD, AccountFactory

PAGE = "/me/password/"
GOOD = "quiet lanterns over the river"


def change_to(account: Account, password: str) -> int:
    words = {"current": PASSWORD, "password": password, "again": password}
    return signed_in(account).post(PAGE, words).status_code


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def sign_in(account: Account, password: str) -> bool:
    answer = Client().post("/sign-in/", {"email": account.email, "password": password})
    return answer.status_code == 302


def is_refused(password: str, account: Account) -> bool:
    try:
        validate_password(password, account)
    except ValidationError:
        return True
    return False


# A1
def test_fourteen_characters_are_too_few_and_fifteen_small_letters_enough(nemo: Account) -> None:
    assert change_to(nemo, "mauvetrombones") == 422
    assert change_to(nemo, "mauvetrombonesz") == 302
    assert sign_in(nemo, "mauvetrombonesz")


# A1, A2
@pytest.mark.parametrize("length", [64, 128, 500])
def test_long_ones_with_spaces_and_pictures_are_taken_as_typed(nemo: Account, length: int) -> None:
    password = (" Größe 🌊 im Fluß und 12 Möwen am Kai bei Wind " * 20)[:length]
    assert change_to(nemo, password) == 302
    assert sign_in(nemo, password)
    for wrong in (f"{password} ", password[:-1], password.upper(), password.strip() if length == 64 else "x"):
        assert wrong == password or not sign_in(nemo, wrong)


# A2
def test_it_is_the_same_from_every_keyboard(nemo: Account) -> None:
    password = "Straßencafé über dem Möwenfels"
    assert change_to(nemo, unicodedata.normalize("NFD", password)) == 302
    assert sign_in(nemo, unicodedata.normalize("NFC", password))
    assert sign_in(nemo, unicodedata.normalize("NFD", password))


# A1: eight beside a second factor
def test_with_a_second_factor_eight_are_enough(nemo: Account) -> None:
    with_app(nemo)
    assert change_to(nemo, "mt7wqzk") == 422
    assert change_to(nemo, "mt7wqzkp") == 302
    nemo.refresh_from_db()
    assert "At least 8 characters" in text_of(signed_in(nemo).get(PAGE))


# A1
@pytest.mark.parametrize("way", ["removed", "reset"])
def test_without_the_factor_a_short_password_is_replaced_first(
    nemo: Account, ada: Account, unit: Unit, way: str
) -> None:
    with_app(nemo)
    change_own_password(nemo, password="mt7wqzkp")
    if way == "reset":
        reset_factors(nemo, actor=ada, unit=unit)
    else:
        remove_factor(nemo, nemo.authenticator_set.get().pk)
    client = signed_in(nemo)
    assert client.get("/me/")["Location"] == PAGE
    assert client.post(PAGE, {"current": "mt7wqzkp", "password": GOOD, "again": GOOD}).status_code == 302
    assert client.get("/me/").status_code == 200


def combinations() -> Iterator[str]:
    words, phrases = common_words()
    yield from (phrase for phrase in phrases if len(phrase) >= ALONE)
    yield from (first + second for first in words for second in words if len(first + second) >= ALONE)


# A3
def test_the_list_of_what_is_tried_first_is_long_enough_for_the_rule_of_length(nemo: Account) -> None:
    entries = sorted(set(combinations()))
    assert len(entries) >= 3_000
    chosen = random.Random(4).sample(entries, 150)
    assert [entry for entry in chosen if not is_refused(entry, nemo)] == []


# A3
@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword", "Password Password 1!", "p4ssw0rd-p4ssw0rd", "qwertyuiopasdfgh",
        "1234567890123456",
        "aaaaaaaaaaaaaaaaa", "abcabcabcabcabcabc", "xkxkxkxkxkxkxkxkxk", "zyxwvutsrqponmlk",
        "1qaz2wsx3edc4rfv",
        "Summer Winter 2026!!", "summerwinter2026", "IloveyouForever<3<3", "correct horse battery staple",
        "thequickbrownfoxjumpsoverthelazydog", "letmeinletmeinletmein", "February-2026-March-2027",
        "welcomewelcome123", "2019202020212022", "ADMINISTRATOR administrator",
    ],
)  # fmt: skip
def test_what_others_try_first_is_refused(nemo: Account, password: str) -> None:
    assert is_refused(password, nemo)


# A3, of the context
@pytest.mark.parametrize(
    "password",
    [
        "Northwind2026Nemo", "nemo.nobody@example.org", "AdminRights2026Nemo!", "northwindnorthwind",
        "NemoNobodyNemoNobody", "N0rthw1nd-N0rthw1nd-2026", "nobody-nemo-admin-2026",
    ],
)  # fmt: skip
def test_names_that_everybody_here_knows_are_refused(nemo: Account, password: str) -> None:
    assert is_refused(password, nemo)
    stranger = Account(first_name="Zoe", last_name="Quist", email="zq@example.com")
    assert not is_refused(GOOD, stranger)


@pytest.mark.parametrize(
    "password",
    [GOOD, "emerald-lantern-butter-april-marble", "mauve trombone kettle", "purple monkey dishwasher",
     "sjdhfgkwieurytb", "482 019 384 756 102", "Nemo rowed to seven quiet islands"],
)  # fmt: skip
def test_words_that_do_not_belong_together_are_taken(nemo: Account, password: str) -> None:
    assert not is_refused(password, nemo)


# N3: our own rules stay quick, whatever is typed
@pytest.mark.parametrize("password", ["qwerty" * 166, "a" * 1_000, "1qaz" * 250, "password" * 125])
def test_no_password_is_slow_to_judge(nemo: Account, password: str, unit: Unit) -> None:
    assert is_refused(password, nemo)


# A4
def test_it_is_kept_by_argon2id_and_slow_enough(nemo: Account, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = product.PASSWORD_HASHERS
    change_own_password(nemo, password=GOOD)
    kind, memory, *_rest = Account.objects.get(pk=nemo.pk).password.removeprefix("argon2$").split("$")[0::2]
    parameters = dict(part.split("=") for part in memory.split(","))
    assert kind == "argon2id"
    assert int(parameters["m"]) >= 19 * 1024
    assert int(parameters["t"]) >= 2
    assert check_password(GOOD, nemo.password)


# R9.3: a crowd that signs in leaves the machine to others
def test_few_are_hashed_at_once(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = product.PASSWORD_HASHERS
    begun, go_on = Semaphore(0), Event()

    def verify(hasher: Argon2PasswordHasher, password: str, encoded: str) -> bool:
        begun.release()
        return go_on.wait(30)

    stored = make_password(GOOD)
    monkeypatch.setattr(Argon2PasswordHasher, "verify", verify)
    with ThreadPoolExecutor(AT_ONCE + 2) as pool:
        found = [pool.submit(check_password, GOOD, stored) for _ in range(AT_ONCE + 2)]
        try:
            assert all(begun.acquire(timeout=30) for _ in range(AT_ONCE))
            assert not begun.acquire(timeout=0.1)
        finally:
            go_on.set()
    assert all(each.result() for each in found)


# R9.3: what is read goes before what is hashed
def test_hashing_waits_for_whoever_reads_a_page(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = product.PASSWORD_HASHERS
    seen: list[int] = []

    def verify(hasher: Argon2PasswordHasher, password: str, encoded: str) -> bool:
        seen.append(niceness())
        return True

    stored, here = make_password(GOOD), niceness()
    monkeypatch.setattr(Argon2PasswordHasher, "verify", verify)
    assert check_password(GOOD, stored)
    assert (seen, niceness()) == ([min(here + NICENESS, 19)], here)


# A5: the secret stays the person's own
def test_a_short_password_is_told_to_nobody(ada: Account, unit: Unit) -> None:
    short = AccountFactory(unit=unit, password_is_short=True)
    assert not re.search(r"\bshort\b", text_of(signed_in(ada).get(short.get_absolute_url())), re.IGNORECASE)


def test_signing_in_with_a_factor_and_a_short_password_needs_both(nemo: Account) -> None:
    secret = with_app(nemo)
    change_own_password(nemo, password="mt7wqzkp")
    client = Client()
    client.post("/sign-in/", {"email": nemo.email, "password": "mt7wqzkp"})
    assert client.get("/me/").status_code == 302
    client.post("/sign-in/code/", {"code": code_of(secret)})
    assert client.get("/me/").status_code == 200
