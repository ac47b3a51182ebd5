"""What somebody has as the owner of another organisation is nothing that a change gives."""

import pytest

from accounts.models import Account, UnitAccess
from accounts.services.grants import set_levels
from adminrights.change import SYSTEM, change, preview
from adminrights.events import Event
from adminrights.models import Unit
from adminrights.services import set_owner
from groups.services import add_members
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory


@pytest.fixture
def erin(unit: Unit) -> Account:
    """Erin owns another organisation, and works in this one too."""
    elsewhere = UnitFactory(name="Elsewhere")
    account: Account = AccountFactory(first_name="Erin", last_name="Else", unit=elsewhere)
    set_owner(elsewhere, account, actor=SYSTEM)
    with change(Event.ACCOUNT_ADDED, actor=SYSTEM, unit=unit) as c:
        c.start(UnitAccess(account=account, unit=unit))
    return account


# Z2
def test_an_administrator_gives_rights_here_to_whoever_owns_another_organisation(
    erin: Account, ada: Account, unit: Unit
) -> None:
    set_levels(erin, {"campaigns": 1}, actor=ada, unit=unit)
    assert Account.objects.get(pk=erin.pk).has_perm("ad_campaigns:list", unit)


# Z2
def test_and_puts_the_person_into_a_group(erin: Account, ada: Account, unit: Unit) -> None:
    group = GroupFactory(unit=unit, roles=[RoleFactory(unit=unit, rules=["contacts:list"])])
    looked = preview(lambda: add_members(group, [erin], actor=ada))
    assert looked is not None
    assert {each.unit for each in looked.effects.given if each.gained} == {unit.pk}
    add_members(group, [erin], actor=ada)
