"""A site, its accounts and its administrators (S3-102 to S3-114), by the pages."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.access import effective, units_of
from accounts.models import Account
from adminrights.models import OutgoingMail, Unit
from groups.models import Group
from roles.models import Role
from tests.accounts.pages import path, signed_in
from tests.editing import send
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory


@pytest.fixture
def east(unit: Unit) -> Unit:
    """One account of the site; the other is West."""
    return UnitFactory(name="East", parent=unit)


@pytest.fixture
def west(unit: Unit) -> Unit:
    return UnitFactory(name="West", parent=unit)


@pytest.fixture
def site(unit: Unit, east: Unit, west: Unit) -> Account:
    """The site administrator."""
    return AccountFactory(
        first_name="Sita",
        last_name="Site",
        unit=unit,
        levels={"admin_rights": 2},
        access={"includes_subunits": True},
    )


@pytest.fixture
def marketer(unit: Unit) -> Role:
    return Role.objects.get(name="marketer", built_in=True)


@pytest.fixture
def marketing(unit: Unit, marketer: Role) -> Group:
    return GroupFactory(unit=unit, display_name="Marketing", roles=[marketer])


def rights(account: Account, unit: Unit) -> set[str]:
    return set(effective(account, unit).effective)


def yes(*units: Unit) -> dict[str, str]:
    return {f"unit-{each.pk}": "yes" for each in units}


# S3-104: several roles each, and one role to many at once
def test_one_role_goes_to_many_administrators_who_hold_others_already(
    unit: Unit, site: Account, marketing: Group, marketer: Role
) -> None:
    people = [AccountFactory(unit=unit, groups=[marketing]) for _number in range(3)]
    footers = RoleFactory(unit=unit, display_name="Footers", rules=["usage:get"])
    before = rights(people[0], unit)

    sent = {"roles": [marketer.pk, footers.pk]}
    send(signed_in(site), reverse("groups:group_roles", args=[marketing.pk]), sent)

    assert "campaigns:create" in before
    assert [rights(person, unit) - before for person in people] == [{"usage:get"}] * 3
    assert all(before <= rights(person, unit) for person in people)


def saved(viewer: Account, account: Account, **changed: Any) -> Any:
    """Open the account for editing and save it with what is changed."""
    client = signed_in(viewer)
    form = client.get(path("account_edit", account)).context["form"]
    names = ("first_name", "last_name", "email", "phone")
    return send(client, path("account_edit", account), {name: form[name].value() for name in names} | changed)


# S3-01, S3-110
def test_roles_are_assigned_and_taken_on_the_persons_own_page(
    unit: Unit, site: Account, nemo: Account, marketing: Group
) -> None:
    saved(site, nemo, groups=[marketing.pk])
    assert "campaigns:create" in rights(nemo, unit)

    saved(site, nemo, groups=[])
    assert rights(nemo, unit) == set()


# S3-111, S3-112: details, accounts and permissions in one form, and the mail that finishes it
def test_an_administrator_is_created_with_accounts_and_roles_at_once(
    site: Account, unit: Unit, east: Unit, west: Unit, marketing: Group
) -> None:
    person = {"first_name": "Amy", "last_name": "Account", "email": "amy@example.org", "invite": "on"}
    client = signed_in(site)
    nameless = client.post(path("account_create"), person | yes(east) | {"last_name": ""})
    assert (nameless.status_code, "last_name" in nameless.context["form"].errors) == (422, True)

    client.post(path("account_create"), person | yes(unit, east) | {"groups": [marketing.pk]})

    amy = Account.objects.get(email="amy@example.org")
    assert {each.name for each in units_of(amy)} == {"Northwind", "East"}
    assert amy.memberships.live().get().group == marketing
    assert [mail.message for mail in OutgoingMail.objects.filter(account=amy)] == ["invitation"]
    may = effective(amy, east, as_if_active=True).effective
    assert "campaigns:create" in may
    assert not effective(amy, west, as_if_active=True).effective


# S3-114
def test_an_administrator_is_let_into_further_accounts_with_the_same_roles(
    site: Account, unit: Unit, east: Unit, west: Unit, marketing: Group
) -> None:
    amy = AccountFactory(unit=unit, groups=[marketing])
    assert rights(amy, east) == rights(amy, west) == set()

    send(signed_in(site), path("account_units", amy), yes(unit, east))

    assert "campaigns:create" in rights(amy, east)
    assert rights(amy, west) == set()
