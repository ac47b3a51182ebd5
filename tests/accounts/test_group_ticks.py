"""The groups of the account form, where there are too many to list."""

import re
from datetime import timedelta
from html import escape
from typing import Any

import pytest
from django.utils import timezone

from accounts import group_ticks
from accounts.models import Account
from adminrights.change import SYSTEM
from adminrights.days import Span
from adminrights.models import Unit
from groups.models import Group
from groups.services import add_members
from tests.accounts.pages import path, signed_in
from tests.accounts.test_account_form import NEW, add, edit, newest
from tests.factories import AccountFactory, GroupFactory, UnitFactory

FEW = 3


@pytest.fixture
def many(unit: Unit, monkeypatch: pytest.MonkeyPatch) -> list[Group]:
    """More groups than are listed."""
    monkeypatch.setattr(group_ticks, "MOST_LISTED", FEW)
    monkeypatch.setattr(group_ticks, "MOST_FOUND", FEW)
    return [GroupFactory(unit=unit, display_name=f"Harbour {number}") for number in range(5)]


def names(page: str) -> list[str]:
    """Return the names beside the boxes, with a star where one is ticked."""
    boxes = re.findall(r'name="groups"[^>]*?(checked)?><span>([^<]*)', page)
    return [name + ("*" if ticked else "") for ticked, name in boxes]


def found(viewer: Account, **data: Any) -> str:
    """Return what a browser gets that looks for groups while one types."""
    headers = {"HX-Request": "true", "HX-Target": "group-ticks"}
    answer = signed_in(viewer).post(path("account_create_matrix"), NEW | data, headers=headers)
    return str(answer.content.decode())


# S0-30
def test_of_many_groups_only_those_of_the_account_are_listed(
    unit: Unit, ada: Account, many: list[Group]
) -> None:
    account = AccountFactory(unit=unit, groups=[many[2]])
    page = signed_in(ada).get(path("account_edit", account)).content.decode()
    assert names(page) == ["Harbour 2*"]
    assert "There are 5 groups." in page
    everything = signed_in(ada).get(path("account_edit", account), {"groups": "all"}).content.decode()
    assert names(everything) == ["Harbour 0", "Harbour 1", "Harbour 2*", "Harbour 3", "Harbour 4"]


# S0-30
def test_groups_are_found_by_words_of_their_names_and_what_is_ticked_stays(
    ada: Account, many: list[Group]
) -> None:
    assert names(found(ada, find_group="4 HARB")) == ["Harbour 4"]
    ticked = found(ada, find_group="harbour 4", groups=[many[0].pk])
    assert names(ticked) == ["Harbour 0*", "Harbour 4"]
    assert "1 more group matches." in ticked
    assert "No other group has “quay” in its name." in found(ada, find_group="quay")
    several = found(ada, find_group="harbour")
    assert len(names(several)) == FEW
    assert "5 more groups match; 3 are listed." in several


def test_what_was_ticked_is_listed_again_when_the_form_is_refused(ada: Account, many: list[Group]) -> None:
    page = add(ada, groups=[many[3].pk], first_name="").content.decode()
    assert names(page) == ["Harbour 3*"]


# S0-37
def test_a_group_without_a_box_is_left_as_it_is(unit: Unit, ada: Account, many: list[Group]) -> None:
    account = AccountFactory(unit=unit, groups=[many[1]])
    edit(ada, account, unit, groups=[many[1].pk, many[4].pk])
    assert {each.group for each in account.memberships.live()} == {many[1], many[4]}
    add(ada, groups=[many[0].pk])
    assert [each.group for each in newest().memberships.live()] == [many[0]]


def test_nobody_finds_a_group_that_may_not_be_given(unit: Unit, many: list[Group]) -> None:
    helper = AccountFactory(unit=unit, permissions=["accounts:create", "accounts:list", "groups:list"])
    assert names(found(helper, find_group="harbour")) == []


# S4-41
def test_no_group_beside_or_above_ones_unit_is_found_or_can_be_sent(unit: Unit, many: list[Group]) -> None:
    left, right = (UnitFactory(name=name, parent=unit) for name in ("Left", "Right"))
    beside = GroupFactory(unit=right, display_name="Harbour of Right")
    own = [GroupFactory(unit=left, display_name=f"Harbour of Left {number}") for number in range(FEW + 1)]
    chief = AccountFactory(unit=left, levels={"admin_rights": 2})
    account = AccountFactory(unit=left, groups=[many[0], beside])
    page = found(chief, find_group="harbour")
    assert names(page) == [group.display_name for group in own[:FEW]]
    assert "4 more groups match" in page
    for sent in (many[1].pk, beside.pk, 10**9, "1 OR 1=1"):
        assert edit(chief, account, left, groups=[sent]).status_code == 422
    edit(chief, account, left, groups=[own[0].pk])
    assert {each.group for each in account.memberships.live()} == {many[0], beside, own[0]}


@pytest.mark.parametrize("typed", ["%", "_", '"', "'", "<img", "&", "STRASSE"])
def test_what_is_typed_is_looked_for_as_it_stands_and_names_are_no_markup(
    typed: str, unit: Unit, ada: Account, many: list[Group]
) -> None:
    name = """<img src=x> "50 %_'&" Straße"""
    GroupFactory(unit=unit, display_name=name)
    page = found(ada, find_group=typed)
    assert names(page) == [escape(name)]
    assert "<img" not in page
    assert names(found(ada, find_group=f"{typed}{typed}{typed}")) == []


def test_a_membership_that_is_yet_to_begin_has_no_box_and_stays(
    unit: Unit, ada: Account, many: list[Group]
) -> None:
    account = AccountFactory(unit=unit, groups=[many[0]])
    soon = timezone.now() + timedelta(days=3)
    add_members(many[1], [account], actor=SYSTEM, span=Span(soon, None))
    edit(ada, account, unit, groups=[many[0].pk, many[2].pk])
    assert {each.group: each.starts_at > timezone.now() for each in account.memberships.not_ended()} == {
        many[0]: False, many[1]: True, many[2]: False
    }  # fmt: skip
