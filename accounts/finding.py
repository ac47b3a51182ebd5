"""What one can go to from anywhere: people, groups, roles, units, permissions, pages; reads only.

The page Find and its dialog (Ctrl-K) show what is here. Whoever may not open a list finds nothing of it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from accounts.permission_book import NAMED, chapters, narrowed
from adminrights.models import Unit
from adminrights.navigation import Holder, menu_for
from groups.models import Group
from roles.models import Role
from roles.services import organisation

MOST = 6


class Found(NamedTuple):
    """One place to go to: what it is called, what tells it from its namesakes, its address and icon."""

    label: str
    note: str
    url: str
    icon: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """The finds of one kind: the first few, and where all of them are listed if there are more."""

    label: str
    found: tuple[Found, ...]
    all_url: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """Who looks for what, and where."""

    reader: Holder
    unit: Unit | None
    text: str
    several: bool

    def may(self, *permissions: str) -> bool:
        """Return whether the reader holds all of them here."""
        return self.unit is not None and all(self.reader.may(key, self.unit) for key in permissions)

    def names(self, label: str) -> bool:
        """Return whether the label has every word of the text."""
        return all(word in label.casefold() for word in self.text.casefold().split())

    def listed(self, page: str) -> str:
        """Return the address of a list, narrowed to the text."""
        return reverse(page, query={"q": self.text})


# What one does rather than where one goes: label, page, icon, permission.
STEPS = (
    (gettext_lazy("Add Account"), "accounts:account_create", "user-plus", "accounts:create"),
    (gettext_lazy("Create Group"), "groups:group_create", "plus", "groups:create"),
    (gettext_lazy("Create Role"), "roles:role_create", "plus", "roles:create"),
    (gettext_lazy("Ask for access"), "accounts:ask_search", "hand-helping", ""),
    (gettext_lazy("New review"), "accounts:review_add", "clipboard-check", "access:assign"),
    (gettext_lazy("Change password"), "accounts:my_password", "key-round", ""),
    (gettext_lazy("Sign-in and security"), "accounts:my_security", "shield-check", ""),
)


def find(search: Search) -> tuple[Shelf, ...]:
    """Return the shelves on which something has every word of the text; pages and steps for no text."""
    looks = LOOKS if search.text else LOOKS[-1:]
    return tuple(shelf for look in looks if (shelf := look(search)).found)


def _shelf(label: str, found: Iterable[Found], all_url: str = "") -> Shelf:
    first = tuple(islice(found, MOST + 1))
    return Shelf(label, first[:MOST], all_url if len(first) > MOST else "")


def _people(search: Search) -> Shelf:
    if search.unit is None or not search.may("accounts:list", "accounts:get"):
        return Shelf("", ())
    people = Account.objects.in_unit(search.unit).search(search.text)
    first = people.order_by("last_name", "first_name", "pk")[: MOST + 1]
    found = (Found(who.name, who.email, who.get_absolute_url(), "user-round") for who in first)
    return _shelf(_("Accounts"), found, search.listed("accounts:account_list"))


def _groups(search: Search) -> Shelf:
    if search.unit is None or not search.may("groups:list", "groups:get"):
        return Shelf("", ())
    groups = Group.objects.in_unit(search.unit).search(search.text).select_related("unit")
    found = (
        Found(str(group), group.unit.name if search.several else "", group.get_absolute_url(), "boxes")
        for group in groups[: MOST + 1]
    )
    return _shelf(_("Groups"), found, search.listed("groups:group_list"))


def _roles(search: Search) -> Shelf:
    if search.unit is None or not search.may("roles:list", "roles:get"):
        return Shelf("", ())
    roles = Role.objects.offered_in(search.unit).search(search.text)
    first = roles.order_by("built_in", "display_name", "pk")[: MOST + 1]
    built_in = _("built in")
    found = (
        Found(role.label, built_in if role.built_in else "", role.get_absolute_url(), "shield-check")
        for role in first
    )
    return _shelf(_("Roles"), found, search.listed("roles:role_list"))


def _units(search: Search) -> Shelf:
    if search.unit is None or not search.several or not search.may("units:list"):
        return Shelf("", ())
    units = Unit.objects.below(search.unit).filter(name__icontains=search.text).order_by("path")[: MOST + 1]
    found = (Found(unit.name, "", unit.get_absolute_url(), "building-2") for unit in units)
    return _shelf(_("Units"), found, search.listed("accounts:unit_list"))


def _permissions(search: Search) -> Shelf:
    if not search.may("roles:list"):
        return Shelf("", ())
    entries = [entry for chapter in narrowed(search.text) for entry in chapter.entries]
    # What is called so comes before what only speaks of it.
    entries.sort(key=lambda entry: not search.names(entry.label))
    found = (
        Found(entry.label, entry.place, reverse("accounts:permission_page", args=[entry.key]), "book-open")
        for entry in entries
    )
    return _shelf(_("Permissions"), found, search.listed("accounts:permission_book"))


def _modules(search: Search) -> Shelf:
    """Find what people can work with: each module leads to those who may."""
    if not search.may("accounts:list"):
        return Shelf("", ())
    modules = [chapter for chapter in chapters() if chapter.area != NAMED and search.names(chapter.label)]
    found = (
        Found(chapter.label, chapter.area, reverse("accounts:module_who", args=[chapter.key]), "users")
        for chapter in modules
    )
    return _shelf(_("Who can work with"), found, search.listed("accounts:permission_book"))


def _pages(search: Search) -> Shelf:
    return Shelf(_("Go to"), tuple(place for place in _places(search) if search.names(place.label)))


def _places(search: Search) -> Iterator[Found]:
    for label, page, icon, permission in STEPS:
        if not permission or _may_begin(search, permission):
            yield Found(str(label), "", reverse(page), icon)
    for menu in menu_for(search.reader, search.unit, several=search.several):
        for link in menu.links:
            yield Found(str(link.label), str(menu.label), link.url, link.icon)


def _may_begin(search: Search, permission: str) -> bool:
    """Return whether the step is open; roles are made for the whole organisation."""
    if search.unit is None or not search.may(permission):
        return False
    return permission != "roles:create" or search.reader.may(permission, organisation(search.unit))


LOOKS: tuple[Callable[[Search], Shelf], ...] = (
    _people,
    _groups,
    _roles,
    _units,
    _permissions,
    _modules,
    _pages,
)
