"""The menu shows what an account may open, and where it is."""

from collections.abc import Collection

import pytest
from django.urls import include, path
from django.views import View

from adminrights import navigation
from adminrights.navigation import Item, Menu, Section, menu_for

PAGE = View.as_view()


def named(app: str, **pages: str):
    return include(([path(address, PAGE, name=name) for name, address in pages.items()], app))


urlpatterns = [
    path("accounts/", named("accounts", account_list="")),
    path("groups/", named("groups", group_list="")),
    path("roles/", named("roles", role_list="")),
    path("mailbox/", PAGE, name="mailbox"),
    path("me/", named("mine", access="", profile="profile/", security="security/")),
]
pytestmark = pytest.mark.urls(__name__)


class Person:
    """Somebody who holds these permissions in the unit "north", and nothing elsewhere."""

    def __init__(self, *held: str) -> None:
        self.held: Collection[str] = held

    def may(self, perm: str, obj: object = None, /) -> bool:
        return obj == "north" and perm in self.held


def labels(menus: tuple[Menu, ...]) -> list[str]:
    return [str(link.label) for menu in menus for link in menu.links]


def current(menus: tuple[Menu, ...]) -> list[str]:
    return [str(link.label) for menu in menus for link in menu.links if link.current]


# S1-02
def test_management_holds_the_three_dashboards():
    menus = menu_for(Person("accounts:list", "groups:list", "roles:list"), "north")

    assert [str(menu.label) for menu in menus] == ["Management"]
    assert labels(menus) == ["All Accounts", "All Groups", "All Roles"]


# S0-09
def test_a_page_one_may_not_open_is_not_in_the_menu():
    assert labels(menu_for(Person("groups:list"), "north")) == ["All Groups"]


def test_rights_of_one_unit_open_no_menu_in_another():
    assert menu_for(Person("accounts:list", "groups:list"), "south") == ()


def test_the_page_one_is_on_is_marked_below_its_address_too():
    menus = menu_for(Person("accounts:list", "groups:list"), "north", "/groups/12/edit/")

    assert current(menus) == ["All Groups"]


def test_a_page_below_another_is_marked_there_whatever_its_address(monkeypatch: pytest.MonkeyPatch):
    mine = (
        Item("My access", "mine:access", ""),
        Item("My profile", "mine:profile", "", above=("mine:security",)),
    )
    monkeypatch.setattr(navigation, "MENU", (Section("Mine", mine),))

    marked = {page: current(menu_for(Person(), "north", page)) for page in ("/me/", "/me/security/app/")}
    assert marked == {"/me/": ["My access"], "/me/security/app/": ["My profile"]}


@pytest.mark.parametrize(("demo", "shown"), [(True, ["Mailbox"]), (False, [])])
def test_the_mailbox_is_there_in_the_demo_only(demo: bool, shown: list[str]):
    assert labels(menu_for(Person(), "north", demo=demo)) == shown
