"""The page of somebody who works in another unit only says where, and leads there."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from adminrights.models import Unit
from tests.accounts.pages import path, signed_in, text_of
from tests.factories import AccountFactory, UnitFactory


@pytest.fixture
def north(unit: Unit) -> Unit:
    return UnitFactory(name="North", parent=unit)


@pytest.fixture
def nora(north: Unit) -> Account:
    """Nora works in the north only."""
    return AccountFactory(first_name="Nora", last_name="North", unit=north, levels={"customers": 1})


@pytest.fixture
def chief(unit: Unit) -> Account:
    access = {"includes_subunits": True}
    return AccountFactory(unit=unit, levels={"admin_rights": 2}, access=access)


def shown(reader: Account | Client, account: Account) -> str:
    client = reader if isinstance(reader, Client) else signed_in(reader)
    return text_of(client.get(path("account_detail", account)))


# S4-48, C-17
def test_seen_from_above_the_page_says_where_somebody_works_and_leads_there(
    chief: Account, nora: Account, north: Unit
) -> None:
    client = signed_in(chief)
    assert "Nora North has no rights in Northwind itself, but works in: North Customers" in shown(
        client, nora
    )

    there = path("account_detail", nora)
    form = re.search(r'<form class="section-body".*?</form>', client.get(there).content.decode(), re.S)
    assert form
    sent = dict(re.findall(r'name="(next|known)"(?: value="(.*?)")?', form[0]))
    answer = client.post(reverse("unit_switch"), sent | {"unit": north.pk})

    assert answer["Location"] == there
    assert "Own right: Customers, Read" in shown(client, nora)


# Z4
def test_a_unit_whose_accounts_the_reader_may_not_see_is_not_named(
    unit: Unit, nora: Account, north: Unit
) -> None:
    UnitFactory(name="South", parent=unit)
    reader = AccountFactory(unit=unit, permissions=["accounts:get"])

    assert "works in" not in shown(reader, nora)
    assert "No rights at all" in shown(reader, nora)


def test_of_somebody_without_any_rights_it_says_so_of_this_unit(
    unit: Unit, chief: Account, north: Unit
) -> None:
    idle = AccountFactory(unit=north)

    assert "No rights in Northwind: no group and no own right gives any here." in shown(chief, idle)
