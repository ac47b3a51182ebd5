"""The menu as data, and the small values that pages hand to the templates."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.translation import gettext_lazy as _

from adminrights.hooks import hooks

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# An id that stands nowhere else in an address.
ANY = 2_147_483_647


class Holder(Protocol):
    """Whoever can be asked for a permission without using it: an account."""

    def may(self, permission: str, obj: Any = None, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class Item:
    """A page of the menu. Without a permission everyone who is signed in may open it."""

    label: "StrOrPromise"
    url_name: str
    icon: str
    permission: str | None = None
    demo_only: bool = False
    # Shown to those only who work in several units: with a single one the word isn't needed.
    several_only: bool = False
    # The name of a question of `hooks.shown`, where a permission alone doesn't say who sees the entry.
    shown_if: str = ""
    # Pages that belong under this one, though their addresses don't begin with its own.
    above: tuple[str, ...] = ()
    # The key that leads there after G (static/js/keys.js).
    key: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Items under one heading."""

    label: "StrOrPromise"
    items: tuple[Item, ...]


MY_PROFILE = ("accounts:my_security", "accounts:my_password", "accounts:my_address")

# S1-02: the three dashboards stand together under Management.
MENU = (
    Section(
        _("Management"),
        (
            Item(_("All Accounts"), "accounts:account_list", "users", "accounts:list", key="a"),
            Item(_("All Groups"), "groups:group_list", "boxes", "groups:list", key="g"),
            Item(_("All Roles"), "roles:role_list", "shield-check", "roles:list", key="r"),
            Item(_("All Permissions"), "accounts:permission_book", "book-open", "roles:list", key="p"),
            Item(_("Role matrix"), "accounts:role_matrix", "grid-3x3", "accounts:list", several_only=True),
            Item(_("Units"), "accounts:unit_list", "building-2", "units:list", several_only=True, key="u"),
            Item(_("Items"), "accounts:item_list", "calendar", shown_if="items"),
        ),
    ),
    Section(
        _("Oversight"),
        (
            Item(_("Overview"), "accounts:overview", "layout-dashboard", "accounts:list", key="o"),
            Item(_("Requests"), "accounts:request_list", "hand-helping", shown_if="requests", key="q"),
            Item(
                _("Who has what"),
                "accounts:who_has_what",
                "table-2",
                "accounts:list",
                shown_if="rights_of_all",
            ),
            Item(_("Reviews"), "accounts:review_list", "clipboard-check", "access:assign"),
            Item(_("Ends soon"), "accounts:ending_list", "calendar-clock", "accounts:list"),
            Item(_("Access rules"), "accounts:access_rules", "scale", "roles:list"),
            Item(_("Least privilege"), "accounts:least_privilege", "feather", "accounts:list"),
            Item(_("Compare"), "accounts:compare", "git-compare", "accounts:list"),
            Item(_("Access log"), "accounts:log_list", "scroll-text", "access_log:list", key="l"),
        ),
    ),
    Section(
        _("Operation"),
        (
            Item(_("Mail"), "accounts:mail_list", "mail-warning", "accounts:update"),
            Item(_("Sign-in limits"), "accounts:sign_in_limits", "timer", "accounts:update"),
        ),
    ),
    Section(
        _("Mine"),
        (
            Item(_("My access"), "accounts:my_access", "key-round", key="m"),
            Item(_("My items"), "accounts:item_list", "calendar", shown_if="my_items"),
            Item(_("My profile"), "accounts:my_profile", "user-round", above=MY_PROFILE),
        ),
    ),
    Section(_("Demo"), (Item(_("Mailbox"), "mailbox", "inbox", demo_only=True),)),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A label that leads somewhere. Without an address it is the page one is on."""

    label: "StrOrPromise"
    url: str = ""
    icon: str = ""
    current: bool = False
    count: int | None = None
    # The beginnings of the addresses below this page, where its own isn't the only one.
    above: tuple[str, ...] = ()
    # The key that leads there after G.
    key: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """Something the account may do here: a link, or with `post` a command behind a small form.

    `style` is "secondary", "primary" or "danger"; `dialog` opens the page in a dialog where scripts run.
    """

    label: "StrOrPromise"
    url: str
    icon: str = ""
    style: str = "secondary"
    post: bool = False
    dialog: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)


def compare_url(thing: Any) -> str:
    """Return the page that compares an account, a group or a role with another."""
    return reverse("accounts:compare", query={"left": f"{thing._meta.model_name}:{thing.pk}"})


@dataclass(frozen=True, slots=True)
class EmptyState:
    """What a page says when there is nothing to show, and the next step."""

    title: "StrOrPromise"
    text: "StrOrPromise" = ""
    icon: str = "inbox"
    button: Button | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """What is left of a section for one account."""

    label: "StrOrPromise"
    links: tuple[Link, ...]


def menu_for(
    account: Holder, unit: object, current: str = "", *, demo: bool = False, several: bool = False
) -> tuple[Menu, ...]:
    """Return the sections with the pages the account may open in the unit; `current` is the path it is on.

    `several` says whether the account works in more than one unit.
    """

    def is_here(item: Item) -> bool:
        return (demo or not item.demo_only) and (several or not item.several_only)

    menus = (
        Menu(section.label, tuple(_links(filter(is_here, section.items), account, unit))) for section in MENU
    )
    return _mark_current(tuple(menu for menu in menus if menu.links), current)


def _links(items: Iterable[Item], account: Holder, unit: object) -> Iterator[Link]:
    for item in items:
        if item.permission and not account.may(item.permission, unit):
            continue
        url = _address(item.url_name)
        if url and _is_shown(item, account, unit):
            above = (url, *map(_address, item.above))
            count = _waiting(item, account, unit)
            yield Link(item.label, url, item.icon, count=count, above=above, key=item.key)


def path_of(url_name: str, pk: int) -> str:
    """Return the path of a page about one thing: as `reverse` does, worked out once for each name."""
    before, after = _around(url_name, get_script_prefix())
    return f"{before}{pk}{after}"


@lru_cache(maxsize=256)
def _around(url_name: str, prefix: str) -> tuple[str, str]:
    before, _pk, after = reverse(url_name, args=[ANY]).partition(str(ANY))
    return before, after


def _is_shown(item: Item, account: Holder, unit: object) -> bool:
    if not item.shown_if:
        return True
    ask = hooks.shown.get(item.shown_if)
    return ask is not None and unit is not None and ask(account, unit)


def _waiting(item: Item, account: Holder, unit: object) -> int | None:
    """Return how many things wait behind the entry; None where nothing does, or can."""
    ask = hooks.counted.get(item.shown_if)
    return (ask(account, unit) or None) if ask is not None else None


def _address(url_name: str) -> str:
    """Return the path of a named page, or nothing where this installation leaves the page out."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def _mark_current(menus: tuple[Menu, ...], path: str) -> tuple[Menu, ...]:
    """Mark the link above the path; of several that with the longest beginning: /me/profile/ is not /me/."""
    above = {
        start: link.url
        for menu in menus
        for link in menu.links
        for start in link.above
        if start and path.startswith(start)
    }
    nearest = above[max(above, key=len)] if above else ""
    return tuple(
        Menu(menu.label, tuple(replace(link, current=link.url == nearest) for link in menu.links))
        for menu in menus
    )
