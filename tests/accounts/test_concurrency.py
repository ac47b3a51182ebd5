"""Two at once: one of them is refused, nothing is lost, nobody vanishes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from accounts.access import may
from accounts.models import Account
from accounts.services.invitations import accept_invitation
from accounts.services.lifecycle import create_account, disable_account, reactivate_account
from adminrights import journal
from adminrights.change import SYSTEM
from adminrights.exceptions import Refused
from adminrights.models import Unit
from tests.factories import PASSWORD, AccountFactory, UnitFactory

ROUNDS = 5


@pytest.fixture
def shared_unit(transactional_db: None, catalogue_rows: None) -> Unit:
    """An organisation that several connections see."""
    return UnitFactory(name="Busy")


def at_once(*steps: Callable[[], object]) -> list[str]:
    """Run the steps at the same moment, each on a connection of its own; return what each came to."""
    barrier = Barrier(len(steps))

    def run(step: Callable[[], object]) -> str:
        barrier.wait()
        try:
            step()
        except Refused as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(steps)) as pool:
        return sorted(pool.map(run, steps))


def test_two_administrators_who_disable_each_other_leave_one(shared_unit: Unit) -> None:
    one, two = (AccountFactory(unit=shared_unit, levels={"admin_rights": 2}) for _ in range(2))

    for _round in range(ROUNDS):
        at_once(
            lambda: disable_account(Account.objects.get(pk=two.pk), actor=one, unit=shared_unit),
            lambda: disable_account(Account.objects.get(pk=one.pk), actor=two, unit=shared_unit),
        )

        left = [a for a in Account.objects.filter(status="active") if may(a, "access:delegate", shared_unit)]
        assert len(left) == 1
        for account in Account.objects.filter(status="disabled"):
            reactivate_account(account, actor=SYSTEM, unit=shared_unit)
    assert list(journal.verify()) == []


def test_a_link_used_many_times_at_once_works_once(shared_unit: Unit) -> None:
    account = create_account(
        email="a@example.org", first_name="A", last_name="B", unit=shared_unit, actor=SYSTEM
    )

    def accept() -> None:
        accept_invitation(account.invitations.get(), password=PASSWORD)

    outcomes = at_once(*[accept] * 8)

    assert outcomes == sorted(["done", *["invitation_dead"] * 7])


def test_the_last_seat_is_taken_once(transactional_db: None, catalogue_rows: None) -> None:  # scenario 27
    unit = UnitFactory(name="Small", seat_limit=1)

    def add(number: int) -> None:
        create_account(email=f"{number}@example.org", first_name="A", last_name="B", unit=unit, actor=SYSTEM)

    outcomes = at_once(lambda: add(1), lambda: add(2))

    assert outcomes == ["done", "no_seat_left"]
    assert Account.objects.count() == 1
