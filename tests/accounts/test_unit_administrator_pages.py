"""What a unit administrator sees: people, groups, counts and histories of her own unit only."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.services.grants import set_levels
from adminrights.change import SYSTEM
from adminrights.exceptions import NotAllowed
from groups.services import add_members, create_group
from tests.accounts.conftest import World, let_in


@pytest.fixture
def uma_client(world: World) -> Client:
    client = Client()
    client.force_login(world.uma)
    return client


# S4-20, S4-41
@pytest.mark.parametrize("address", ["accounts:account_list", "groups:group_list"])
def test_lists_and_counts_hold_only_her_unit(address: str, world: World, uma_client: Client) -> None:
    text = uma_client.get(reverse(address)).content.decode()

    assert "nora.north" in text or "north-test_team" in text
    assert "sam.south" not in text
    assert "south-test_team" not in text


# S4-20
def test_the_search_for_members_finds_only_people_of_her_unit(world: World, uma_client: Client) -> None:
    path = reverse("groups:member_search", args=[world.group(world.north, world.team).pk])

    found = [uma_client.get(path, {"find": word}).content.decode() for word in ("Nora", "Sam")]

    assert "Nora North" in found[0]
    assert "Sam South" not in found[1]


# S4-20
def test_people_and_groups_of_other_units_are_not_found(world: World, uma_client: Client) -> None:
    paths = [
        reverse("accounts:account_detail", args=[world.sam.pk]),
        reverse("accounts:account_edit", args=[world.sam.pk]),
        reverse("accounts:account_history", args=[world.sam.pk]),
        reverse("groups:group_detail", args=[world.group(world.south, world.team).pk]),
        reverse("groups:group_detail", args=[world.group(world.root, world.team).pk]),
    ]

    assert {uma_client.get(path).status_code for path in paths} == {404}


# S4-20
def test_a_person_of_another_unit_is_not_added_by_number(world: World, uma_client: Client) -> None:
    path = reverse("groups:member_add", args=[world.group(world.north, world.team).pk])

    answer = uma_client.post(path, {"account": world.sam.pk})

    assert answer.status_code == 404
    assert not world.sam.memberships.exists()


# S4-20
def test_a_role_shows_who_has_it_in_her_unit_only(world: World, uma_client: Client) -> None:
    add_members(world.group(world.south, world.team), [world.sam], actor=SYSTEM)
    add_members(world.group(world.north, world.team), [world.nora], actor=SYSTEM)

    text = uma_client.get(world.team.get_absolute_url()).content.decode()

    assert "Nora North" in text
    assert "Sam South" not in text


# S4-20, S3-116
def test_the_history_of_a_person_tells_only_what_happened_in_her_unit(
    world: World, uma_client: Client
) -> None:
    let_in(world.nora, world.south, SYSTEM)
    set_levels(world.nora, {"offers": 1}, actor=SYSTEM, unit=world.south)
    set_levels(world.nora, {"contacts": 1}, actor=SYSTEM, unit=world.north)

    told = [
        str(uma_client.get(reverse(name, args=[world.nora.pk])).context["history"])
        for name in ("accounts:account_detail", "accounts:account_history")
    ]

    assert ["Contacts" in lines for lines in told] == [True, True]
    assert ["Offers" in lines for lines in told] == [False, False]


# S4-20
def test_pages_of_the_organisation_are_refused(world: World, uma_client: Client) -> None:
    answers = [uma_client.post(reverse("roles:role_create"), {"display_name": "Own"}).status_code]
    answers.append(uma_client.post(reverse("roles:role_delete", args=[world.team.pk])).status_code)

    assert answers == [403, 403]


# S4-20, Z4
def test_whoever_administers_no_unit_gets_no_page(world: World) -> None:
    client = Client()
    client.force_login(world.nora)

    assert client.get(reverse("accounts:account_list")).status_code == 403
    with pytest.raises(NotAllowed):
        create_group(unit=world.north, name="", display_name="Own", actor=world.nora)
