"""The role matrix: a cell is membership of a unit's standing group for a level (S4-11 to S4-14)."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.access import may
from accounts.models import Account
from accounts.services.grants import set_permission
from accounts.services.levels import set_cells
from accounts.standing import LEVELS, Cell, levels, standing
from adminrights.change import SYSTEM
from adminrights.exceptions import GuardRefused, Invalid, MayNotPassOn, NotAllowed, OwnRights
from adminrights.models import JournalEntry, Unit
from groups.models import Group
from groups.services import set_levels, set_roles
from roles.models import Role
from tests.editing import opened, send
from tests.factories import AccountFactory, GroupFactory, UnitFactory

ADMIN, UNIT_ADMIN, TEAM, VIEWER = reversed(LEVELS)
SHOWN = re.compile(r'name="previewed" value="([^"]+)"')


@pytest.fixture
def north(unit: Unit) -> Unit:
    return UnitFactory(name="North", parent=unit)


@pytest.fixture
def south(unit: Unit) -> Unit:
    return UnitFactory(name="South", parent=unit)


@pytest.fixture
def chief(unit: Unit, north: Unit, south: Unit) -> Account:
    """The administrator of the Admin Unit and everything below."""
    access = {"includes_subunits": True}
    return AccountFactory(
        first_name="Chi", last_name="Chief", unit=unit, levels={"admin_rights": 2}, access=access
    )


@pytest.fixture
def nora(north: Unit) -> Account:
    return AccountFactory(first_name="Nora", last_name="North", unit=north)


def role(name: str) -> Role:
    return Role.objects.get(name=name, unit=None)


def cell(account: Account, unit: Unit, level: str) -> Cell:
    return Cell(account.pk, unit.pk, role(level).pk)


def give(account: Account, unit: Unit, level: str, actor: Any = SYSTEM, at: Unit | None = None) -> int:
    return set_cells([cell(account, unit, level)], [], actor=actor, unit=at or unit)


def test_the_four_levels_are_the_catalogues_own(unit: Unit) -> None:
    assert tuple(level.name for level in levels()) == LEVELS


# S4-12, S4-13, S4-40
def test_one_person_has_different_levels_in_different_units(
    nora: Account, north: Unit, south: Unit, unit: Unit, chief: Account
) -> None:
    cells = [cell(nora, north, UNIT_ADMIN), cell(nora, south, TEAM)]

    assert set_cells(cells, [], actor=chief, unit=unit) == 2

    assert may(nora, "accounts:create", north)
    assert may(nora, "events:create", south)
    assert not may(nora, "accounts:create", south)


# S4-14, S4-16
def test_admin_of_the_root_reaches_every_unit(nora: Account, unit: Unit, south: Unit, chief: Account) -> None:
    give(nora, unit, ADMIN, chief)

    assert may(nora, "access:delegate", unit)
    assert may(nora, "unit_settings:update", south)


# S4-14
def test_admin_is_a_level_of_the_root_only(nora: Account, north: Unit, chief: Account) -> None:
    with pytest.raises(Invalid, match="North"):
        give(nora, north, ADMIN, chief)


# S4-12
def test_the_group_is_made_once_and_reused(nora: Account, north: Unit, chief: Account) -> None:
    other = AccountFactory(unit=north)
    give(nora, north, TEAM, chief)
    give(other, north, TEAM, chief)

    group = Group.objects.get(unit=north, standing_role=role(TEAM))
    assert group.memberships.live().count() == 2
    assert [fact.role for fact in group.role_facts.live()] == [role(TEAM)]


# S4-13
def test_a_level_lets_into_the_unit_and_the_access_stays_when_it_goes(
    nora: Account, south: Unit, unit: Unit, chief: Account
) -> None:
    give(nora, south, VIEWER, chief, unit)
    set_cells([], [cell(nora, south, VIEWER)], actor=chief, unit=unit)

    assert standing([nora.pk], [south], levels()) == set()
    assert nora.unit_accesses.live().filter(unit=south).exists()


# S4-24, S4-28 to S4-30
def test_viewers_and_team_members_administer_nothing(
    nora: Account, north: Unit, south: Unit, unit: Unit
) -> None:
    give(nora, north, TEAM)
    give(nora, south, VIEWER, at=unit)

    assert may(nora, "contacts:list", north)
    for permission in ("accounts:list", "access:assign", "unit_settings:get"):
        assert not may(nora, permission, north)
    for permission in ("contacts:list", "events:create", "events:list"):
        assert not may(nora, permission, south)


@pytest.fixture
def uma(north: Unit, south: Unit) -> Account:
    """The administrator of the north, by the matrix."""
    account: Account = AccountFactory(first_name="Uma", last_name="Unit", unit=north)
    give(account, north, UNIT_ADMIN)
    return account


# S4-41, C-09, scenario 17
@pytest.mark.parametrize("level", [TEAM, VIEWER])
def test_a_unit_administrator_makes_team_members_and_viewers(
    level: str, uma: Account, nora: Account, north: Unit
) -> None:
    give(nora, north, level, uma)

    assert standing([nora.pk], [north], levels()) == {cell(nora, north, level)}


# S4-41, C-09, scenario 17
def test_a_unit_administrator_makes_no_administrators_and_reaches_no_other_unit(
    uma: Account, nora: Account, north: Unit, south: Unit, unit: Unit
) -> None:
    for place, level in ((north, UNIT_ADMIN), (south, TEAM), (south, VIEWER), (unit, ADMIN)):
        for at in (north, unit):
            with pytest.raises((GuardRefused, Invalid)):
                give(nora, place, level, uma, at)

    assert standing([nora.pk], [unit, north, south], levels()) == set()


# S4-41
def test_nobody_puts_himself_on_a_level(uma: Account, chief: Account, unit: Unit, south: Unit) -> None:
    with pytest.raises(OwnRights):
        give(chief, south, TEAM, chief, unit)


def test_without_the_permission_nobody_is_put_on_or_taken_off(nora: Account, north: Unit) -> None:
    reader = AccountFactory(unit=north, permissions=["accounts:list", "access:delegate"])
    give(nora, north, TEAM)

    with pytest.raises(NotAllowed):
        give(nora, north, VIEWER, reader)
    with pytest.raises(NotAllowed):
        set_cells([], [cell(nora, north, TEAM)], actor=reader, unit=north)


def test_a_standing_group_keeps_its_one_role(nora: Account, north: Unit, chief: Account) -> None:
    give(nora, north, VIEWER, chief)
    group = Group.objects.get(standing_role=role(VIEWER))

    with pytest.raises(Invalid, match="role matrix"):
        set_roles(group, [role(TEAM)], actor=chief)
    with pytest.raises(Invalid, match="role matrix"):
        set_levels(group, {"offers": 1}, actor=chief)

    set_roles(group, [role(VIEWER)], actor=chief)
    assert [fact.role for fact in group.role_facts.live()] == [role(VIEWER)]


def test_a_level_that_is_given_already_changes_nothing(north: Unit, nora: Account, chief: Account) -> None:
    first = give(nora, north, TEAM, chief)
    again = give(nora, north, TEAM, chief)

    assert (first, again) == (1, 0)
    assert JournalEntry.objects.filter(event="account.memberships_changed", actor=chief).count() == 1


def test_a_group_that_only_has_the_name_is_no_standing_group(
    north: Unit, nora: Account, chief: Account
) -> None:
    namesake = GroupFactory(unit=north, name=f"standing-{TEAM}", members=[nora])

    give(nora, north, TEAM, chief)

    group = Group.objects.get(unit=north, standing_role=role(TEAM))
    assert group != namesake
    assert may(nora, "events:create", north)


# C-09: what the unit lacks the feature for gives nobody more, so that it is no reason to refuse
def test_a_right_that_waits_for_a_feature_of_the_unit_is_passed_on_by_whoever_has_it(north: Unit) -> None:
    keys = ["contacts:list", "contacts:delete"]
    giver = AccountFactory(unit=north, permissions=[*keys, "access:assign"])
    without = AccountFactory(unit=north, permissions=["contacts:list", "access:assign"])
    taker = AccountFactory(unit=north, permissions=["contacts:list"])
    assert not may(giver, "contacts:delete", north)

    with pytest.raises(MayNotPassOn):
        set_permission(taker, "contacts:delete", given=True, actor=without, unit=north)
    set_permission(taker, "contacts:delete", given=True, actor=giver, unit=north)

    assert taker.grants.live().filter(permission="contacts:delete").exists()


@pytest.fixture
def as_chief(chief: Account) -> Client:
    client = Client()
    client.force_login(chief)
    return client


def answer_to(client: Client, path: str, **cells: Any) -> str:
    return str(send(client, path, cells, follow=True).content.decode())


def save(client: Client, path: str, **cells: Any) -> None:
    """Send the ticks, and say yes where the page asks."""
    if asked := SHOWN.findall(answer_to(client, path, **cells)):
        answer_to(client, path, **cells, previewed=asked)


def address(level: str = TEAM, **more: str) -> str:
    asked = "".join(f"&{name}={value}" for name, value in more.items())
    return f"{reverse('accounts:role_matrix')}?level={level}{asked}"


# S4-11, S4-12
def test_each_cell_says_who_what_and_where(as_chief: Client, nora: Account, north: Unit) -> None:
    text = as_chief.get(address()).content.decode()

    assert "Nora North: Team member in North" in text
    assert "Nora North: Team member in South" in text


# S4-12
def test_ticks_are_saved_and_only_differences_are_done(
    as_chief: Client, nora: Account, north: Unit, south: Unit
) -> None:
    give(nora, north, TEAM)
    meanwhile = AccountFactory(unit=north)
    sent = opened(as_chief, address())
    give(meanwhile, north, TEAM)

    save(as_chief, address(), **sent, cell=[cell(nora, south, TEAM).value])

    assert standing([nora.pk], [north, south], levels()) == {cell(nora, south, TEAM)}
    assert standing([meanwhile.pk], [north], levels()) == {cell(meanwhile, north, TEAM)}


# S4-11
def test_the_shield_on_the_persons_row_opens_units_by_levels(
    as_chief: Client, nora: Account, north: Unit
) -> None:
    path = reverse("accounts:account_levels", args=[nora.pk])

    assert path in as_chief.get(reverse("accounts:account_list")).content.decode()
    save(as_chief, path, cell=[cell(nora, north, UNIT_ADMIN).value])

    assert may(nora, "accounts:create", north)
    text = as_chief.get(path).content.decode()
    assert "Nora North: Viewer in South" in text
    assert f"{ADMIN} in North" not in text


# S4-20, S4-41
def test_a_unit_administrator_sees_only_her_unit_and_people(uma: Account, nora: Account, south: Unit) -> None:
    sam = AccountFactory(first_name="Sam", last_name="South", unit=south)
    client = Client()
    client.force_login(uma)

    text = client.get(address()).content.decode()

    assert "Nora North: Team member in North" in text
    assert "South" not in text
    assert client.get(reverse("accounts:account_levels", args=[sam.pk])).status_code == 404


def test_a_refusal_keeps_the_ticks_and_changes_nothing(uma: Account, nora: Account, north: Unit) -> None:
    client = Client()
    client.force_login(uma)
    ticked = cell(nora, north, UNIT_ADMIN).value

    answer = send(client, address(UNIT_ADMIN), {"cell": [ticked]})

    assert answer.status_code == 422
    assert f'value="{ticked}" checked' in answer.content.decode()
    assert not may(nora, "accounts:create", north)


@pytest.mark.parametrize("value", ["x", "1:2", "1:2:3:4", "-1:2:3", f"{'9' * 30}:1:1", "٣:1:1", "999999:1:1"])
def test_a_cell_that_was_not_shown_is_refused(value: str, as_chief: Client) -> None:
    assert send(as_chief, address(), {"cell": [value]}).status_code == 422


# S4-12: 500 people × 30 units
def test_a_large_organisation_costs_no_more_statements_and_is_read_by_pages(
    as_chief: Client, unit: Unit, nora: Account
) -> None:
    as_chief.get(address())
    with CaptureQueriesContext(connection) as few:
        as_chief.get(address())
    for number in range(8):
        place = UnitFactory(name=f"Unit {number}", parent=unit)
        give(nora, place, TEAM, at=unit)
    for _number in range(55):
        AccountFactory(unit=unit)
    as_chief.get(address())

    with CaptureQueriesContext(connection) as many:
        text = as_chief.get(address()).content.decode()

    assert len(many) == len(few)
    assert text.count('scope="row"') == 50
    assert "Nora North" in as_chief.get(address(q="nora")).content.decode()


def test_with_one_unit_nothing_leads_to_the_matrix(unit: Unit, ada: Account, nemo: Account) -> None:
    client = Client()
    client.force_login(ada)

    for path in (reverse("accounts:account_list"), reverse("accounts:account_detail", args=[nemo.pk])):
        text = client.get(path).content.decode()
        assert "/matrix/" not in text.replace("/add/matrix/", "").replace("/edit/matrix/", "")
        assert "/levels/" not in text
