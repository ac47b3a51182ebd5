"""Items: a single event is handed to one person, who may open and manage exactly that one."""

import pytest
from django.test import Client
from django.urls import reverse
from guardian.models import UserObjectPermission

from accounts.items import may_hand_over, seen_by
from accounts.models import Account, Item
from accounts.services.items import hand_over, register_item, take_back
from accounts.services.lifecycle import disable_account, remove_account
from adminrights import journal
from adminrights.change import SYSTEM
from adminrights.exceptions import Invalid, NotAllowed, OwnRights
from adminrights.models import JournalEntry, Unit
from tests.factories import AccountFactory, UnitFactory
from tests.terminal import run

TEAM = ["events:list", "events:get", "events:create", "event_managers:assign"]


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
def party(north: Unit, tess: Account) -> Item:
    return register_item("events", north, "Summer party", actor=tess)


@pytest.fixture
def fair(north: Unit, tess: Account) -> Item:
    return register_item("events", north, "Book fair", actor=tess)


# S4-17, S4-22, S4-26
def test_whoever_creates_events_sets_others_and_self_as_managers(
    party: Item, tess: Account, viv: Account
) -> None:
    assert hand_over(party, viv, actor=tess)
    assert hand_over(party, tess, actor=tess)

    assert viv.has_perm("events:update", party)
    assert tess.has_perm("events:update", party)


# S4-31, scenario 22
def test_a_viewer_sees_exactly_the_item_handed_over_and_no_list(
    party: Item, fair: Item, tess: Account, viv: Account, north: Unit
) -> None:
    hand_over(party, viv, actor=tess)

    assert (viv.has_perm("events:get", party), viv.has_perm("events:update", party)) == (True, True)
    assert (viv.has_perm("events:get", fair), viv.has_perm("events:list", north)) == (False, False)
    assert list(seen_by(viv, north)) == [party]


# S4-18, S4-23, S4-27
def test_whoever_lists_events_sees_all_of_the_unit(
    party: Item, fair: Item, tess: Account, north: Unit, unit: Unit
) -> None:
    south = UnitFactory(name="South", parent=unit)
    other = register_item("events", south, "Regatta", actor=SYSTEM)
    chief = AccountFactory(unit=unit, permissions=["events:list"], access={"includes_subunits": True})

    assert list(seen_by(tess, north)) == [fair, party]
    assert list(seen_by(chief, unit)) == [fair, other, party]
    assert list(seen_by(tess, south)) == []


# S4-31
def test_what_is_taken_back_is_gone(party: Item, tess: Account, viv: Account) -> None:
    hand_over(party, viv, actor=tess)

    assert take_back(party, viv, actor=tess)

    assert not viv.has_perm("events:get", party)
    assert not take_back(party, viv, actor=tess)
    assert not UserObjectPermission.objects.exists()


# S4-28, S4-30, S4-31
def test_a_viewer_hands_nothing_on_and_creates_nothing(
    party: Item, fair: Item, tess: Account, viv: Account, north: Unit
) -> None:
    hand_over(party, viv, actor=tess)

    for step in (
        lambda: hand_over(party, tess, actor=viv),
        lambda: hand_over(fair, viv, actor=viv),
        lambda: take_back(party, viv, actor=viv),
        lambda: register_item("events", north, "Own", actor=viv),
    ):
        with pytest.raises(NotAllowed):
            step()

    assert UserObjectPermission.objects.filter(user=viv).count() == 2


# S4-31
def test_the_item_counts_only_while_the_account_is_active_and_may_enter(
    party: Item, tess: Account, viv: Account, north: Unit
) -> None:
    hand_over(party, viv, actor=tess)
    disable_account(viv, actor=SYSTEM, unit=north)

    assert not viv.has_perm("events:get", party)


def test_nobody_without_access_to_the_unit_gets_an_item(party: Item, unit: Unit, tess: Account) -> None:
    with pytest.raises(Invalid, match="has no access"):
        hand_over(party, AccountFactory(unit=UnitFactory(name="South", parent=unit)), actor=tess)

    assert not UserObjectPermission.objects.exists()


def test_other_permissions_and_resources_of_an_item_are_refused(
    party: Item, tess: Account, viv: Account
) -> None:
    hand_over(party, viv, actor=tess)

    asked = ("contacts:get", "events:list", "events:create", "events:nothing", "get", "accounts.get", "")
    assert not any(viv.has_perm(permission, party) for permission in asked)


# C-08: without a permission of its own, a resource's items follow the general rule
def test_items_of_other_resources_are_handed_over_by_whoever_may_pass_their_rights_on(
    north: Unit, viv: Account
) -> None:
    item = register_item("segments", north, "Best customers", actor=SYSTEM)
    holds = ["access:assign", "segments:get", "segments:update"]

    assert may_hand_over(AccountFactory(unit=north, permissions=holds), item)
    assert may_hand_over(AccountFactory(unit=north, permissions=["access:delegate"]), item)
    assert not may_hand_over(AccountFactory(unit=north, permissions=holds[:2]), item)
    assert not may_hand_over(AccountFactory(unit=north, permissions=TEAM), item)


def test_nobody_raises_himself_by_an_item(north: Unit) -> None:
    item = register_item("segments", north, "Best customers", actor=SYSTEM)
    delegate = AccountFactory(unit=north, permissions=["access:delegate"])

    with pytest.raises(OwnRights):
        hand_over(item, delegate, actor=delegate)


# S4-38
def test_whoever_is_removed_and_comes_back_has_no_items(
    party: Item, tess: Account, viv: Account, unit: Unit
) -> None:
    hand_over(party, viv, actor=tess)

    remove_account(viv, actor=SYSTEM, unit=unit)

    assert not UserObjectPermission.objects.exists()


# S4-36, S4-37, scenario 21
def test_what_somebody_made_and_managed_goes_on_without_them_and_bears_their_name(
    party: Item, tess: Account, viv: Account, north: Unit
) -> None:
    colleague = AccountFactory(unit=north, permissions=TEAM)
    for person in (tess, viv):
        hand_over(party, person, actor=tess)

    remove_account(tess, actor=SYSTEM, unit=north.root)

    page = client_of(colleague).get(party.get_absolute_url())
    assert "Created by</dt><dd>Tess Team" in page.content.decode()
    assert list(page.context["people"]) == [viv]
    assert (viv.has_perm("events:update", party), tess.has_perm("events:update", party)) == (True, False)
    assert list(seen_by(colleague, north)) == [party]
    assert hand_over(party, colleague, actor=colleague)


def test_every_step_is_journaled_in_the_histories_of_both(party: Item, tess: Account, viv: Account) -> None:
    hand_over(party, viv, actor=tess)
    hand_over(party, viv, actor=tess)
    take_back(party, viv, actor=tess)

    events = [entry.event for entry in JournalEntry.objects.about(party)]
    assert events == ["item.taken_back", "item.handed_over", "item.registered"]
    assert JournalEntry.objects.about(viv).filter(event="item.handed_over", actor=tess).count() == 1
    assert list(journal.verify()) == []


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_an_item_needs_a_name(name: str, north: Unit) -> None:
    with pytest.raises(Invalid):
        register_item("events", north, name, actor=SYSTEM)


def test_an_unknown_resource_has_no_items(north: Unit) -> None:
    with pytest.raises(Invalid):
        register_item("unicorns", north, "Una", actor=SYSTEM)


# S4-31
def test_the_command_registers_and_hands_over_and_is_idempotent(north: Unit, viv: Account) -> None:
    words = ("register_item", "events", "Gala", "--unit", "North", "--to", viv.email, "--format", "json")

    first, second = run(*words), run(*words)

    assert (first.code, second.code) == (0, 0)
    assert first.data["id"] == second.data["id"]
    assert viv.has_perm("events:get", Item.objects.get(name="Gala"))


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


# S4-31, scenario 22
def test_a_viewers_pages_show_the_one_item(party: Item, fair: Item, tess: Account, viv: Account) -> None:
    hand_over(party, viv, actor=tess)
    client = client_of(viv)

    pages = [
        client.get(reverse(name)).content.decode() for name in ("accounts:item_list", "accounts:my_access")
    ]

    assert all("Summer party" in page and "Book fair" not in page for page in pages)
    assert client.get(party.get_absolute_url()).status_code == 200
    assert client.get(fair.get_absolute_url()).status_code == 404
    for path in (
        reverse("accounts:item_hand_over", args=[party.pk]),
        reverse("accounts:item_take_back", args=[party.pk]),
        reverse("accounts:item_create"),
    ):
        assert client.post(path).status_code == 403


# S4-26
def test_a_team_member_creates_hands_over_and_takes_back_on_pages(
    tess: Account, viv: Account, north: Unit
) -> None:
    client = client_of(tess)
    client.post(reverse("accounts:item_create"), {"name": "Gala", "resource": "events"})
    gala = Item.objects.get(name="Gala")

    client.post(reverse("accounts:item_hand_over", args=[gala.pk]), {"email": " Viv.Viewer@example.org"})
    assert viv.has_perm("events:update", gala)
    assert "Viv Viewer" in client.get(gala.get_absolute_url()).content.decode()

    client.post(reverse("accounts:item_take_back", args=[gala.pk]), {"account": viv.pk})
    assert not viv.has_perm("events:update", gala)


@pytest.mark.parametrize("email", ["nobody@example.org", "not an address", "nemo.nobody@example.org"])
def test_an_address_that_is_not_known_here_is_refused(
    email: str, party: Item, tess: Account, unit: Unit, nemo: Account
) -> None:
    answer = client_of(tess).post(reverse("accounts:item_hand_over", args=[party.pk]), {"email": email})

    assert answer.status_code == 422
    assert not UserObjectPermission.objects.exists()


# S4-31
def test_the_accounts_page_hands_items_over_and_takes_them_back(
    party: Item, fair: Item, viv: Account, north: Unit
) -> None:
    admin = AccountFactory(unit=north, permissions=[*TEAM, "accounts:list", "accounts:get"])
    client = client_of(admin)
    page = reverse("accounts:account_detail", args=[viv.pk])

    client.post(reverse("accounts:account_item_add", args=[viv.pk]), {"item": party.pk})
    assert "Summer party" in client.get(page).content.decode()

    data = {"account": viv.pk, "from": "account"}
    answer = client.post(reverse("accounts:item_take_back", args=[party.pk]), data)
    assert answer["Location"] == page
    assert not viv.has_perm("events:get", party)


def test_where_there_are_no_items_no_page_speaks_of_them(unit: Unit, ada: Account, nemo: Account) -> None:
    client = client_of(ada)

    for path in (reverse("accounts:my_access"), reverse("accounts:account_detail", args=[nemo.pk])):
        assert "/items/" not in client.get(path).content.decode()
