"""What the four levels of the role matrix give, where, and where they end (S4-R1 to S4-R4)."""

import pytest
from django.urls import reverse

from accounts.access import effective
from accounts.models import Account, Item
from accounts.services.levels import set_cells
from accounts.services.units import switch_feature
from accounts.standing import LEVELS, Cell
from adminrights.change import SYSTEM
from adminrights.models import Unit
from roles.catalogue import catalogue
from roles.models import Role
from tests.accounts.pages import path, signed_in
from tests.factories import AccountFactory, UnitFactory

VIEWER, TEAM, UNIT_ADMIN, ADMIN = LEVELS
CONTACTS = {
    *("contacts:list", "contacts:get", "contacts:create", "contacts:delete"),
    *("contact_tags:create", "contact_lists:create", "email_settings:get", "email_settings:update"),
}
EVENTS = {"events:list", "events:get", "events:create", "event_managers:assign"}
SETTINGS = {"unit_settings:update", "email_templates:update", "usage:get"}
PEOPLE = {"accounts:create", "accounts:update", "group_members:create", "access:assign"}
ADMINISTRATION = {"admin_rights", "units", "settings"}


@pytest.fixture
def north(unit: Unit) -> Unit:
    return UnitFactory(name="North", parent=unit)


@pytest.fixture
def south(unit: Unit) -> Unit:
    return UnitFactory(name="South", parent=unit)


@pytest.fixture(autouse=True)
def deletion(unit: Unit) -> None:
    """Such organisations may delete contacts (C-14)."""
    switch_feature(unit, "contact_deletion", on=True, actor=SYSTEM)


def on(level: str, unit: Unit) -> Account:
    """Return somebody who was put on the level in the matrix of the unit, and holds nothing else."""
    account: Account = AccountFactory(unit=unit)
    role = Role.objects.get(name=level, unit=None)
    set_cells([Cell(account.pk, unit.pk, role.pk)], [], actor=SYSTEM, unit=unit)
    return account


def rights(account: Account, unit: Unit) -> set[str]:
    return set(effective(account, unit).effective)


def modules(keys: set[str]) -> set[str]:
    return {catalogue().permissions[key].module for key in keys}


# S4-R1, S4-15, S4-16, S4-18, S4-19, C-23: contacts too, in every unit
def test_admin_of_the_root_may_everything_that_is_licensed_in_every_unit(
    unit: Unit, north: Unit, south: Unit
) -> None:
    chief, features = on(ADMIN, unit), {None, "contact_deletion", "multi_unit"}
    everything = {
        key
        for key, permission in catalogue().permissions.items()
        if permission.feature in features
        and all(catalogue().permissions[need].feature in features for need in catalogue().needed_for(key))
    }

    assert CONTACTS | EVENTS | SETTINGS | PEOPLE | {"access:delegate"} <= everything
    assert [rights(chief, place) for place in (unit, north, south)] == [everything] * 3


# S4-R2, S4-20, S4-21, S4-22, S4-23, C-07, C-09: by ordinary permissions, in this unit
def test_the_administrator_of_a_unit_runs_it_and_no_other(unit: Unit, north: Unit, south: Unit) -> None:
    keeper = on(UNIT_ADMIN, north)

    assert rights(keeper, north) >= CONTACTS | EVENTS | SETTINGS | PEOPLE
    assert "access:delegate" not in rights(keeper, north)
    assert [rights(keeper, place) for place in (unit, south)] == [set(), set()]


# S4-R3, S4-24, S4-25, S4-26, S4-27
def test_a_team_member_has_the_administrators_contacts_and_events_and_no_administration(
    north: Unit, south: Unit
) -> None:
    team, keeper = rights(on(TEAM, north), north), rights(on(UNIT_ADMIN, north), north)

    assert team >= CONTACTS | EVENTS
    assert team == {key for key in keeper if modules({key}).isdisjoint(ADMINISTRATION)}
    assert rights(on(TEAM, north), south) == set()


# S4-R4, S4-28, S4-29, S4-30
def test_a_viewer_has_nothing_in_the_unit_as_a_whole(north: Unit) -> None:
    assert rights(on(VIEWER, north), north) == set()


# S4-17, S4-22, S4-26
@pytest.mark.parametrize("level", [ADMIN, UNIT_ADMIN, TEAM])
def test_events_are_made_from_the_unit_and_handed_to_oneself_and_others(
    level: str, unit: Unit, north: Unit
) -> None:
    maker, other = on(level, unit if level == ADMIN else north), on(VIEWER, north)
    client = signed_in(maker)
    client.post(reverse("unit_switch"), {"unit": north.pk})

    client.post(reverse("accounts:item_create"), {"name": "Gala", "resource": "events"})
    gala = Item.objects.get(name="Gala", unit=north)
    for person in (maker, other):
        client.post(reverse("accounts:item_hand_over", args=[gala.pk]), {"email": person.email})

    page = client.get(gala.get_absolute_url())
    assert set(page.context["people"]) == {maker, other}
    assert [each.has_perm("events:update", gala) for each in (maker, other)] == [True, True]


# S4-24, S4-28, S4-30: by the pages
@pytest.mark.parametrize(("level", "makes_events"), [(TEAM, True), (VIEWER, False)])
def test_who_administers_nothing_is_refused_by_the_pages_of_administration(
    level: str, makes_events: bool, north: Unit
) -> None:
    client = signed_in(on(level, north))

    refused = [client.get(path(name)).status_code for name in ("account_list", "account_create", "unit_list")]
    made = client.post(reverse("accounts:item_create"), {"name": "Gala", "resource": "events"})

    assert refused == [403, 403, 403]
    assert (made.status_code == 302) is makes_events
    assert Item.objects.exists() is makes_events
