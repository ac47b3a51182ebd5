"""Addresses that look like another, through every door."""

from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.addresses import clean_address
from accounts.models import Account
from adminrights.exceptions import Invalid
from adminrights.models import Unit
from tests.accounts.pages import signed_in, text_of
from tests.editing import opened
from tests.factories import AccountFactory
from tests.terminal import run

A, OMICRON = "\N{CYRILLIC SMALL LETTER A}", "\N{GREEK SMALL LETTER OMICRON}"
LOOKS_LIKE = f"bo@ex{A}mple.org"
WORDS = "several alphabets that look alike"
NAMES = {"first_name": "Bo", "last_name": "Li"}


# N1
@pytest.mark.parametrize(
    "address",
    [
        LOOKS_LIKE,
        f"{A}da@example.org",
        f"{A}.miller@example.org",
        f"ada@example.{OMICRON}rg",
        f"ADA@EX{A.upper()}MPLE.ORG",
        "\u0441\u043e\u0440\u0435@example.org",
        "ada@\u0430\u0440\u0440\u04cf\u0435.com",
    ],
)
def test_what_looks_like_another_address_is_none(address: str) -> None:
    with pytest.raises(Invalid, match=WORDS):
        clean_address(address)


# N1: whoever writes otherwise writes on
@pytest.mark.parametrize(
    "address",
    [
        "ada.o'neil+2@example.org",
        "zoë@münchen.example",
        "\u043f\u043e\u0447\u0442\u0430@\u043f\u0440\u0438\u043c\u0435\u0440.example",
        "info@\u043f\u0440\u0438\u043c\u0435\u0440.com",
        "\u03bc\u03b1\u03c1\u03af\u03b1@example.org",
        "tokyo\u652f\u5e97@\u4f8b\u3048.example",
    ],
)
def test_one_alphabet_in_each_part_is_an_address(address: str) -> None:
    assert clean_address(address)


def by_form(ada: Account, nemo: Account, folder: Path) -> str:
    return text_of(signed_in(ada).post("/accounts/add/", NAMES | {"email": LOOKS_LIKE}))


def by_edit(ada: Account, nemo: Account, folder: Path) -> str:
    client, page = signed_in(ada), f"/accounts/{nemo.pk}/edit/"
    person = {name: getattr(nemo, name) for name in ("first_name", "last_name", "phone")}
    return text_of(client.post(page, opened(client, page) | person | {"email": LOOKS_LIKE}))


def by_wish(ada: Account, nemo: Account, folder: Path) -> str:
    return text_of(signed_in(nemo).post("/me/address/", {"email": LOOKS_LIKE}))


def by_command(ada: Account, nemo: Account, folder: Path) -> str:
    return run("invite", LOOKS_LIKE, "--first-name", "Bo", "--last-name", "Li").err


def by_first(ada: Account, nemo: Account, folder: Path) -> str:
    return run("create_administrator", LOOKS_LIKE, "--first-name", "Bo", "--last-name", "Li").err


def by_table(ada: Account, nemo: Account, folder: Path) -> str:
    table = folder / "people.csv"
    table.write_text(f"email,first_name,last_name\n{LOOKS_LIKE},Bo,Li\n")
    ran = run("invite", "--csv", str(table))
    return ran.out + ran.err


DOORS: list[Callable[[Account, Account, Path], str]] = [
    by_form,
    by_edit,
    by_wish,
    by_command,
    by_first,
    by_table,
]


# N1
@pytest.mark.parametrize("door", DOORS)
def test_every_door_refuses_it_with_the_same_words(
    door: Callable[[Account, Account, Path], str], ada: Account, nemo: Account, tmp_path: Path
) -> None:
    before = Account.objects.count()
    assert WORDS in door(ada, nemo, tmp_path)
    assert Account.objects.count() == before
    assert "example" not in Account.objects.get(pk=nemo.pk).new_email


# N1: who came in before the rule can still be found
def test_a_command_finds_somebody_with_such_an_address(unit: Unit, ada: Account) -> None:
    old = AccountFactory(unit=unit, email=LOOKS_LIKE)
    assert run("disable_account", LOOKS_LIKE).code == 0
    assert Account.objects.get(pk=old.pk).status == "disabled"
