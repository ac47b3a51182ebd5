"""The role matrix asks before it takes anything away or makes an administrator, and tells what it did."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.access import may
from accounts.models import Account
from accounts.services.levels import set_cells
from accounts.standing import LEVELS, Cell, levels, standing
from adminrights.change import SYSTEM
from adminrights.models import Unit
from roles.models import Role
from tests.editing import send
from tests.factories import AccountFactory, UnitFactory

ADMIN, UNIT_ADMIN, TEAM, _VIEWER = reversed(LEVELS)
SHOWN = re.compile(r'name="previewed" value="([^"]+)"')


@pytest.fixture
def north(unit: Unit) -> Unit:
    return UnitFactory(name="North", parent=unit)


@pytest.fixture
def south(unit: Unit) -> Unit:
    return UnitFactory(name="South", parent=unit)


@pytest.fixture
def nora(north: Unit) -> Account:
    return AccountFactory(first_name="Nora", last_name="North", unit=north)


@pytest.fixture
def uma(north: Unit) -> Account:
    """The administrator of the north, by the matrix."""
    account: Account = AccountFactory(first_name="Uma", last_name="Unit", unit=north)
    give(account, north, UNIT_ADMIN)
    return account


@pytest.fixture
def as_chief(unit: Unit, north: Unit, south: Unit) -> Client:
    """The administrator of the Admin Unit and everything below is signed in."""
    access = {"includes_subunits": True}
    client = Client()
    client.force_login(AccountFactory(unit=unit, levels={"admin_rights": 2}, access=access))
    return client


def cell(account: Account, unit: Unit, level: str) -> Cell:
    return Cell(account.pk, unit.pk, Role.objects.get(name=level, unit=None).pk)


def give(account: Account, unit: Unit, level: str) -> None:
    set_cells([cell(account, unit, level)], [], actor=SYSTEM, unit=unit)


def answer_to(client: Client, path: str, **cells: list[str]) -> str:
    return str(send(client, path, cells, follow=True).content.decode())


def address(level: str = TEAM) -> str:
    return f"{reverse('accounts:role_matrix')}?level={level}"


# S4-12: a gain that harms nobody takes one click, and the page says what it did
def test_a_harmless_tick_is_saved_at_once_and_told(
    as_chief: Client, nora: Account, north: Unit, south: Unit
) -> None:
    text = answer_to(as_chief, address(), cell=[cell(nora, south, TEAM).value])

    assert "1 cell changed. Nora North gains in South: " in text
    assert standing([nora.pk], [south], levels()) == {cell(nora, south, TEAM)}


# S4-12, S4-14: what takes away, or makes an administrator, is asked about first
@pytest.mark.parametrize("step", ["take a level away", "make an administrator"])
def test_what_takes_away_or_makes_an_administrator_is_asked_first(
    step: str, as_chief: Client, nora: Account, north: Unit
) -> None:
    sent: dict[str, list[str]]
    if step == "take a level away":
        give(nora, north, TEAM)
        path, sent, said = address(), {"cell": []}, "Nora North loses in North:"
    else:
        path, sent = address(UNIT_ADMIN), {"cell": [cell(nora, north, UNIT_ADMIN).value]}
        said = "Nora North gains in North:"
    before = standing([nora.pk], [north], levels())

    asked = answer_to(as_chief, path, **sent)
    assert said in asked
    assert "Nothing is saved yet" in asked
    assert standing([nora.pk], [north], levels()) == before

    done = answer_to(as_chief, path, **sent, previewed=SHOWN.findall(asked))
    assert "1 cell changed." in done
    assert standing([nora.pk], [north], levels()) != before


def test_a_yes_holds_only_for_the_ticks_it_was_said_about(
    as_chief: Client, nora: Account, unit: Unit, north: Unit
) -> None:
    give(nora, north, TEAM)
    asked = answer_to(as_chief, address(), cell=[])
    other = cell(nora, unit, ADMIN).value

    again = answer_to(as_chief, address(ADMIN), cell=[other], previewed=SHOWN.findall(asked))

    assert "Nothing is saved yet" in again
    assert f'value="{other}" checked' in again
    assert not may(nora, "accounts:create", unit)


def test_of_somebody_who_is_not_active_it_says_what_will_be(as_chief: Client, north: Unit) -> None:
    pending = AccountFactory(first_name="Pia", last_name="Pending", unit=north, status="pending")

    text = answer_to(as_chief, address(UNIT_ADMIN), cell=[cell(pending, north, UNIT_ADMIN).value])

    assert "Pia Pending gains in North, once active:" in text
    assert "Nothing is saved yet" in text
    assert "Nobody gains or loses" not in text


def test_the_question_looks_ahead_to_a_refusal_too(uma: Account, nora: Account, north: Unit) -> None:
    client = Client()
    client.force_login(uma)

    answer = send(client, address(UNIT_ADMIN), {"cell": [cell(nora, north, UNIT_ADMIN).value]})

    assert answer.status_code == 422
    assert "Nothing is saved yet" not in answer.content.decode()


# S4-12: 500 people × 30 units, without loading them all
def test_the_page_does_not_grow_with_the_number_of_people(
    as_chief: Client, unit: Unit, north: Unit, south: Unit
) -> None:
    def crowd(start: int, end: int) -> None:
        for number in range(start, end):
            AccountFactory(first_name=f"Crowd{number:03}", last_name=f"Person{number:03}", unit=unit)

    def cost() -> tuple[int, int]:
        as_chief.get(address())
        with CaptureQueriesContext(connection) as caught:
            answer = as_chief.get(address())
        return len(caught), len(answer.content)

    crowd(0, 60)
    few = cost()
    crowd(60, 180)
    many = cost()

    assert many[0] == few[0]
    # Beside the rows only the numbers of pages differ, and the digits of ids.
    assert many[1] - few[1] < 3_000
