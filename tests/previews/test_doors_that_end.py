"""A way into a unit that lets in more than another one gives something by lasting longer."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.dates.services import set_dates
from accounts.models import Account, Grant, UnitAccess
from adminrights.change import SYSTEM, change
from adminrights.days import Span
from adminrights.events import Event
from adminrights.exceptions import MayNotPassOn
from adminrights.models import Unit
from tests.ceiling.organisation import STEPS
from tests.factories import AccountFactory, UnitFactory

SOON = timezone.now() + timedelta(days=2)


@pytest.fixture
def deep(unit: Unit) -> Unit:
    below: Unit = UnitFactory(name="Deep", parent=unit)
    return below


@pytest.fixture
def nora(unit: Unit, deep: Unit) -> Account:
    """Nora enters Deep for good with what she holds there, and until soon with what she holds above it."""
    account: Account = AccountFactory(
        first_name="Nora",
        unit=unit,
        permissions=["offers:list"],
        access={"includes_subunits": True, "expires_at": SOON},
    )
    with change(Event.ACCOUNT_ADDED, actor=SYSTEM, unit=unit) as c:
        c.start(UnitAccess(account=account, unit=deep, own_rights_only=True))
    return account


# Z2
@pytest.mark.parametrize("ends", [None, SOON + timedelta(days=2)])
def test_who_may_not_give_it_below_prolongs_nothing_there(
    nora: Account, unit: Unit, deep: Unit, ends: datetime | None
) -> None:
    """The chief looks after people in both units, and has what Nora holds in the upper one alone."""
    chief = AccountFactory(unit=unit, permissions=[*STEPS, "access:assign", "offers:list"])
    with change(Event.ACCOUNT_ADDED, actor=SYSTEM, unit=unit) as c:
        c.start(UnitAccess(account=chief, unit=deep, own_rights_only=True))
        c.start_all(Grant(account=chief, unit=deep, permission_id=key) for key in (*STEPS, "access:assign"))
    wide = nora.unit_accesses.get(unit=unit, ended_at=None)
    with pytest.raises(MayNotPassOn):
        set_dates(wide, Span(None, ends), actor=chief)


def test_who_may_give_it_there_does(nora: Account, unit: Unit) -> None:
    below = {"includes_subunits": True}
    chief = AccountFactory(unit=unit, permissions=[*STEPS, "access:assign", "offers:list"], access=below)
    set_dates(nora.unit_accesses.get(unit=unit, ended_at=None), Span(None, None), actor=chief)
    assert nora.unit_accesses.get(unit=unit, ended_at=None).expires_at is None
