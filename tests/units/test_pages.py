"""The pages of units: the tree, one unit, the switcher, limits, features, the owner."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, UnitAccess
from accounts.services.units import set_limits, switch_feature
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.models import Unit
from adminrights.services import set_owner
from groups.services import add_members, create_group, set_roles
from tests.editing import send
from tests.factories import PASSWORD, AccountFactory, GroupFactory, RoleFactory, UnitFactory

BELOW = {"includes_subunits": True}


@pytest.fixture
def north(unit: Unit) -> Unit:
    return UnitFactory(name="North", parent=unit)


@pytest.fixture
def south(unit: Unit) -> Unit:
    return UnitFactory(name="South", parent=unit)


@pytest.fixture
def boss(unit: Unit) -> Account:
    return AccountFactory(
        first_name="Bea", last_name="Boss", unit=unit, levels={"admin_rights": 2}, access=BELOW
    )


@pytest.fixture
def as_boss(client: Client, boss: Account) -> Client:
    client.force_login(boss)
    return client


def text(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def words_of(answer: Any) -> str:
    """Return what a person reads of a page, without the secrets that differ each time."""
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def work_in(client: Client, unit: Unit) -> None:
    assert client.post(reverse("unit_switch"), {"unit": unit.pk, "next": "/accounts/"}).status_code == 302


# With a single unit nothing speaks of units
def test_with_a_single_unit_the_word_is_not_there(as_boss: Client, boss: Account) -> None:
    for name in ("accounts:account_list", "groups:group_list", "roles:role_list"):
        page = text(as_boss, name)
        assert "unit-switcher" not in page
        assert ">Units<" not in page
    assert reverse("accounts:unit_list") in page


def test_with_several_there_is_a_switcher_and_a_page_in_the_menu(as_boss: Client, north: Unit) -> None:
    page = text(as_boss, "accounts:account_list")

    assert "unit-switcher" in page
    assert ">Units<" in page


def test_the_switcher_leads_to_the_same_list_of_the_other_unit(as_boss: Client, north: Unit) -> None:
    AccountFactory(first_name="Nora", last_name="North", unit=north)
    answer = as_boss.post(
        reverse("unit_switch"), {"unit": north.pk, "next": reverse("accounts:account_list")}
    )

    assert answer["Location"] == reverse("accounts:account_list")
    page = text(as_boss, "accounts:account_list")
    assert "Nora North" in page
    assert "1 account" in page


@pytest.mark.parametrize(
    "path", ["https://evil.example/", "//evil.example/", "/no/such/page/", "", "javascript:1"]
)
def test_the_switcher_leads_nowhere_else(path: str, as_boss: Client, north: Unit) -> None:
    answer = as_boss.post(reverse("unit_switch"), {"unit": north.pk, "next": path})

    assert answer["Location"] == reverse("home")


def test_from_the_page_of_one_thing_the_switcher_leads_home(
    as_boss: Client, north: Unit, nemo: Account
) -> None:
    answer = as_boss.post(reverse("unit_switch"), {"unit": north.pk, "next": nemo.get_absolute_url()})

    assert answer["Location"] == reverse("home")


# Z4, scenario 18
@pytest.mark.parametrize("chosen", ["south", "elsewhere", "999999", "x", ""])
def test_nobody_switches_to_a_unit_they_may_not_enter(
    chosen: str, client: Client, north: Unit, south: Unit
) -> None:
    pk = {"south": south.pk, "elsewhere": UnitFactory(name="Elsewhere").pk}.get(chosen, chosen)
    client.force_login(AccountFactory(unit=north, permissions=["accounts:list"]))

    assert client.post(reverse("unit_switch"), {"unit": pk, "next": "/"}).status_code == 404


def test_a_unit_that_one_may_no_longer_enter_is_left(as_boss: Client, boss: Account, north: Unit) -> None:
    work_in(as_boss, north)
    with change(Event.ACCOUNT_ACCESS_CHANGED, actor=SYSTEM) as c:
        access = UnitAccess.objects.live().get(account=boss)
        c.end(access)
        c.start(UnitAccess(account=boss, unit=access.unit))

    assert "unit-switcher" not in text(as_boss, "accounts:account_list")


# S4-16, S4-39: name, owner, seats, features, number of accounts
def test_the_tree_shows_each_unit_with_what_it_has(
    as_boss: Client, unit: Unit, north: Unit, nemo: Account
) -> None:
    set_owner(unit, nemo, actor=SYSTEM)
    set_limits(unit, {"seat_limit": 10}, actor=SYSTEM)
    switch_feature(north, "sms", on=True, actor=SYSTEM)
    harbour = UnitFactory(name="Harbour", parent=north)
    AccountFactory(unit=harbour)

    page = text(as_boss, "accounts:unit_list")

    assert page.index("Northwind") < page.index(">North<") < page.index("Harbour")
    for words in ("Nemo Nobody", "3 of 10", "Text messaging", "3 units", "floor-2"):
        assert words in page


# S2-31, S4-41
def test_whoever_works_in_a_unit_sees_nothing_beside_or_above_it(
    client: Client, north: Unit, south: Unit
) -> None:
    UnitFactory(name="Harbour", parent=north)
    client.force_login(AccountFactory(unit=north, levels={"admin_rights": 2}))

    page = text(client, "accounts:unit_list")

    assert "Harbour" in page
    assert "South" not in page
    for foreign in (south, south.root):
        assert client.get(foreign.get_absolute_url()).status_code == 404


def test_a_unit_is_made_renamed_moved_and_closed_by_its_pages(
    as_boss: Client, unit: Unit, south: Unit
) -> None:
    as_boss.post(reverse("accounts:unit_create", args=[unit.pk]), {"name": "East"})
    east = Unit.objects.get(name="East")
    send(as_boss, reverse("unit_rename", args=[east.pk]), {"name": "Far East"})
    asked = send(as_boss, reverse("unit_move", args=[east.pk]), {"parent": south.pk})
    assert asked.status_code == 200
    send(as_boss, reverse("unit_move", args=[east.pk]), {"parent": south.pk, "sure": south.pk})
    east.refresh_from_db()
    assert (east.name, east.parent) == ("Far East", south)

    assert "Nobody enters it any more" in text(as_boss, "accounts:unit_close", east.pk)
    as_boss.post(reverse("accounts:unit_close", args=[east.pk]))

    assert not Unit.objects.open().filter(pk=east.pk).exists()
    assert as_boss.get(east.get_absolute_url()).status_code == 404


def test_a_move_is_asked_before_it_is_done(as_boss: Client, north: Unit, south: Unit) -> None:
    person = AccountFactory(
        first_name="Mona", last_name="Moved", unit=south, levels={"campaigns": 1}, access=BELOW
    )

    page = send(as_boss, reverse("unit_move", args=[north.pk]), {"parent": south.pk}).content.decode()

    assert f"{person.name} gains" in page
    assert Unit.objects.get(pk=north.pk).parent != south


def test_a_circle_can_not_be_chosen(as_boss: Client, unit: Unit, north: Unit) -> None:
    harbour = UnitFactory(name="Harbour", parent=north)

    answer = as_boss.post(reverse("unit_move", args=[north.pk]), {"parent": harbour.pk, "sure": harbour.pk})

    assert answer.status_code == 422
    assert Unit.objects.get(pk=north.pk).parent == unit


# S4-06
def test_the_button_says_how_many_seats_are_taken(as_boss: Client, unit: Unit, nemo: Account) -> None:
    assert "Add Account" in text(as_boss, "accounts:account_list")

    set_limits(unit, {"seat_limit": 10}, actor=SYSTEM)

    assert "Add account (2 of 10)" in text(as_boss, "accounts:account_list")


# S4-42
def test_at_the_limit_the_form_says_what_to_do(as_boss: Client, unit: Unit) -> None:
    set_limits(unit, {"seat_limit": 1}, actor=SYSTEM)
    person = {"first_name": "Ivy", "last_name": "Invited", "email": "ivy@example.org"}

    answer = as_boss.post(reverse("accounts:account_create"), person)

    assert answer.status_code == 422
    assert "raise the limit" in answer.content.decode()
    assert not Account.objects.filter(email="ivy@example.org").exists()


def test_limits_are_set_on_a_form_that_says_what_is_wrong(as_boss: Client, unit: Unit, nemo: Account) -> None:
    path = reverse("accounts:unit_limits", args=[unit.pk])
    good = {"seat_limit": 5, "unit_limit": ""}

    assert "seats are taken" in send(as_boss, path, good | {"seat_limit": 1}).content.decode()
    assert send(as_boss, path, good).status_code == 302
    unit.refresh_from_db()
    assert (unit.seat_limit, unit.unit_limit) == (5, None)


# S3-90, S3-91
def test_a_feature_is_switched_after_saying_who_gains(as_boss: Client, unit: Unit) -> None:
    role = RoleFactory(unit=unit, rules=["contacts:delete", "contacts:list", "contacts:get"])
    group = GroupFactory(unit=unit, roles=[role])
    AccountFactory(first_name="Dan", last_name="Deleter", unit=unit, groups=[group])
    path = reverse("accounts:feature_on", args=[unit.pk, "contact_deletion"])

    assert "Dan Deleter gains" in as_boss.get(path).content.decode()
    assert unit.feature_facts.live().count() == 0
    as_boss.post(path)
    assert unit.feature_facts.live().get().feature == "contact_deletion"
    off = as_boss.get(reverse("accounts:feature_off", args=[unit.pk, "contact_deletion"])).content.decode()
    assert "Dan Deleter loses" in off


@pytest.mark.parametrize("feature", ["nonsense", "multi_unit"])
def test_a_feature_that_nobody_can_switch_has_no_button(feature: str, as_boss: Client, unit: Unit) -> None:
    path = reverse("accounts:feature_on", args=[unit.pk, feature])

    assert "Switch on</button>" not in as_boss.get(path).content.decode()
    as_boss.post(path)
    assert unit.feature_facts.count() == 0


# S2-28, S2-29
def test_the_owner_is_found_chosen_and_confirmed_by_password(
    as_boss: Client, unit: Unit, nemo: Account
) -> None:
    path = reverse("accounts:unit_owner", args=[unit.pk])
    assert f"?account={nemo.pk}" in text(as_boss, "accounts:unit_owner", unit.pk, find="nemo")
    assert "Nemo Nobody gains" in text(as_boss, "accounts:unit_owner", unit.pk, account=str(nemo.pk))

    wrong = send(as_boss, path, {"account": nemo.pk, "password": "guess"})
    assert (wrong.status_code, "not your password" in wrong.content.decode()) == (422, True)
    send(as_boss, path, {"account": nemo.pk, "password": PASSWORD})

    assert Unit.objects.get(pk=unit.pk).owner == nemo
    assert "Owner" in text(as_boss, "accounts:account_detail", nemo.pk)


@pytest.mark.parametrize("find", ["penny", "dora", "else"])
def test_only_who_could_be_the_owner_is_found(
    find: str, as_boss: Client, unit: Unit, penny: Account, dora: Account
) -> None:
    AccountFactory(first_name="Else", last_name="Where", unit=UnitFactory(name="Elsewhere"))

    assert "Nobody active here" in text(as_boss, "accounts:unit_owner_search", unit.pk, find=find)


# S4-01, S4-02, S4-03, S4-04
def test_the_people_of_every_unit_are_administered_on_one_page_of_the_root(
    as_boss: Client, north: Unit, south: Unit
) -> None:
    people = [AccountFactory(unit=each) for each in (north, south)]

    page = text(as_boss, "accounts:account_list")

    assert "3 accounts" in page
    assert reverse("accounts:account_create") in page
    for person in people:
        for step in ("account_edit", "account_disable"):
            assert reverse(f"accounts:{step}", args=[person.pk]) in page


# Z4: each list, count, choice and search of a unit keeps to it
def test_nothing_of_another_unit_is_listed_or_found(client: Client, north: Unit, south: Unit) -> None:
    keeper = AccountFactory(unit=north, levels={"admin_rights": 2})
    group = GroupFactory(unit=north, display_name="Northerners")
    secret = GroupFactory(unit=south, display_name="Southerners")
    AccountFactory(first_name="Sue", last_name="Secret", unit=south, groups=[secret])
    client.force_login(keeper)

    pages = [
        text(client, "accounts:account_list", q="Sue"),
        text(client, "accounts:account_list"),
        text(client, "accounts:account_create", email="new@example.org"),
        text(client, "groups:group_list"),
        text(client, "groups:group_detail", group.pk, find="Sue"),
        text(client, "groups:member_search", group.pk, find="Sue"),
        text(client, "roles:role_list"),
        text(client, "accounts:my_access"),
    ]

    for page in pages:
        assert "Sue Secret" not in page
        assert "Southerners" not in page


@pytest.mark.parametrize("kind", ["account", "group"])
def test_what_lies_in_another_unit_answers_like_what_isnt_there(
    kind: str, client: Client, north: Unit, south: Unit
) -> None:
    client.force_login(AccountFactory(unit=north, levels={"admin_rights": 2}))
    made = AccountFactory(unit=south) if kind == "account" else GroupFactory(unit=south)
    name = "accounts:account_detail" if kind == "account" else "groups:group_detail"

    foreign, unknown = (client.get(reverse(name, args=[pk])) for pk in (made.pk, 999_999))

    assert (foreign.status_code, words_of(foreign)) == (404, words_of(unknown))


def test_a_role_counts_only_groups_and_people_of_the_unit(
    client: Client, unit: Unit, north: Unit, south: Unit
) -> None:
    role = RoleFactory(unit=unit, rules=["contacts:list"])
    group = create_group(unit=south, name="", display_name="Southerners", actor=SYSTEM)
    set_roles(group, [role], actor=SYSTEM)
    add_members(group, [AccountFactory(first_name="Sue", last_name="Secret", unit=south)], actor=SYSTEM)
    client.force_login(AccountFactory(unit=north, levels={"admin_rights": 2}))

    page = text(client, "roles:role_detail", role.pk)

    assert "Southerners" not in page
