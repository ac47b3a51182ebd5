"""Items: retired for good, found in their list, and led to by the menu."""

import pytest
from django.test import Client
from django.urls import reverse
from guardian.models import UserObjectPermission

from accounts.items import seen_by
from accounts.models import Account, Item
from accounts.services.items import hand_over, register_item, retire_item
from adminrights import journal
from adminrights.change import SYSTEM
from adminrights.exceptions import Invalid, NotAllowed
from adminrights.models import JournalEntry, Unit
from tests.factories import AccountFactory, UnitFactory
from tests.terminal import run

TEAM = ["events:list", "events:get", "events:create", "event_managers:assign"]
LIST = "/items/"


@pytest.fixture
def north(unit: Unit) -> Unit:
    """A Business Unit."""
    return UnitFactory(name="North", parent=unit)


@pytest.fixture
def tess(north: Unit) -> Account:
    """Tess is a team member of the north."""
    return AccountFactory(first_name="Tess", last_name="Team", unit=north, permissions=TEAM)


@pytest.fixture
def viv(north: Unit) -> Account:
    """Viv is a viewer of the north: access and nothing else."""
    return AccountFactory(first_name="Viv", last_name="Viewer", unit=north)


@pytest.fixture
def party(north: Unit, tess: Account, viv: Account) -> Item:
    """An event that Viv manages."""
    item = register_item("events", north, "Summer party", actor=tess)
    hand_over(item, viv, actor=tess)
    return item


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


# S4-31
def test_a_retired_item_leaves_everybody_and_every_list(
    party: Item, tess: Account, viv: Account, north: Unit
) -> None:
    assert retire_item(party, actor=tess) == [viv]

    assert not viv.has_perm("events:get", party)
    assert not tess.has_perm("events:get", party)
    assert (list(seen_by(viv, north)), list(seen_by(tess, north))) == ([], [])
    assert not UserObjectPermission.objects.exists()


def test_retiring_is_journaled_in_the_histories_of_both(party: Item, tess: Account, viv: Account) -> None:
    retire_item(party, actor=tess)

    for about in (party, viv):
        assert JournalEntry.objects.about(about).filter(event="item.retired", actor=tess).count() == 1
    assert list(journal.verify()) == []


def test_a_retired_name_is_free_again(party: Item, tess: Account, north: Unit) -> None:
    retire_item(party, actor=tess)

    assert register_item("events", north, "Summer party", actor=tess) != party
    with pytest.raises(Invalid, match="doesn't exist"):
        retire_item(party, actor=tess)


@pytest.mark.parametrize(
    "holds", [[], ["events:create"], ["event_managers:assign"], ["access:delegate", "events:update"]]
)
def test_only_whoever_makes_items_and_hands_them_over_retires_one(
    holds: list[str], party: Item, north: Unit, viv: Account
) -> None:
    someone = AccountFactory(unit=north, permissions=["events:list", *holds])

    with pytest.raises(NotAllowed):
        retire_item(party, actor=someone)

    assert client_of(someone).post(reverse("accounts:item_retire", args=[party.pk])).status_code == 403
    assert reverse("accounts:item_retire", args=[party.pk]) not in read(someone, party.get_absolute_url())
    assert viv.has_perm("events:get", party)


# S4-31
def test_the_page_asks_first_and_names_who_loses_it(party: Item, tess: Account, viv: Account) -> None:
    client, address = client_of(tess), reverse("accounts:item_retire", args=[party.pk])
    assert address in read(tess, party.get_absolute_url())

    asked = client.get(address).content.decode()
    assert "Viv Viewer loses on “Summer party” in North: Events (View, Update)" in asked
    assert "Nobody gains or loses" not in asked
    assert viv.has_perm("events:get", party)

    answer = client.post(address, follow=True)
    assert "Summer party is retired." in answer.content.decode()
    assert not viv.has_perm("events:get", party)


def test_the_command_retires_once_and_says_from_whom(party: Item, viv: Account) -> None:
    words = ("retire_item", "events", "Summer party", "--unit", "North", "--format", "json")

    tried = run(*words, "--dry-run")
    assert (tried.code, viv.has_perm("events:get", party)) == (3, True)
    first, second = run(*words), run(*words)

    assert (first.code, first.data["taken_from"]) == (0, [viv.email])
    assert (second.code, second.data["taken_from"]) == (0, [])
    assert not viv.has_perm("events:get", party)


def test_the_command_knows_when_there_is_no_such_item(party: Item) -> None:
    assert run("retire_item", "events", "Winter party", "--unit", "North").code == 1


def test_the_command_asks_for_the_actors_rights(party: Item, viv: Account) -> None:
    words = ("retire_item", "events", "Summer party", "--unit", "North", "--actor", viv.email)

    assert run(*words).code == 4
    assert viv.has_perm("events:get", party)


def read(account: Account, path: str) -> str:
    return client_of(account).get(path).content.decode()


# S4-31: the list
def test_the_list_tells_to_whom_each_item_is_handed(party: Item, tess: Account) -> None:
    assert "Viv Viewer" in read(tess, LIST)


def test_the_list_is_searched_and_narrowed(unit: Unit, north: Unit) -> None:
    south = UnitFactory(name="South", parent=unit)
    for place, kind, name in (
        (north, "events", "Gala"),
        (south, "events", "Regatta"),
        (south, "segments", "Best customers"),
    ):
        register_item(kind, place, name, actor=SYSTEM)
    keys = ["events:list", "segments:list"]
    chief = AccountFactory(unit=unit, permissions=keys, access={"includes_subunits": True})

    def names(query: str) -> set[str]:
        page = read(chief, f"{LIST}?{query}")
        return {name for name in ("Gala", "Regatta", "Best customers") if name in page}

    assert names("") == {"Gala", "Regatta", "Best customers"}
    assert names("q=gal") == {"Gala"}
    assert names("kind=segments") == {"Best customers"}
    assert names(f"unit={south.pk}") == {"Regatta", "Best customers"}
    assert names(f"unit={south.pk}&kind=events") == {"Regatta"}


@pytest.mark.parametrize("query", ["q=nothing", "kind=unicorns", "unit=999999", "unit=x"])
def test_a_search_that_finds_nothing_leads_back_to_everything(query: str, party: Item, tess: Account) -> None:
    page = read(tess, f"{LIST}?{query}")

    assert "No item matches" in page
    assert "Show all items" in page


def test_what_leaves_no_choice_is_not_asked(party: Item, tess: Account) -> None:
    page = read(tess, LIST)

    assert 'name="q"' in page
    assert 'name="kind"' not in page
    assert 'name="unit"' not in page


def test_a_long_list_is_read_by_pages(party: Item, tess: Account, north: Unit) -> None:
    for number in range(60):
        register_item("events", north, f"Event {number:02}", actor=SYSTEM)

    first, second = read(tess, LIST), read(tess, f"{LIST}?page=2")

    assert ("Event 00" in first, "Summer party" in first) == (True, False)
    assert ("Event 00" in second, "Summer party" in second) == (False, True)


def menu(account: Account) -> list[tuple[str, str]]:
    """Return the sections of the menu that lead to the items, each with the words that do."""
    navigation = client_of(account).get("/me/").context["navigation"]
    return [
        (str(section.label), str(link.label))
        for section in navigation
        for link in section.links
        if link.url == LIST
    ]


# S4-17, S4-18, S4-31
def test_the_menu_leads_to_the_items_for_whoever_sees_any(party: Item, tess: Account, viv: Account) -> None:
    assert menu(tess) == [("Management", "Items")]
    assert menu(viv) == [("Mine", "My items")]


def test_the_menu_speaks_of_items_to_nobody_who_sees_none(
    unit: Unit, north: Unit, party: Item, ada: Account
) -> None:
    south = UnitFactory(name="South", parent=unit)
    lister = AccountFactory(unit=south, permissions=["events:list"])

    assert (menu(ada), menu(lister), menu(AccountFactory(unit=north))) == ([], [], [])


def test_without_items_only_whoever_may_make_some_is_led_there(unit: Unit) -> None:
    lister, maker = (AccountFactory(unit=unit, permissions=[key]) for key in ("events:list", "events:create"))

    assert (menu(lister), menu(maker)) == ([], [("Management", "Items")])
    assert "No items yet" in read(maker, LIST)
