"""The roles that come with the product: in the file, in the database, on their pages."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import Account
from adminrights.exceptions import Invalid
from adminrights.models import JournalEntry, Unit
from groups.models import GroupRole
from roles.catalogue import FILE, CatalogueError, build_catalogue, catalogue
from roles.models import Role
from roles.services import copy_role, delete_role, permissions_of, set_rule, update_role
from roles.system_roles import SystemRole
from tests.editing import send
from tests.factories import AccountFactory, GroupFactory, UnitFactory
from tests.roles.test_catalogue import SMALL

NAMES = {
    *("all_access", "marketer", "designer", "view_only", "system_admin"),
    *("admin_unit_administrator", "business_unit_administrator", "team_member", "viewer"),
}
FOR_SEVERAL = {"admin_unit_administrator", "business_unit_administrator", "team_member", "viewer"}


def system(key: str) -> SystemRole:
    return catalogue().system_roles[key]


def modules_of(key: str) -> set[str]:
    return {catalogue().permissions[permission].module for permission in system(key).permissions}


def held_with(key: str, unit: Unit) -> Account:
    """Return somebody who holds the role through a group of the unit, and nothing else."""
    group = GroupFactory(unit=unit, roles=[Role.objects.get(name=key, built_in=True)])
    account: Account = AccountFactory(unit=unit, groups=[group])
    return account


@pytest.fixture
def branch(unit: Unit) -> Unit:
    """A second unit, below the first."""
    below: Unit = UnitFactory(name="Branch", parent=unit)
    return below


@pytest.fixture
def as_ada(client: Client, ada: Account) -> Client:
    client.force_login(ada)
    return client


# S3-107, S4-R1, S4-R2, S4-R3, S4-R4
def test_the_system_roles_of_both_documents_are_there(unit: Unit) -> None:
    assert set(catalogue().system_roles) == NAMES
    assert set(Role.objects.system().values_list("name", flat=True)) == NAMES


# S3-107
def test_the_five_system_roles_cover_what_they_say() -> None:
    assert system("all_access").permissions == set(catalogue().permissions) - {"access:delegate"}
    assert modules_of("designer") == {"assets"}
    assert modules_of("system_admin") == {"settings", "admin_rights"}
    assert modules_of("marketer").isdisjoint({"settings", "admin_rights", "units"})
    assert {"contacts", "sms", "companies", "segments", "campaigns", "analytics"} < modules_of("marketer")


# S3-107
def test_view_only_changes_nothing() -> None:
    levels = {catalogue().permissions[key].level for key in system("view_only").permissions}

    assert levels == {1}
    assert modules_of("view_only") == modules_of("marketer")


# S4-R1, S4-15, S4-16, S4-18
def test_the_admin_unit_administrator_may_everything() -> None:
    assert system("admin_unit_administrator").permissions == set(catalogue().permissions)


# S4-R2, S4-20, S4-41: hands out access, but never administration (C-09)
def test_the_business_unit_administrator_makes_no_administrators() -> None:
    given = system("business_unit_administrator").permissions

    assert {"access:assign", "accounts:create", "unit_settings:update", "usage:get"} <= given
    assert "access:delegate" not in given
    assert system("team_member").permissions < given


# S4-R4, S4-28, S4-29, S4-30
def test_the_viewer_role_gives_nothing_in_the_unit_as_a_whole() -> None:
    assert system("viewer").permissions == frozenset()
    assert "single events" in system("viewer").help


@pytest.mark.parametrize("key", sorted(NAMES))
def test_a_system_role_in_the_database_gives_what_the_file_says(key: str, unit: Unit) -> None:
    rules = permissions_of(Role.objects.get(name=key, built_in=True))

    assert frozenset().union(*map(catalogue().given_by, rules)) == system(key).permissions


# S3-04: used as it is
def test_whoever_has_a_system_role_holds_what_it_gives(unit: Unit) -> None:
    designer = held_with("designer", unit)

    assert designer.has_perm("templates:update", unit)
    assert not designer.has_perm("campaigns:list", unit)


# S3-108, C-18, scenario 23
def test_a_system_role_is_neither_changed_nor_deleted(unit: Unit, ada: Account) -> None:
    designer = Role.objects.get(name="designer", built_in=True)

    with pytest.raises(Invalid):
        set_rule(designer, "campaigns", ["list"], actor=ada, unit=unit)
    with pytest.raises(Invalid):
        update_role(designer, display_name="Painter", actor=ada, unit=unit)
    with pytest.raises(Invalid):
        delete_role(designer, actor=ada, unit=unit)


# S3-109, C-18, scenario 23
def test_the_copy_of_a_system_role_can_be_edited(unit: Unit, ada: Account) -> None:
    designer = Role.objects.get(name="designer", built_in=True)

    copy = copy_role(designer, name="painter", display_name="Painter", actor=ada, unit=unit)
    set_rule(copy, "campaigns", ["list"], actor=ada, unit=unit)

    assert set(permissions_of(copy)) == {*permissions_of(designer), "campaigns:list"}


# S3-108, scenario 23
def test_the_page_of_a_system_role_offers_only_a_copy(as_ada: Client) -> None:
    designer = Role.objects.get(name="designer", built_in=True)

    page = as_ada.get(designer.get_absolute_url()).content.decode()

    assert reverse("roles:role_copy", args=[designer.pk]) in page
    assert reverse("roles:role_delete", args=[designer.pk]) not in page
    assert reverse("roles:rule_add", args=[designer.pk]) not in page
    send(as_ada, reverse("roles:role_edit", args=[designer.pk]), {"display_name": "x"})
    as_ada.post(reverse("roles:role_delete", args=[designer.pk]))
    assert Role.objects.present().filter(name="designer", display_name="Designer").exists()


# S3-04: own, of levels, of the system
def test_all_roles_can_be_narrowed_to_the_system_roles(as_ada: Client) -> None:
    page = as_ada.get(reverse("roles:role_list"), {"kind": "system"}).content.decode()

    assert "Marketer" in page
    assert "Customers: Read" not in page


# With a single unit nobody reads of units
def test_roles_for_several_units_wait_for_a_second_one(unit: Unit) -> None:
    offered = set(Role.objects.offered_in(unit).system().values_list("name", flat=True))
    UnitFactory(name="Branch", parent=unit)
    later = set(Role.objects.offered_in(unit).system().values_list("name", flat=True))

    assert offered == NAMES - FOR_SEVERAL
    assert later == NAMES


def test_another_organisation_with_several_units_changes_nothing_here(unit: Unit) -> None:
    UnitFactory(parent=UnitFactory(name="Elsewhere"))

    assert not Role.objects.offered_in(unit).filter(name="viewer").exists()


@pytest.fixture
def without_designer(tmp_path: Path) -> Path:
    """The product's file without one system role, and with another that gives less."""
    text = FILE.read_text()
    before, rest = text.split("[system_roles.designer]")
    after = rest[rest.index("[system_roles.view_only]") :]
    path = tmp_path / "catalogue.toml"
    path.write_text(before + after.replace('modules = ["settings"]', 'modules = ["offers"]'))
    named = FILE.with_name("named.toml")
    if named.exists():
        (tmp_path / "named.toml").write_text(named.read_text())
    return path


def test_a_changed_file_changes_the_roles_and_their_rules(without_designer: Path, unit: Unit) -> None:
    someone = held_with("system_admin", unit)

    call_command("load_catalogue", "--file", str(without_designer))

    assert not Role.objects.present().filter(name="designer").exists()
    assert someone.has_perm("offers:list", unit)
    assert not someone.has_perm("footers:list", unit)


def test_loading_the_product_s_own_file_again_brings_them_back(without_designer: Path, unit: Unit) -> None:
    call_command("load_catalogue", "--file", str(without_designer))
    call_command("load_catalogue")
    entries = JournalEntry.objects.count()
    call_command("load_catalogue")

    designer = Role.objects.present().get(name="designer")
    assert (
        frozenset().union(*map(catalogue().given_by, permissions_of(designer)))
        == system("designer").permissions
    )
    assert JournalEntry.objects.count() == entries


def test_a_system_role_that_a_group_carries_is_not_dropped_unasked(
    without_designer: Path, unit: Unit
) -> None:
    someone = held_with("designer", unit)

    with pytest.raises(CommandError, match="designer"):
        call_command("load_catalogue", "--file", str(without_designer))
    assert someone.has_perm("templates:list", unit)

    call_command("load_catalogue", "--file", str(without_designer), "--retire")
    assert not someone.has_perm("templates:list", unit)
    assert not GroupRole.objects.live().filter(role__name="designer").exists()


BAD = [
    ({"label": "X"}, "system_roles.x.help", "is missing"),
    ({"areas": ["Nowhere"]}, "system_roles.x.areas", "there is no 'Nowhere'"),
    ({"modules": ["olds"]}, "system_roles.x.modules", "there is no 'olds'"),
    ({"permissions": ["notes:fly"]}, "system_roles.x.permissions", "there is no 'notes:fly'"),
    ({"without": ["notes:fly"]}, "system_roles.x.without", "there is no 'notes:fly'"),
    ({"carrying": ["S9-99"]}, "system_roles.x.carrying", "there is no 'S9-99'"),
    ({"level": "high"}, "system_roles.x.level", "'high' is no level"),
    ({"colour": "red"}, "system_roles.x.colour", "is not known here"),
    ({"everything": "yes"}, "system_roles.x.everything", "must be true or false"),
]


@pytest.mark.parametrize(("values", "place", "reason"), BAD, ids=[place for _values, place, _reason in BAD])
def test_a_wrong_system_role_is_refused_with_its_place(
    values: dict[str, Any], place: str, reason: str
) -> None:
    words = {"label": "X", "help": "X."} if place != "system_roles.x.help" else {}

    with pytest.raises(CatalogueError) as refused:
        build_catalogue(SMALL | {"system_roles": {"x": words | values}})

    assert refused.value.place == place
    assert reason in refused.value.reason


# C-09, S4-41: what the role itself gives is what may be passed on
def test_a_unit_administrator_passes_on_team_member_but_no_administration(unit: Unit, branch: Unit) -> None:
    from_above = held_with("business_unit_administrator", branch)

    assert from_above.has_perm("access:assign", branch)
    assert not from_above.has_perm("access:delegate", branch)
    assert not from_above.has_perm("accounts:list", unit)
