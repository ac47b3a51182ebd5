"""The demo as an Admin Unit with Business Units and teams: the role matrix, paid seats, events."""

from collections.abc import Iterator

import pytest
from django.urls import reverse

from accounts.access import effective, may, units_of
from accounts.guards import seats_taken
from accounts.items import handed_to, may_with, seen_by
from accounts.known import Standing, look_up
from accounts.models import Account, Item
from accounts.services.levels import set_cells
from accounts.standing import Cell, levels, standing
from adminrights.exceptions import MayNotPassOn
from adminrights.models import JournalEntry, Unit
from adminrights.services import units_in_use
from roles.models import Role
from tests.accounts.pages import path, signed_in, text_of
from tests.demos import EveryShape, building, person, place
from tests.terminal import Ran


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker) -> Iterator[Ran]:
    yield from building("admin-unit", django_db_blocker)


@pytest.fixture
def demo(built, db) -> Ran:
    return built


class TestAdminUnit(EveryShape):
    SHAPE = "admin-unit"


def university() -> Unit:
    return place("Lindenau University")


def works(name: str, unit: str, permission: str) -> bool:
    return may(person(name), permission, place(unit))


def level_of(name: str, unit: str) -> set[str]:
    cells = standing([person(name).pk], [place(unit)], levels())
    return {Role.objects.get(pk=cell.role).name for cell in cells}


# S4-06
def test_the_button_shows_how_many_of_the_seats_are_taken(demo):
    page = text_of(signed_in(person("benedikt.auer")).get(path("account_list")))
    assert (seats_taken(university()), university().seat_limit) == (35, 38)
    assert "Add account (35 of 38)" in page


# S4-39
def test_the_admin_unit_has_a_maximum_of_business_units(demo):
    assert (units_in_use(university()), university().unit_limit) == (8, 10)
    teams = Unit.objects.filter(parent=place("Alumni Relations")).values_list("name", flat=True)
    assert set(teams) == {"Reunion Team", "Benefactors Team"}


# S4-11, S4-12
def test_the_matrix_has_all_four_levels(demo):
    people, units = Account.objects.values_list("pk", flat=True), Unit.objects.all()
    roles = levels()
    cells = standing(list(people), units, roles)
    assert {cell.role for cell in cells} == {role.pk for role in roles}
    page = signed_in(person("benedikt.auer")).get(reverse("accounts:role_matrix"))
    assert "Winnie Achieng" in text_of(page)


# S4-R1, S4-14, S4-15, S4-16, S4-17, S4-18
def test_the_admin_unit_administrator_reaches_everything_below(demo):
    below = Unit.objects.below(university())
    everywhere = ("accounts:delete", "unit_settings:update", "usage:get", "events:create", "events:list")
    for unit in below:
        assert all(may(person("benedikt.auer"), key, unit) for key in everywhere), unit
    assert seen_by(person("benedikt.auer"), university()).count() == Item.objects.count() == 10


# S4-R2, S4-20, S4-21, S4-22, S4-23
def test_the_business_unit_administrator_runs_the_own_units(demo):
    mine = ("unit_settings:update", "contacts:delete", "contact_tags:create", "event_managers:assign")
    for unit in ("Alumni Relations", "Reunion Team", "Benefactors Team"):
        assert all(works("farah.nasser", unit, key) for key in mine)
    assert effective(person("farah.nasser"), place("Graduate School")).held == {}
    assert [item.name for item in seen_by(person("farah.nasser"), place("Alumni Relations"))] != []


# S4-41: scenario 17
def test_the_business_unit_administrator_makes_team_members_and_no_administrators(demo):
    farah, alumni, leonie = person("farah.nasser"), place("Alumni Relations"), person("leonie.hartmann")
    assert level_of("leonie.hartmann", "Alumni Relations") == {"team_member"}
    refused = JournalEntry.objects.get(outcome="refused", actor=farah)
    assert refused.data["code"] == "may_not_pass_on"
    administrator = Role.objects.get(name="business_unit_administrator")
    with pytest.raises(MayNotPassOn):
        set_cells([Cell(leonie.pk, alumni.pk, administrator.pk)], (), actor=farah, unit=alumni)


# S4-13, S4-40
def test_one_person_stands_on_different_levels_in_different_units(demo):
    assert level_of("kwabena.owusu", "Faculty of Medicine") == {"business_unit_administrator"}
    assert level_of("kwabena.owusu", "University Museum") == {"team_member"}
    assert level_of("petra.sommer", "Graduate School") == {"viewer"}


# S4-R3, S4-24, S4-25, S4-26, S4-27
def test_the_team_member_works_with_contacts_and_events_and_administers_nothing(demo):
    assert works("julian.costa", "Conference Office", "contacts:create")
    assert works("julian.costa", "Conference Office", "events:create")
    assert not works("julian.costa", "Conference Office", "accounts:list")
    assert seen_by(person("julian.costa"), place("Conference Office")).count() == 3


# S4-R4, S4-28, S4-29, S4-30, S4-31: scenario 22
def test_the_viewer_opens_exactly_the_events_that_were_handed_over(demo):
    winnie, offices = person("winnie.achieng"), ("Conference Office", "Reunion Team")
    mine = handed_to(winnie, units_of(winnie))
    assert {item.name for item in mine} == {"Open Day 2026", "Class of 2001 Reunion"}
    assert all(may_with(winnie, f"events:{action}", item) for item in mine for action in ("get", "update"))
    others = Item.objects.exclude(pk__in=mine)
    assert not any(may_with(winnie, "events:get", item) for item in others)
    for office in offices:
        refused = ("events:list", "events:create", "contacts:list", "accounts:list")
        assert not any(works("winnie.achieng", office, key) for key in refused)
    assert "Open Day 2026" in text_of(signed_in(winnie).get("/me/"))


# S4-17, S4-26: event managers
def test_who_made_an_event_sets_its_managers(demo):
    congress = Item.objects.get(name="Congress on Urban Climate")
    manages = {
        name for name in ("petra.sommer", "julian.costa") if may_with(person(name), "events:update", congress)
    }
    assert manages == {"petra.sommer", "julian.costa"}
    assert not may_with(person("tim.brunner"), "events:update", congress)


# S4-08, S4-10, S4-35
def test_one_person_works_in_two_admin_units(demo):
    carla = person("carla.moretti")
    assert {unit.name for unit in units_of(carla)} == {"University Museum", "Lindenau University Press"}
    assert level_of("carla.moretti", "Lindenau University Press") == {"team_member"}
    elena = look_up(person("elena.baumann").email, unit=university(), reader=person("benedikt.auer"))
    assert (elena.standing, elena.name) == (Standing.ELSEWHERE, "")


# S4-34, S4-36, S4-38, S4-43
def test_a_removed_person_is_known_and_one_who_came_back_works_again(demo):
    arne = person("arne.dahl")
    assert units_of(arne) == []
    known = look_up(arne.email, unit=university(), reader=person("benedikt.auer"))
    assert (known.standing, known.name) == (Standing.REMOVED, "Arne Dahl")
    assert works("vincent.laurent", "Careers Service", "events:create")
    assert JournalEntry.objects.filter(event="account.removed").count() == 2
