"""Seats and units are limited at the root, whoever adds, through whichever door (C-15, S4-39, S4-42)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from accounts.guards import seats_taken
from accounts.models import Account
from accounts.services.lifecycle import create_account, disable_account, remove_account
from accounts.services.units import MOST, set_limits
from adminrights.change import SYSTEM
from adminrights.exceptions import Invalid, NoSeatLeft, NotAllowed, NoUnitLeft, Refused, Stale
from adminrights.models import Unit
from adminrights.services import create_unit, units_in_use
from tests.factories import AccountFactory, UnitFactory

AT_ONCE = 50


def add(unit: Unit, number: int = 1) -> Account:
    return create_account(
        email=f"{number}@example.org", first_name="A", last_name="B", unit=unit, actor=SYSTEM, invite=False
    )


# S4-06, S4-42: scenario 19
def test_the_limit_blocks_the_next_add_and_a_removal_frees_a_seat(unit: Unit) -> None:
    set_limits(unit, {"seat_limit": 1}, actor=SYSTEM)
    first = add(unit)

    with pytest.raises(NoSeatLeft, match="raise the limit"):
        add(unit, 2)
    remove_account(first, actor=SYSTEM, unit=unit)
    add(unit, 2)

    assert seats_taken(unit) == 1


def test_one_person_in_two_units_takes_one_seat(unit: Unit) -> None:
    north = UnitFactory(parent=unit)
    person = AccountFactory(unit=north, access={"includes_subunits": True})

    assert (seats_taken(unit), Account.objects.in_unit(unit).get()) == (1, person)


def test_a_seat_in_a_unit_below_counts_at_the_root(unit: Unit) -> None:
    north = UnitFactory(parent=unit)
    set_limits(unit, {"seat_limit": 1}, actor=SYSTEM)
    add(north)

    with pytest.raises(NoSeatLeft):
        add(unit, 2)


@pytest.mark.parametrize("name", ["seat_limit", "unit_limit"])
def test_a_limit_below_what_is_in_use_is_refused(name: str, unit: Unit, ada: Account, otto: Account) -> None:
    create_unit(create_unit(unit, "A", actor=SYSTEM), "B", actor=SYSTEM)

    with pytest.raises(Invalid, match=r"^2 "):
        set_limits(unit, {name: 1}, actor=ada)
    set_limits(unit, {name: 2}, actor=ada)
    set_limits(unit, {name: None}, actor=ada)

    unit.refresh_from_db()
    assert getattr(unit, name) is None


@pytest.mark.parametrize("limit", [-1, MOST + 1])
def test_a_number_that_no_database_keeps_is_refused(limit: int, unit: Unit) -> None:
    with pytest.raises(Invalid):
        set_limits(unit, {"seat_limit": limit}, actor=SYSTEM)


def test_limits_are_the_roots_and_set_there(unit: Unit) -> None:
    north = UnitFactory(parent=unit)
    keeper = AccountFactory(unit=north, levels={"admin_rights": 2})

    with pytest.raises(NotAllowed):
        set_limits(unit, {"seat_limit": 100}, actor=keeper)
    with pytest.raises(Invalid):
        set_limits(north, {"seat_limit": 100}, actor=SYSTEM)


def test_the_second_of_two_who_set_limits_is_told(unit: Unit, ada: Account) -> None:
    set_limits(unit, {"seat_limit": 5}, actor=ada, seen={})

    with pytest.raises(Stale):
        set_limits(unit, {"seat_limit": 6}, actor=ada, seen={})


def test_a_disabled_account_takes_no_seat(unit: Unit, ada: Account, otto: Account) -> None:
    disable_account(otto, actor=ada, unit=unit)

    assert seats_taken(unit) == 1


def all_at_once(step) -> list[str]:
    """Run the step so many times at the same moment, each on a connection of its own."""
    barrier = Barrier(AT_ONCE)

    def run(number: int) -> str:
        barrier.wait()
        try:
            step(number)
        except Refused as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sorted(pool.map(run, range(AT_ONCE)))


# scenario 27
def test_of_fifty_adds_at_once_only_the_free_seats_are_taken(
    transactional_db: None, catalogue_rows: None
) -> None:
    unit = UnitFactory(name="Busy", seat_limit=7)

    outcomes = all_at_once(lambda number: add(unit, number))

    assert outcomes == ["done"] * 7 + [NoSeatLeft.code] * (AT_ONCE - 7)
    assert (seats_taken(unit), Account.objects.count()) == (7, 7)


def test_of_fifty_units_at_once_only_those_within_the_limit_are_made(
    transactional_db: None, catalogue_rows: None
) -> None:
    unit = UnitFactory(name="Busy", unit_limit=3)

    outcomes = all_at_once(lambda number: create_unit(unit, f"Unit {number}", actor=SYSTEM))

    assert outcomes == ["done"] * 3 + [NoUnitLeft.code] * (AT_ONCE - 3)
    assert units_in_use(unit) == 3
