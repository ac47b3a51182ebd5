"""A number of another organisation is answered like one that doesn't exist, wherever it is sent (Z4)."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, UnitAccess
from accounts.services.items import hand_over, register_item
from accounts.standing import levels
from adminrights.change import SYSTEM
from adminrights.models import JournalEntry, Unit
from groups.models import Group
from roles.models import Role
from tests.ceiling.state import fingerprint
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory


class Things(NamedTuple):
    """One thing of each kind, by number."""

    account: int
    unit: int
    group: int
    role: int
    item: int


MISSING = Things(*[999_999] * 5)


@pytest.fixture
def theirs() -> Things:
    """What lies in an organisation of others."""
    unit = UnitFactory(name="Elsewhere")
    account = AccountFactory(unit=unit, first_name="Secret", last_name="Person", email="secret@example.org")
    item = register_item("events", unit, "Secret party", actor=SYSTEM)
    hand_over(item, account, actor=SYSTEM)
    group, role = GroupFactory(unit=unit, members=[account]), RoleFactory(unit=unit)
    return Things(account.pk, unit.pk, group.pk, role.pk, item.pk)


@pytest.fixture
def ours(unit: Unit, otto: Account, campaign_team: Group, campaigns_admin: Role) -> Things:
    item = register_item("events", unit, "Gala", actor=SYSTEM)
    return Things(otto.pk, unit.pk, campaign_team.pk, campaigns_admin.pk, item.pk)


@pytest.fixture
def browser(unit: Unit, ada: Account) -> Client:
    """Ada's, who may also hand out events."""
    UnitFactory(name="North", parent=unit)
    client = Client()
    rights, everywhere = {"admin_rights": 2, "events": 2}, {"includes_subunits": True}
    client.force_login(AccountFactory(unit=unit, levels=rights, access=everywhere))
    return client


PERSON = {"first_name": "Ivy", "last_name": "New", "email": "ivy@example.org"}
Body = Callable[[Things, Things], dict[str, Any]]
# An address, the kind of our thing that it is about, and a body in which a number of theirs stands.
BODIES: list[tuple[str, str, Body]] = [
    ("accounts:account_create", "", lambda us, they: PERSON | {"groups": [they.group]}),
    ("accounts:account_create", "", lambda us, they: PERSON | {f"unit-{they.unit}": "yes"}),
    (
        "accounts:account_units",
        "account",
        lambda us, they: {f"unit-{us.unit}": "yes", f"unit-{they.unit}": "yes"},
    ),
    ("accounts:account_item_add", "account", lambda us, they: {"item": they.item}),
    ("accounts:item_take_back", "item", lambda us, they: {"account": they.account}),
    ("accounts:role_matrix", "", lambda us, they: {"cell": cell(they.account, us.unit)}),
    ("accounts:role_matrix", "", lambda us, they: {"cell": cell(us.account, they.unit)}),
    ("accounts:role_matrix", "", lambda us, they: {"was": cell(they.account, they.unit)}),
    (
        "accounts:role_matrix",
        "",
        lambda us, they: {"cell": [cell(us.account, us.unit), cell(they.account, us.unit)]},
    ),
    (
        "accounts:account_levels",
        "account",
        lambda us, they: {"cell": cell(they.account, us.unit)},
    ),
    ("accounts:unit_owner", "unit", lambda us, they: {"account": they.account, "password": "x"}),
    ("unit_move", "unit", lambda us, they: {"parent": they.unit, "sure": they.unit}),
    ("unit_switch", "", lambda us, they: {"unit": they.unit}),
    ("groups:group_roles", "group", lambda us, they: {"roles": [us.role, they.role]}),
    ("groups:member_add", "group", lambda us, they: {"account": they.account}),
    ("groups:member_remove", "group", lambda us, they: {"account": they.account}),
]


def cell(account: int, unit: int) -> str:
    return f"{account}:{unit}:{levels()[0].pk}"


def answered(browser: Client, path: str, body: dict[str, Any]) -> tuple[int, str]:
    """Return the status, and where the answer leads."""
    page = browser.get(path)
    sealed = {"opened": page.context["opened"]} if page.context and "opened" in page.context else {}
    answer = browser.post(path, sealed | body)
    assert "Secret" not in answer.content.decode()
    return answer.status_code, answer.get("Location", "").partition("?")[0]


# Z4
@pytest.mark.parametrize(("name", "about", "body"), BODIES)
def test_a_number_of_others_in_a_form_is_one_that_does_not_exist(
    name: str, about: str, body: Body, browser: Client, ours: Things, theirs: Things
) -> None:
    path = reverse(name, args=[getattr(ours, about)] if about else [])
    before = fingerprint()

    foreign = answered(browser, path, body(ours, theirs))
    missing = answered(browser, path, body(ours, MISSING))

    assert foreign == missing
    assert fingerprint() == before


# Z4
@pytest.mark.parametrize(
    ("name", "about", "query"),
    [
        ("accounts:account_list", "", "group={group}"),
        ("accounts:account_list", "", "role={role}"),
        ("accounts:log_list", "", "unit={unit}"),
        ("accounts:log_export", "", "unit={unit}"),
        ("accounts:item_list", "", "unit={unit}"),
        ("accounts:unit_owner", "unit", "account={account}"),
        ("accounts:unit_owner", "unit", "find=Secret"),
        ("accounts:unit_owner_search", "unit", "find=Secret"),
        ("groups:member_search", "group", "find=secret@example.org"),
        ("groups:group_detail", "group", "removed={account}"),
    ],
)
def test_a_number_of_others_in_an_address_tells_nothing(
    name: str, about: str, query: str, browser: Client, ours: Things, theirs: Things
) -> None:
    path = reverse(name, args=[getattr(ours, about)] if about else [])

    foreign = browser.get(f"{path}?{query.format(**theirs._asdict())}")
    content = b"".join(foreign) if foreign.streaming else foreign.content

    missing = browser.get(f"{path}?{query.format(**MISSING._asdict())}")
    assert foreign.status_code == missing.status_code
    assert b"Secret Person" not in content
    assert b"Elsewhere" not in content


# Z4
def test_a_table_and_an_address_name_nothing_of_others(browser: Client, ours: Things, theirs: Things) -> None:
    path = reverse("accounts:item_hand_over", args=[ours.item])

    foreign = browser.post(path, {"email": "secret@example.org"})
    missing = browser.post(path, {"email": "nobody@example.org"})

    assert foreign.status_code == missing.status_code == 422
    assert "Secret" not in foreign.content.decode()
    assert not UnitAccess.objects.filter(account=theirs.account).exclude(unit=theirs.unit).exists()
    assert not JournalEntry.objects.filter(event="item.handed_over", outcome="done", unit=ours.unit).exists()
