"""What becomes of two people's changes, and what the second one is told."""

from dataclasses import replace
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Account
from accounts.services.editing import levels_sheet
from accounts.services.grants import permissions_sheet, set_levels, set_permissions
from accounts.services.levels import set_cells
from accounts.services.lifecycle import disable_account, update_account
from accounts.services.profile import set_preferences
from accounts.services.unit_access import Entry, set_unit_access
from accounts.standing import levels, standing
from adminrights.change import SYSTEM
from adminrights.conflicts import merge
from groups import services as groups
from roles.services import set_rule
from tests.accounts.pages import path, signed_in, text_of
from tests.conflicts.cases import (
    CASES,
    Case,
    World,
    case_id,
    cell,
    details_of,
    drawn,
    fresh,
    overtaken,
    person,
)
from tests.editing import opened
from tests.factories import AccountFactory


def test_a_third_change_is_told_again(world: World) -> None:
    case = next(case for case in CASES if case.name == "accounts:account_details")
    answer = overtaken(world, case)
    update_account(world.gwen, actor=SYSTEM, unit=world.unit, phone="999")

    again = world.mia.post(case.page(world), drawn(answer))

    assert again.status_code == 409
    conflict = again.context["conflict"]
    assert [(told.actor, told.labels) for told in conflict.told] == [("System", ["Telephone"])]
    assert [(clash.theirs, clash.mine) for clash in conflict.clashes] == [("999", "777")]


def test_what_i_take_from_them_follows_a_third_change(world: World) -> None:
    case = next(case for case in CASES if case.name == "accounts:account_details")
    answer = overtaken(world, case)
    update_account(world.gwen, actor=SYSTEM, unit=world.unit, phone="999")

    again = world.mia.post(case.page(world), drawn(answer) | {"choice-phone": "theirs"})

    assert again.context["conflict"].clashes == []
    assert 'value="999"' in again.content.decode()


def in_two_windows(world: World, case: Case) -> Any:
    """Let Mia herself do in another window what Otto does otherwise."""
    return overtaken(replace(world, otto=Account.objects.get(first_name="Mia")), case)


@pytest.mark.parametrize("case", [case for case in CASES if not case.clash], ids=case_id)
def test_what_i_did_in_another_window_is_merged_by_itself(case: Case, world: World) -> None:
    answer = in_two_windows(world, case)

    assert answer.status_code == 302
    assert case.state(world) == case.both(world)
    assert "What you changed in another window stays: " in text_of(world.mia.get(answer.url))


@pytest.mark.parametrize("case", [case for case in CASES if case.clash], ids=case_id)
def test_where_i_contradict_myself_i_am_asked_and_told_that_it_was_me(case: Case, world: World) -> None:
    answer = in_two_windows(world, case)

    assert answer.status_code == 409
    assert [told.own for told in answer.context["conflict"].told] == [True]
    words = text_of(answer)
    assert "you changed this yourself in another window" in words
    assert "You, in another window" in words
    assert "Take theirs" not in words
    world.mia.post(case.page(world), drawn(answer))
    assert case.state(world) == case.both(world)


def test_who_isnt_alone_is_asked_though_nothing_clashes(world: World) -> None:
    case = next(case for case in CASES if case.name == "accounts:account_permissions")
    sent = opened(world.mia, case.page(world))
    world.mia.post(case.page(world), sent | {"p-deals:get": "yes"})
    case.theirs(world)

    answer = world.mia.post(case.page(world), sent | case.mine(world))

    assert answer.status_code == 409
    assert [(told.actor, told.own) for told in answer.context["conflict"].told] == [
        ("Otto Other", False),
        ("Mia Mine", True),
    ]


def test_the_page_reloads_with_their_state(world: World) -> None:
    case = next(case for case in CASES if case.name == "accounts:account_details")
    answer = overtaken(world, case)

    assert f'<a href="{case.page(world)}">' in answer.content.decode()
    assert 'value="555"' in world.mia.get(case.page(world)).content.decode()


def test_in_a_dialog_the_answer_is_the_dialog_again(world: World) -> None:
    page = reverse("groups:group_edit", args=[world.group.pk])
    headers: Any = {"HX-Request": "true", "HX-Target": "dialog"}
    sent = opened(world.mia, page)
    groups.update_group(world.group, actor=SYSTEM, display_name="His")

    answer = world.mia.post(page, sent | details_of(world.group, display_name="Mine"), headers=headers)

    assert answer.status_code == 409
    assert "<html" not in answer.content.decode()
    assert 'name="choice-display_name"' in answer.content.decode()


def test_looking_ahead_notices_it_too(world: World) -> None:
    page = path("account_permissions", world.gwen)
    sent = opened(world.mia, page)
    set_permissions(world.gwen, {"offers:list": True}, actor=SYSTEM, unit=world.unit)

    assert world.mia.post(page, sent | {"p-deals:list": "yes", "preview": "1"}).status_code == 409


def test_a_button_that_stands_for_many_answers_is_merged_like_them(world: World) -> None:
    page = path("account_permissions", world.gwen)
    sent = opened(world.mia, page)
    set_permissions(world.gwen, {"offers:list": True}, actor=SYSTEM, unit=world.unit)

    answer = world.mia.post(page, sent | {"all_permissions": "on"})
    conflict = answer.context["conflict"]
    assert (answer.status_code, len(conflict.mine), conflict.mine_more > 100) == (409, 8, True)
    world.mia.post(page, drawn(answer))

    held = permissions_sheet(world.gwen, world.unit)
    assert {"permission:offers:list", "permission:deals:list", "permission:media.view"} <= held.keys()


def test_what_is_no_field_of_the_form_makes_nobody_wait(world: World) -> None:
    page = path("account_details", world.gwen)
    sent = opened(world.mia, page)
    disable_account(world.gwen, actor=SYSTEM, unit=world.unit)
    set_levels(world.gwen, {"offers": 1}, actor=SYSTEM, unit=world.unit)

    assert world.mia.post(page, sent | person(world.gwen, phone="1")).status_code == 302


def test_in_the_matrix_only_the_people_one_changes_count(world: World) -> None:
    other = AccountFactory(unit=world.unit)
    page = f"{reverse('accounts:role_matrix')}?level=team_member"
    sent = opened(world.mia, page)
    viewer = cell(world, world.north)
    set_cells([viewer._replace(account=other.pk)], [], actor=SYSTEM, unit=world.unit)

    answer = world.mia.post(page, sent | {"cell": [viewer.value]})

    assert answer.status_code == 302
    assert len(standing([world.gwen.pk, other.pk], [world.north], levels())) == 2


def test_an_own_level_behind_a_group_survives_the_merge(world: World) -> None:
    """Scenario 1: it is greyed while the group gives as much, and so no form holds it."""
    page = path("account_edit", world.gwen)
    groups.set_levels(world.group, {"customers": 2}, actor=SYSTEM)
    set_levels(world.gwen, {"customers": 1}, actor=SYSTEM, unit=world.unit)
    sent = opened(world.mia, page)
    update_account(world.gwen, actor=SYSTEM, unit=world.unit, phone="555")

    answer = world.mia.post(page, sent | person(world.gwen, levels=["offers:1"]))
    assert answer.context["conflict"].clashes == []
    world.mia.post(page, drawn(answer))

    assert levels_sheet(world.gwen, world.unit) == {"level:customers": "1", "level:offers": "1"}


def test_a_form_opened_in_another_unit_lands_nowhere(world: World) -> None:
    page = path("account_permissions", world.gwen)
    set_unit_access(
        world.gwen, {world.unit.pk: Entry(), world.north.pk: Entry()}, actor=SYSTEM, unit=world.unit
    )
    sent = opened(world.mia, page)
    world.mia.post(reverse("unit_switch"), {"unit": world.north.pk})

    assert world.mia.post(page, sent | {"p-deals:list": "yes"}).status_code == 409
    assert permissions_sheet(world.gwen, world.north) == {}


# S4-20: who changed it elsewhere isn't named to somebody who doesn't see that place
def test_who_works_out_of_sight_is_not_named(world: World) -> None:
    set_unit_access(
        world.gwen, {world.north.pk: Entry(), world.unit.pk: Entry()}, actor=SYSTEM, unit=world.unit
    )
    keys = ["accounts:list", "accounts:get", "accounts:update"]
    client = signed_in(AccountFactory(unit=world.north, permissions=keys))
    page = path("account_details", world.gwen)
    sent = opened(client, page)
    update_account(world.gwen, actor=world.otto, unit=world.unit, phone="555")

    answer = client.post(page, sent | person(world.gwen, phone="777"))

    assert answer.status_code == 409
    assert "Otto" not in text_of(answer)
    assert "Somebody whom you don't see from here : Telephone" in text_of(answer)


def test_a_refused_try_of_somebody_else_is_no_change(world: World) -> None:
    page = path("account_details", world.gwen)
    first = opened(world.mia, page)
    second = opened(world.mia, page)
    update_account(world.gwen, actor=world.otto, unit=world.unit, phone="555")
    world.mia.post(page, first | person(world.gwen, phone="1"))

    answer = world.mia.post(page, second | person(world.gwen, phone="777"))

    assert [told.actor for told in answer.context["conflict"].told] == ["Otto Other"]


def test_my_profile_keeps_what_an_administrator_chose_meanwhile(world: World) -> None:
    client, page = signed_in(world.gwen), reverse("accounts:my_profile")
    assert 'name="opened"' in client.get(page).content.decode()
    sent = opened(client, page)
    update_account(world.gwen, actor=world.otto, unit=world.unit, campaign_notifications=True)

    answer = client.post(page, sent)
    assert (answer.status_code, answer.context["conflict"].told[0].actor) == (409, "Otto Other")
    client.post(page, drawn(answer))

    assert fresh(world.gwen, "campaign_notifications") == (True,)
    set_preferences(world.gwen, campaign_notifications=False)


def test_an_object_that_is_gone_is_not_found(world: World) -> None:
    page = reverse("groups:group_edit", args=[world.group.pk])
    sent = opened(world.mia, page)
    groups.delete_group(world.group, actor=SYSTEM)

    assert world.mia.post(page, sent | details_of(world.group, display_name="Mine")).status_code == 404


# Single facts by buttons: what is done or gone already is said, and costs nothing.
def test_a_member_who_is_gone_already_is_told(world: World) -> None:
    page = reverse("groups:member_remove", args=[world.group.pk])
    groups.remove_members(world.group, [world.gwen], actor=SYSTEM)

    answer = world.mia.post(page, {"account": world.gwen.pk}, follow=True)

    assert "Gwen Group was not in Campaign team any more." in text_of(answer)


def test_a_rule_that_is_gone_already_is_told(world: World) -> None:
    page = reverse("roles:rule_remove", args=[world.role.pk, "ad_campaigns"])
    set_rule(world.role, "ad_campaigns", [], actor=SYSTEM, unit=world.unit)

    assert "There was no rule about Ad campaigns any more." in text_of(world.mia.post(page, follow=True))


@pytest.mark.parametrize(("step", "said"), [("on", "was on already."), ("off", "was off already.")])
def test_a_feature_that_stands_so_already_is_told(step: str, said: str, world: World) -> None:
    page = reverse(f"accounts:feature_{step}", args=[world.unit.pk, "sms"])
    world.mia.post(page)

    assert said in text_of(world.mia.post(page, follow=True))


# The merge itself
@pytest.mark.parametrize(
    ("base", "theirs", "mine", "sum_", "clashes"),
    [
        ("", "", "x", "x", ()),
        ("", "x", "", "x", ()),
        ("a", "a", "", "", ()),
        ("a", "", "a", "", ()),
        ("a", "b", "b", "b", ()),
        ("a", "b", "c", "c", ("f",)),
        ("a", "", "c", "c", ("f",)),
        ("a", "b", "", "", ("f",)),
    ],
)
def test_three_states_of_a_field_make_one(
    base: str, theirs: str, mine: str, sum_: str, clashes: tuple[str, ...]
) -> None:
    merged = merge({"f": base}, {"f": theirs}, {"f": mine})

    assert (merged.sheet, merged.clashes) == ({"f": sum_}, clashes)


def test_without_a_common_state_every_difference_is_a_clash() -> None:
    merged = merge(None, {"a": "1", "b": "2"}, {"a": "1", "b": "3"})

    assert (merged.clashes, merged.sheet) == (("b",), {"a": "1", "b": "3"})
