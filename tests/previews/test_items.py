"""What handing a single item over or taking it back does to people is said first, and is what is done."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Item
from accounts.services.grants import set_permissions
from accounts.services.items import hand_over, register_item, take_back
from accounts.services.lifecycle import disable_account, remove_account
from accounts.services.taking_back import take_back as undo
from adminrights.change import SYSTEM, preview
from adminrights.consequences import texts
from adminrights.models import JournalEntry, Unit
from tests.accounts.pages import messages_of, signed_in, text_of
from tests.factories import AccountFactory
from tests.terminal import run

TEAM = [
    "events:list",
    "events:get",
    "events:create",
    "event_managers:assign",
    "accounts:list",
    "accounts:get",
]
GAINS = "Viv Viewer gains on “Gala”: Events (View, Update)"
LOSES = "Viv Viewer loses on “Gala”: Events (View, Update)"
MOVED = "Something changed since you looked. Nothing is saved"
Hand = Callable[..., Any]


@pytest.fixture
def tess(unit: Unit) -> Account:
    """Tess is a team member: she makes events and hands them over."""
    return AccountFactory(first_name="Tess", last_name="Team", unit=unit, permissions=TEAM)


@pytest.fixture
def viv(unit: Unit) -> Account:
    return AccountFactory(first_name="Viv", last_name="Viewer", unit=unit)


@pytest.fixture
def gala(unit: Unit, tess: Account) -> Item:
    return register_item("events", unit, "Gala", actor=tess)


@pytest.fixture
def client(tess: Account) -> Client:
    return signed_in(tess)


def page(name: str, thing: Item | Account) -> str:
    return reverse(f"accounts:{name}", args=[thing.pk])


def steps(name: str, item: Item, account: Account) -> tuple[str, dict[str, Any]]:
    """Return a page that hands the item to the account, and what is typed there."""
    if name == "item_hand_over":
        return page(name, item), {"email": account.email}
    return page(name, account), {"item": item.pk}


def allowed(account: Account, item: Item) -> bool:
    return Account.objects.get(pk=account.pk).has_perm("events:update", item)


# S4-31
@pytest.mark.parametrize("name", ["item_hand_over", "account_item_add"])
def test_handing_over_says_first_who_gains_what_on_which_item(
    name: str, client: Client, gala: Item, viv: Account
) -> None:
    path, typed = steps(name, gala, viv)
    entries = JournalEntry.objects.count()

    looked = client.post(path, typed | {"preview": "1"})
    assert f"Saving would do this: {GAINS}" in text_of(looked)
    assert (allowed(viv, gala), JournalEntry.objects.count()) == (False, entries)

    client.post(path, typed | {"previewed": looked.context["previewed"]})
    assert allowed(viv, gala)


@pytest.mark.parametrize("name", ["item_hand_over", "account_item_add"])
def test_if_the_person_may_do_it_by_now_the_new_preview_is_shown(
    name: str, client: Client, gala: Item, viv: Account, unit: Unit
) -> None:
    path, typed = steps(name, gala, viv)
    looked = client.post(path, typed | {"preview": "1"})
    set_permissions(viv, {"events:get": True, "events:update": True}, actor=SYSTEM, unit=unit)

    moved = client.post(path, typed | {"previewed": looked.context["previewed"]})

    assert moved.status_code == 409
    assert MOVED in text_of(moved)
    assert "Nobody gains or loses anything by this." in text_of(moved)
    assert not JournalEntry.objects.filter(event="item.handed_over", outcome="done").exists()
    assert client.post(path, typed | {"previewed": moved.context["previewed"]}).status_code == 302


@pytest.mark.parametrize("disabled", [False, True])
def test_taking_back_asks_first_and_says_who_loses_it(
    disabled: bool, client: Client, gala: Item, viv: Account, unit: Unit
) -> None:
    hand_over(gala, viv, actor=SYSTEM)
    if disabled:
        disable_account(viv, actor=SYSTEM, unit=unit)
    path = f"{page('item_take_back', gala)}?account={viv.pk}"
    assert path in client.get(gala.get_absolute_url()).content.decode()

    asked = client.get(path)
    later = "Viv Viewer, who isn't active, no longer has on “Gala”: Events (View, Update)"
    assert (later if disabled else LOSES) in text_of(asked)

    done = client.post(path, {"previewed": asked.context["previewed"]}, follow=True)
    assert messages_of(done) == ["Viv Viewer no longer manages Gala."]
    assert "Nobody manages it yet." in text_of(done)


def test_if_it_moved_meanwhile_taking_back_shows_what_it_does_now(
    client: Client, gala: Item, viv: Account, unit: Unit
) -> None:
    hand_over(gala, viv, actor=SYSTEM)
    path = f"{page('item_take_back', gala)}?account={viv.pk}"
    shown = client.get(path).context["previewed"]
    disable_account(viv, actor=SYSTEM, unit=unit)

    moved = client.post(path, {"previewed": shown})
    assert (moved.status_code, MOVED in text_of(moved)) == (409, True)
    assert "Viv Viewer, who isn't active, no longer has on “Gala”" in text_of(moved)
    assert client.get(gala.get_absolute_url()).context["people"] == [viv]

    take_back(gala, viv, actor=SYSTEM)
    assert "not any more" in text_of(client.get(path))
    assert messages_of(client.post(path, {"previewed": shown}, follow=True)) == [
        "It isn't handed to this person, or not any more."
    ]


def test_retiring_shows_whom_it_was_handed_to_meanwhile(
    client: Client, gala: Item, viv: Account, tess: Account
) -> None:
    shown = client.get(page("item_retire", gala))
    assert "Nobody gains or loses anything by this." in text_of(shown)
    hand_over(gala, viv, actor=SYSTEM)

    moved = client.post(page("item_retire", gala), {"previewed": shown.context["previewed"]})

    assert (moved.status_code, LOSES in text_of(moved)) == (409, True)
    assert allowed(viv, gala)


def test_every_page_that_takes_somebodys_access_names_the_items(
    gala: Item, viv: Account, unit: Unit, ada: Account
) -> None:
    for name in ("Ball", "Fair", "Picnic"):
        hand_over(register_item("events", unit, name, actor=SYSTEM), viv, actor=SYSTEM)
    hand_over(gala, viv, actor=SYSTEM)
    for step in ("account_disable", "account_remove"):
        shown = signed_in(ada).get(page(step, viv))
        assert "Viv Viewer loses on “Ball”, “Fair”, “Gala” and 1 more: Events (View, Update)" in text_of(
            shown
        )
        assert "Ball, Fair, Gala, Picnic" in text_of(shown)


def test_what_somebody_may_do_in_the_whole_unit_is_said_once(
    gala: Item, viv: Account, unit: Unit, ada: Account
) -> None:
    hand_over(gala, viv, actor=SYSTEM)
    set_permissions(viv, {"events:get": True, "events:update": True}, actor=SYSTEM, unit=unit)

    shown = text_of(signed_in(ada).get(page("account_disable", viv)))

    assert "Viv Viewer loses: Events (View, Update)" in shown
    assert "“Gala”" not in shown


def test_who_has_it_by_hand_keeps_it_when_the_whole_unit_is_given(
    gala: Item, viv: Account, unit: Unit
) -> None:
    hand_over(gala, viv, actor=SYSTEM)
    whole = {"events:get": True, "events:update": True}

    said = texts(preview(lambda: set_permissions(viv, whole, actor=SYSTEM, unit=unit)))

    assert said == ["Viv Viewer gains: Events (View, Update)"]


def test_the_log_says_to_whom_and_how_many_rights(gala: Item, viv: Account, ada: Account) -> None:
    hand_over(gala, viv, actor=SYSTEM)

    entry = JournalEntry.objects.get(event="item.handed_over")
    told = text_of(signed_in(ada).get(entry.get_absolute_url()))

    assert entry.data["effects"] == {"accounts": 1, "gained": 2, "lost": 0}
    assert "Viv Viewer" in told
    assert "Item Gala" in told
    assert "1 person: 2 rights gained, 0 lost" in told


def test_items_are_collected_applied_and_taken_back_together(
    client: Client, gala: Item, viv: Account, tess: Account, unit: Unit
) -> None:
    ball = register_item("events", unit, "Ball", actor=tess)
    hand_over(ball, viv, actor=tess)
    client.post(*steps_of(page("item_hand_over", gala), email=viv.email))
    client.post(*steps_of(f"{page('item_take_back', ball)}?account={viv.pk}"))

    looked = client.get("/collected/")
    assert GAINS in text_of(looked)
    assert "Viv Viewer loses on “Ball”: Events (View, Update)" in text_of(looked)
    client.post("/collected/", {"previewed": looked.context["previewed"]})
    assert (allowed(viv, gala), allowed(viv, ball)) == (True, False)

    assert undo(JournalEntry.objects.latest("sequence"), actor=SYSTEM, unit=unit) == []
    assert (allowed(viv, gala), allowed(viv, ball)) == (False, True)


def steps_of(path: str, **typed: Any) -> tuple[str, dict[str, Any]]:
    return path, typed | {"collect": "1"}


def test_a_step_with_an_item_is_taken_back_from_the_log_as_far_as_it_stands(
    gala: Item, viv: Account, unit: Unit
) -> None:
    hand_over(gala, viv, actor=SYSTEM)
    entry = JournalEntry.objects.get(event="item.handed_over")
    path = reverse("accounts:log_entry_take_back", args=[entry.pk])
    chief = signed_in(AccountFactory(unit=unit, levels={"admin_rights": 2, "events": 2}))
    assert LOSES in text_of(chief.get(path))

    take_back(gala, viv, actor=SYSTEM)
    assert "Nothing of this change stands any more" in text_of(chief.get(path))


def test_who_was_removed_has_the_items_again_when_that_is_taken_back(
    gala: Item, viv: Account, unit: Unit, tess: Account
) -> None:
    hand_over(gala, viv, actor=SYSTEM)
    remove_account(viv, actor=SYSTEM, unit=unit)

    assert undo(JournalEntry.objects.latest("sequence"), actor=SYSTEM, unit=unit) == []

    assert allowed(viv, gala)


def test_a_dry_run_says_it_too(unit: Unit, viv: Account) -> None:
    tried = run("register_item", "events", "Gala", "--unit", "Northwind", "--to", viv.email, "--dry-run")

    assert GAINS in tried.err
    assert not Item.objects.exists()
