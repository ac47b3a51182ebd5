"""Whoever takes over the address of an account has what it will have, not only what it has today."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, Grant
from accounts.services.lifecycle import update_account
from adminrights.change import SYSTEM, change
from adminrights.days import Span
from adminrights.events import Event
from adminrights.exceptions import HigherAdministrator
from adminrights.models import Unit
from groups.services import add_members
from tests.ceiling.organisation import STEPS
from tests.factories import AccountFactory, GroupFactory, RoleFactory

SOON = timezone.now() + timedelta(days=2)


@pytest.fixture
def hal(unit: Unit) -> Account:
    account: Account = AccountFactory(first_name="Hal", unit=unit, permissions=[*STEPS, "offers:list"])
    return account


# Z2
@pytest.mark.parametrize("how", ["grant", "group"])
def test_who_holds_more_from_a_day_on_keeps_the_address(
    how: str, hal: Account, nemo: Account, unit: Unit
) -> None:
    if how == "grant":
        with change(Event.GRANTS_CHANGED, actor=SYSTEM, unit=unit) as c:
            c.start(Grant(account=nemo, unit=unit, module_id="admin_rights", level=2, starts_at=SOON))
    else:
        group = GroupFactory(unit=unit, roles=[RoleFactory(unit=unit, rules=["contacts:export"])])
        add_members(group, [nemo], actor=SYSTEM, span=Span(SOON, None))
    with pytest.raises(HigherAdministrator):
        update_account(nemo, actor=hal, unit=unit, email="hal.too@example.org")
    update_account(nemo, actor=hal, unit=unit, phone="12345")


def test_who_will_hold_no_more_gets_a_new_one(hal: Account, nemo: Account, unit: Unit) -> None:
    with change(Event.GRANTS_CHANGED, actor=SYSTEM, unit=unit) as c:
        c.start(Grant(account=nemo, unit=unit, permission_id="offers:list", starts_at=SOON))
    update_account(nemo, actor=hal, unit=unit, email="nemo.anew@example.org")
    assert Account.objects.get(pk=nemo.pk).email == "nemo.anew@example.org"
