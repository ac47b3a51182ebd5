"""A person is on one level of a unit: another one replaces it, and the pages offer one choice."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.access import may
from accounts.models import Account
from accounts.services.levels import set_cells
from accounts.services.memberships import set_groups
from accounts.standing import LEVELS, Cell, levels, standing
from adminrights.change import SYSTEM
from adminrights.exceptions import Invalid, NotAllowed
from adminrights.hooks import hooks
from adminrights.models import Unit
from groups.models import Group
from groups.services import add_members
from roles.models import Role
from tests.accounts.pages import signed_in, text_of
from tests.editing import opened, send
from tests.factories import AccountFactory, UnitFactory

_ADMIN, UNIT_ADMIN, TEAM, VIEWER = reversed(LEVELS)
SHOWN = re.compile(r'name="previewed" value="([^"]+)"')


@pytest.fixture
def north(unit: Unit) -> Unit:
    return UnitFactory(name="North", parent=unit)


@pytest.fixture
def south(unit: Unit) -> Unit:
    return UnitFactory(name="South", parent=unit)


@pytest.fixture
def chief(unit: Unit, north: Unit, south: Unit) -> Account:
    """The administrator of the Admin Unit and everything below."""
    return AccountFactory(unit=unit, levels={"admin_rights": 2}, access={"includes_subunits": True})


@pytest.fixture
def as_chief(chief: Account) -> Client:
    return signed_in(chief)


@pytest.fixture
def nora(north: Unit) -> Account:
    return AccountFactory(first_name="Nora", last_name="North", unit=north)


def role(name: str) -> Role:
    return Role.objects.get(name=name, unit=None)


def cell(account: Account, unit: Unit, level: str) -> Cell:
    return Cell(account.pk, unit.pk, role(level).pk)


def give(account: Account, unit: Unit, level: str, actor: object = SYSTEM) -> int:
    return set_cells([cell(account, unit, level)], [], actor=actor, unit=unit)


def page_of(client: Client, account: Account) -> str:
    return client.get(reverse("accounts:account_levels", args=[account.pk])).content.decode()


def save(client: Client, account: Account, **chosen: str) -> None:
    """Save choices on the person's page, and say yes where it asks."""
    path = reverse("accounts:account_levels", args=[account.pk])
    if asked := SHOWN.findall(send(client, path, chosen, follow=True).content.decode()):
        send(client, path, chosen | {"previewed": asked})


# S4-11, S4-13: one level in a unit; a change ends the old membership and starts the new one, in one change
@pytest.mark.parametrize(("before", "after"), [(VIEWER, UNIT_ADMIN), (UNIT_ADMIN, VIEWER), (TEAM, VIEWER)])
def test_another_level_replaces_the_one_there_was(
    before: str, after: str, nora: Account, north: Unit, chief: Account
) -> None:
    give(nora, north, before)

    assert give(nora, north, after, chief) == 1

    assert standing([nora.pk], [north], levels()) == {cell(nora, north, after)}
    assert may(nora, "contacts:list", north) == (after != VIEWER)
    old, new = nora.memberships.order_by("pk")
    assert old.ended_in == new.started_in


# S4-13
def test_two_levels_at_once_in_one_unit_are_refused(nora: Account, north: Unit, chief: Account) -> None:
    cells = [cell(nora, north, VIEWER), cell(nora, north, TEAM)]
    with pytest.raises(Invalid, match="one level"):
        set_cells(cells, [], actor=chief, unit=north)


# S4-41: to replace is to take away
def test_without_the_permission_to_take_off_no_level_is_replaced(nora: Account, north: Unit) -> None:
    keys = ["accounts:list", "group_members:create", "access:delegate", "accounts:update"]
    adder = AccountFactory(unit=north, permissions=keys)
    give(nora, north, TEAM)

    with pytest.raises(NotAllowed):
        give(nora, north, VIEWER, adder)
    assert standing([nora.pk], [north], levels()) == {cell(nora, north, TEAM)}


# S4-11, S4-13
def test_on_the_persons_page_each_unit_is_one_choice(
    as_chief: Client, nora: Account, north: Unit, south: Unit
) -> None:
    give(nora, north, TEAM)
    text = page_of(as_chief, nora)
    chosen = f'type="radio" name="cell-{north.pk}" value="{cell(nora, north, TEAM).value}" checked'
    assert chosen in text
    assert f'type="radio" name="cell-{south.pk}" value="" checked' in text

    sent = {f"cell-{north.pk}": cell(nora, north, UNIT_ADMIN).value, f"cell-{south.pk}": ""}
    save(as_chief, nora, **sent)
    assert standing([nora.pk], [north, south], levels()) == {cell(nora, north, UNIT_ADMIN)}

    save(as_chief, nora, **{f"cell-{north.pk}": ""})
    assert standing([nora.pk], [north, south], levels()) == set()


# S4-12: a table of one level tells of the others, which a tick there replaces
def test_a_cell_names_the_level_that_somebody_has_instead(
    as_chief: Client, nora: Account, north: Unit
) -> None:
    give(nora, north, UNIT_ADMIN)

    text = text_of(as_chief.get(reverse("accounts:role_matrix"), {"level": VIEWER}))

    assert "Nora North: Viewer in North , Unit admin" in text


# S4-13: whoever has two levels from before keeps both until somebody chooses
def test_a_second_level_from_before_is_shown_and_kept_until_somebody_chooses(
    as_chief: Client, nora: Account, north: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(nora, north, TEAM)
    other = AccountFactory(unit=north)
    give(other, north, VIEWER)
    with monkeypatch.context() as lenient:
        lenient.setattr(hooks, "guards", [])
        add_members(Group.objects.get(unit=north, standing_role=role(VIEWER)), [nora], actor=SYSTEM)
    both = {cell(nora, north, TEAM), cell(nora, north, VIEWER)}
    assert "Nora North: Viewer in North , also" in " ".join(
        re.sub("<[^>]+>", " ", page_of(as_chief, nora)).split()
    )

    save(as_chief, nora, **{f"cell-{north.pk}": cell(nora, north, TEAM).value})
    assert standing([nora.pk], [north], levels()) == both

    save(as_chief, nora, **{f"cell-{north.pk}": cell(nora, north, UNIT_ADMIN).value})
    assert standing([nora.pk], [north], levels()) == {cell(nora, north, UNIT_ADMIN)}


# S4-13: the group's page asks, as the role matrix does
def test_the_groups_page_offers_to_replace_the_other_level(
    as_chief: Client, nora: Account, north: Unit
) -> None:
    give(nora, north, VIEWER)
    give(AccountFactory(unit=north), north, TEAM)
    group = Group.objects.get(unit=north, standing_role=role(TEAM))
    page, add = group.get_absolute_url(), reverse("groups:member_add", args=[group.pk])

    assert "Replace Viewer : Nora North" in text_of(as_chief.get(page, {"find": "nora"}))
    refused = as_chief.post(add, {"account": nora.pk}, follow=True)
    assert "Nora North is Viewer in North, and a person has one level in a unit." in text_of(refused)
    assert standing([nora.pk], [north], levels()) == {cell(nora, north, VIEWER)}

    as_chief.post(add, {"account": nora.pk, "instead": "1"})
    assert standing([nora.pk], [north], levels()) == {cell(nora, north, TEAM)}


# S4-13: two administrators choose in one unit: whoever comes second sees both levels and decides
def test_whoever_chooses_second_decides_between_the_two_levels(
    as_chief: Client, nora: Account, north: Unit, south: Unit
) -> None:
    path = reverse("accounts:account_levels", args=[nora.pk])
    form = opened(as_chief, path)
    give(nora, north, TEAM)

    answer = as_chief.post(path, form | {f"cell-{north.pk}": cell(nora, north, VIEWER).value})

    assert answer.status_code == 409
    words = text_of(answer)
    assert "Keep yours: Viewer" in words
    assert "Take theirs: Team member" in words
    assert standing([nora.pk], [north], levels()) == {cell(nora, north, TEAM)}


# S4-13: the account's form has all groups to tick, and is another door to the same rule
def test_two_levels_of_a_unit_cannot_be_ticked_as_groups(nora: Account, north: Unit, chief: Account) -> None:
    give(nora, north, VIEWER)
    give(AccountFactory(unit=north), north, TEAM)
    both = Group.objects.filter(unit=north, standing_role__in=[role(VIEWER), role(TEAM)])

    with pytest.raises(Invalid, match="Nora North is Viewer in North"):
        set_groups(nora, both, actor=chief, unit=north)
    assert standing([nora.pk], [north], levels()) == {cell(nora, north, VIEWER)}

    set_groups(nora, both.filter(standing_role=role(TEAM)), actor=chief, unit=north)
    assert standing([nora.pk], [north], levels()) == {cell(nora, north, TEAM)}
