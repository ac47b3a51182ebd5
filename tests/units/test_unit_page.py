"""The page of a unit tells its history and leads to its people; the tree of units is searched."""

from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from accounts.access import effective
from accounts.models import Account
from accounts.services.units import set_limits, switch_feature
from adminrights.change import SYSTEM
from adminrights.exceptions import NotAllowed
from adminrights.models import Unit
from adminrights.services import rename_unit, set_owner
from tests.factories import AccountFactory, UnitFactory

BELOW = {"includes_subunits": True}
CRM = "basic_crm"


@pytest.fixture
def north(unit: Unit) -> Unit:
    return UnitFactory(name="North", parent=unit)


@pytest.fixture
def boss(unit: Unit) -> Account:
    return AccountFactory(
        first_name="Bea", last_name="Boss", unit=unit, levels={"admin_rights": 2}, access=BELOW
    )


def read(account: Account, path: str) -> str:
    client = Client()
    client.force_login(account)
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def history(page: str) -> str:
    return page.partition('id="history"')[2]


# S3-116, S4-39: what was done to the unit, by whom
def test_the_page_tells_what_was_done_to_the_unit(
    unit: Unit, north: Unit, boss: Account, nemo: Account
) -> None:
    rename_unit(north, "Norther", actor=boss)
    switch_feature(unit, CRM, on=True, actor=boss)
    set_limits(unit, {"seat_limit": 40}, actor=boss)
    set_owner(unit, nemo, actor=SYSTEM)

    of_root, of_north = (history(read(boss, place.get_absolute_url())) for place in (unit, north))

    assert "Bea Boss" in of_north
    assert "Norther" in of_north
    assert all(word in of_root for word in ("Basic CRM", "Seats", "40", "Owner", "Nemo Nobody"))
    assert "Norther" not in of_root


def test_a_step_that_was_refused_is_told_too(unit: Unit, north: Unit, boss: Account) -> None:
    clerk = AccountFactory(unit=north, permissions=["units:get"])
    with pytest.raises(NotAllowed):
        switch_feature(north, CRM, on=True, actor=clerk)

    assert clerk.name in history(read(boss, north.get_absolute_url()))


def test_what_is_given_to_people_in_the_unit_is_not_its_history(north: Unit, boss: Account) -> None:
    AccountFactory(first_name="Zoe", unit=north, permissions=["offers:list"])

    assert "Zoe" not in history(read(boss, north.get_absolute_url()))


def test_without_the_right_to_the_log_there_is_no_history(unit: Unit, boss: Account) -> None:
    reader = AccountFactory(unit=unit, permissions=["units:get"])
    rename_unit(unit, "Elsewhere", actor=boss)

    assert history(read(reader, unit.get_absolute_url())) == ""


def test_other_units_learn_nothing_of_it(unit: Unit, north: Unit, boss: Account) -> None:
    rename_unit(unit, "Secret name of the root", actor=boss)
    rename_unit(unit, "Northwind", actor=boss)
    local = AccountFactory(unit=north, levels={"admin_rights": 2})

    assert "Secret name" not in read(local, north.get_absolute_url())


@pytest.fixture
def many(unit: Unit, north: Unit) -> list[Unit]:
    """A tree with more units than one looks over."""
    return [UnitFactory(name=f"Branch {letter}", parent=north) for letter in "ABCDEFGH"]


# S4-39, S4-16: the tree
def test_a_large_tree_is_searched_and_keeps_what_the_found_lies_in(
    many: list[Unit], unit: Unit, north: Unit, boss: Account
) -> None:
    found = read(boss, f"{reverse('accounts:unit_list')}?q=branch+c")

    shown = [place.name for place in (unit, north, *many) if f">{place.name}</a>" in found]
    assert shown == ["Northwind", "North", "Branch C"]
    assert "1 unit" in found


def test_what_is_not_found_leads_back_to_all_units(many: list[Unit], boss: Account) -> None:
    page = read(boss, f"{reverse('accounts:unit_list')}?q=nowhere")

    assert "No unit has this name" in page
    assert "Show all units" in page


def test_a_small_tree_needs_no_search(north: Unit, boss: Account) -> None:
    assert 'name="q"' not in read(boss, reverse("accounts:unit_list"))


# S4-03: from a unit to its people
def test_the_number_of_accounts_leads_to_them(unit: Unit, north: Unit, boss: Account) -> None:
    AccountFactory(first_name="Nora", last_name="North", unit=north)
    AccountFactory(first_name="Sam", last_name="Southerner", unit=UnitFactory(name="South", parent=unit))
    link = f"{reverse('accounts:account_list')}?unit={north.pk}"

    for page in (reverse("accounts:unit_list"), unit.get_absolute_url(), north.get_absolute_url()):
        assert f'href="{link}"' in read(boss, page)

    people = read(boss, link)
    assert ("Nora North" in people, "Sam Southerner" in people) == (True, False)


@pytest.mark.parametrize("asked", ["999999", "x", "\u0663"])
def test_a_unit_that_is_not_there_finds_nobody(asked: str, north: Unit, boss: Account) -> None:
    assert "No account matches" in read(boss, f"{reverse('accounts:account_list')}?unit={asked}")


def test_whoever_may_not_list_accounts_reads_the_number_alone(unit: Unit, north: Unit) -> None:
    keys = ["units:list", "units:get"]
    reader = AccountFactory(unit=unit, permissions=keys, access=BELOW)

    assert "/accounts/?unit=" not in read(reader, reverse("accounts:unit_list"))


@pytest.fixture
def waiting(north: Unit) -> Account:
    """Somebody who holds a right that waits for a feature."""
    person: Account = AccountFactory(first_name="Wim", unit=north, permissions=["companies:list"])
    assert effective(person, north).withheld["companies:list"].missing_feature == CRM
    return person


def pages_about(person: Account) -> list[str]:
    names = ("accounts:account_detail", "accounts:account_permissions")
    return [reverse(name, args=[person.pk]) for name in names]


# S3-90, S2-18: the remedy is one click away for whoever may switch the feature
def test_a_right_without_its_feature_leads_to_the_switch(
    waiting: Account, unit: Unit, north: Unit, boss: Account
) -> None:
    client = Client()
    client.force_login(boss)
    client.post(reverse("unit_switch"), {"unit": north.pk, "next": "/accounts/"})
    link = f"{north.get_absolute_url()}#feature-{CRM}"

    for path in pages_about(waiting):
        page = client.get(path).content.decode()
        assert f'href="{link}"' in page
        assert "Switch Basic CRM on" in page
    assert f'id="{urlsplit(link).fragment}"' in client.get(north.get_absolute_url()).content.decode()


# S3-90: everybody else reads whom to ask
def test_whoever_may_not_switch_it_reads_whom_to_ask(
    waiting: Account, unit: Unit, north: Unit, nemo: Account
) -> None:
    helper = AccountFactory(unit=north, permissions=["accounts:list", "accounts:get", "units:get"])
    pages = [(helper, path) for path in pages_about(waiting)] + [(waiting, "/me/")]

    for reader, path in pages:
        assert "Ask somebody who may change Northwind" in read(reader, path)
    set_owner(unit, nemo, actor=SYSTEM)
    for reader, path in pages:
        page = read(reader, path)
        assert "Ask Nemo Nobody, who owns Northwind, to switch it on." in page
        assert "#feature-" not in page


# S4-32: the sign at the left of the row
def test_the_sign_at_the_left_of_the_row_opens_the_details(
    unit: Unit, north: Unit, boss: Account, nemo: Account
) -> None:
    page = read(boss, reverse("accounts:account_list"))
    row = page[page.index("Details of Nemo Nobody") - 400 : page.index("Actions for Nemo Nobody")]

    assert f'hx-get="{reverse("accounts:account_details", args=[nemo.pk])}"' in row
    assert row.index("Details of Nemo Nobody") < row.index("nemo.nobody@example.org")
    lister = AccountFactory(unit=unit, permissions=["accounts:list"], access=BELOW)
    assert "Details of" not in read(lister, reverse("accounts:account_list"))
