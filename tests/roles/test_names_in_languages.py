"""Roles that come with the product are named in the language of the reader; own ones as they were written."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Account
from adminrights.models import Unit
from roles.models import Role
from tests.accounts.pages import signed_in, text_of
from tests.factories import GroupFactory, RoleFactory

VIEW_ONLY = "Looks at every area but Management, and changes nothing."


@pytest.fixture
def german(ada: Account) -> Client:
    client = signed_in(ada)
    client.cookies["django_language"] = "de"
    return client


@pytest.fixture
def role(db: None) -> Role:
    return Role.objects.get(name="view_only", built_in=True)


def test_a_role_that_comes_with_the_product_speaks_the_language_of_the_reader(role: Role) -> None:
    level = Role.objects.get(module="customers", level=2)
    with override("de"):
        assert (role.label, level.label) == ("Nur ansehen", "Kundschaft: Lesen und schreiben")
        assert role.help != VIEW_ONLY
    with override("en-gb"):
        assert (role.label, level.label, role.help) == ("View only", "Customers: Read & Write", VIEW_ONLY)
    assert (str(role), str(level)) == ("View only", "Customers: Read & Write")


def test_a_role_of_ones_own_keeps_the_name_that_people_gave_it(unit: Unit) -> None:
    with override("de"):
        assert RoleFactory(unit=unit, display_name="View only").label == "View only"


def test_pages_show_the_translated_name(unit: Unit, german: Client, role: Role) -> None:
    group = GroupFactory(unit=unit, roles=[role])
    pages = [
        role.get_absolute_url(),
        f"{reverse('roles:role_list')}?kind=system",
        group.get_absolute_url(),
        reverse("groups:group_list"),
        reverse("groups:group_roles", args=[group.pk]),
        reverse("accounts:account_list"),
        reverse("accounts:find") + "?q=view",
    ]
    for page in pages:
        shown = text_of(german.get(page))
        assert "Nur ansehen" in shown, page
        # Its history keeps the words in which it was written down.
        assert "View only" not in shown.partition("Verlauf")[0], page
