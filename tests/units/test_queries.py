"""The pages of units cost the same number of statements, however many units there are."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.first_steps import MOST_ACCOUNTS
from accounts.models import Account
from accounts.services.units import switch_feature
from adminrights.change import SYSTEM
from adminrights.models import Unit
from tests.factories import AccountFactory, UnitFactory
from tests.test_queries import cost


@pytest.mark.parametrize("name", ["accounts:unit_list", "accounts:unit_detail", "accounts:account_list"])
def test_a_page_costs_the_same_with_many_units(name: str, client: Client, unit: Unit) -> None:
    boss: Account = AccountFactory(unit=unit, levels={"admin_rights": 2}, access={"includes_subunits": True})
    first = UnitFactory(parent=unit)
    switch_feature(first, "sms", on=True, actor=SYSTEM)
    # A new organisation is shown its first steps, which cost statements of their own.
    AccountFactory.create_batch(MOST_ACCOUNTS, unit=unit)
    client.force_login(boss)
    path = reverse(name, args=[unit.pk] if name.endswith("detail") else [])
    few = cost(client, path)

    for _number in range(5):
        child = UnitFactory(parent=UnitFactory(parent=unit))
        switch_feature(child, "sms", on=True, actor=SYSTEM)
        AccountFactory(unit=child)

    assert cost(client, path) == few
