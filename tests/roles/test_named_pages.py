"""Choosing the named permissions of a role in the browser and seeing them take effect."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.access import may
from accounts.models import Account
from adminrights.exceptions import Invalid
from adminrights.models import Unit
from roles.models import Role
from roles.services import set_named
from tests.accounts.pages import text_of
from tests.editing import send
from tests.factories import AccountFactory, GroupFactory, RoleFactory


@pytest.fixture
def role(unit: Unit) -> Role:
    return RoleFactory(unit=unit, rules=["offers:list"])


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


# S3-03, S3-05, S3-109
def test_the_page_shows_each_permission_with_its_help_and_what_it_needs(ada: Account, role: Role) -> None:
    page = client_of(ada).get(reverse("roles:role_named", args=[role.pk])).content.decode()

    assert page.count('name="named"') == 106
    assert "Upload and delete files of the media library." in page
    assert "Needs: See the media library." in page


def test_what_is_chosen_takes_effect_and_rules_stay(unit: Unit, ada: Account, role: Role) -> None:
    person = AccountFactory(unit=unit, groups=[GroupFactory(unit=unit, roles=[role])])
    path = reverse("roles:role_named", args=[role.pk])

    send(client_of(ada), path, {"named": ["media.view", "media.manage"]})

    assert may(person, "media:import", unit)
    assert may(person, "offers:list", unit)


def test_a_permission_without_what_it_needs_is_held_without_effect(
    unit: Unit, ada: Account, role: Role
) -> None:
    person = AccountFactory(unit=unit, groups=[GroupFactory(unit=unit, roles=[role])])

    set_named(role, ["media.manage"], actor=ada, unit=unit)
    assert not may(person, "media:import", unit)

    set_named(role, ["media.manage", "media.view"], actor=ada, unit=unit)
    assert may(person, "media:import", unit)


def test_the_role_page_names_what_was_chosen(unit: Unit, ada: Account, role: Role) -> None:
    set_named(role, ["editor.html"], actor=ada, unit=unit)

    page = client_of(ada).get(role.get_absolute_url()).content.decode()

    assert "Edit raw HTML" in page


# S3-109: named permissions are what such a role is made of
def test_a_role_with_named_permissions_alone_shows_them_as_its_content(unit: Unit, ada: Account) -> None:
    role = RoleFactory(unit=unit, display_name="Importers")
    set_named(role, ["contacts.import"], actor=ada, unit=unit)

    page = text_of(client_of(ada).get(role.get_absolute_url()))
    listed = text_of(client_of(ada).get(reverse("roles:role_list")))

    assert "No rules yet" not in page
    assert page.index("Import contacts") < page.index("None. What this role gives, it gives by its named")
    assert "Importers 1 named" in listed


# S3-94
def test_named_permissions_without_what_shows_their_page_are_warned_about(unit: Unit, ada: Account) -> None:
    role = RoleFactory(unit=unit)
    hint = "People with this role alone won't see the pages of: Contacts."
    set_named(role, ["contacts.import"], actor=ada, unit=unit)
    assert hint in text_of(client_of(ada).get(role.get_absolute_url()))

    set_named(role, ["contacts.import", "contacts.view"], actor=ada, unit=unit)
    assert hint not in text_of(client_of(ada).get(role.get_absolute_url()))


def test_an_unknown_name_is_refused(unit: Unit, ada: Account, role: Role) -> None:
    with pytest.raises(Invalid):
        set_named(role, ["media.everything"], actor=ada, unit=unit)

    answer = client_of(ada).post(reverse("roles:role_named", args=[role.pk]), {"named": ["media.everything"]})
    assert answer.status_code == 422


def test_a_built_in_role_keeps_what_it_has(unit: Unit, ada: Account) -> None:
    built_in = Role.objects.filter(built_in=True).first()
    assert built_in is not None

    with pytest.raises(Invalid):
        set_named(built_in, ["media.view"], actor=ada, unit=unit)
