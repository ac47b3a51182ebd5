"""Whoever begins with an empty organisation is told what to do first, by what is there."""

from datetime import timedelta

import time_machine
from django.urls import reverse

from accounts.models import Account
from adminrights.models import Unit
from tests.accounts.pages import path, signed_in, text_of
from tests.factories import AccountFactory, GroupFactory, RoleFactory

LIST = path("account_list")
LAST_WORD = "Whoever is in a group may do what the group's roles allow"


def done_in(reader: Account) -> list[bool]:
    """Return which steps the list shows as done; empty where it shows none."""
    return [step.done for step in signed_in(reader).get(LIST).context["first_steps"]]


def test_the_first_administrator_is_led_step_by_step(unit: Unit, ada: Account) -> None:
    page = signed_in(ada).get(LIST)
    assert "First steps" in text_of(page)
    links = [step.url for step in page.context["first_steps"]]
    assert links[1:] == [reverse("roles:role_create"), reverse("groups:group_create"), path("account_create")]

    assert done_in(ada) == [True, False, False, False]
    RoleFactory(unit=unit, rules=["offers:list"])
    assert done_in(ada) == [True, True, False, False]
    GroupFactory(unit=unit)
    assert done_in(ada) == [True, True, True, False]
    assert LAST_WORD not in text_of(signed_in(ada).get(LIST))
    AccountFactory(unit=unit, status="pending")
    assert done_in(ada) == [True] * 4


def test_the_last_step_ends_with_a_word_that_leaves_after_a_day(unit: Unit, ada: Account) -> None:
    RoleFactory(unit=unit, rules=["offers:list"])
    GroupFactory(unit=unit)
    AccountFactory(unit=unit, status="pending")
    page = signed_in(ada).get(LIST)
    assert LAST_WORD in text_of(page)
    assert reverse("groups:group_list") in page.content.decode()

    with time_machine.travel(timedelta(days=1, minutes=1)):
        assert "First steps" not in text_of(signed_in(ada).get(LIST))


def test_one_step_that_is_new_keeps_the_word(unit: Unit, ada: Account) -> None:
    with time_machine.travel(timedelta(days=-30)):
        RoleFactory(unit=unit, rules=["offers:list"])
        AccountFactory(unit=unit, status="pending")
    GroupFactory(unit=unit)

    assert LAST_WORD in text_of(signed_in(ada).get(LIST))


def test_only_a_new_organisation_has_first_steps(unit: Unit, ada: Account) -> None:
    for _number in range(3):
        AccountFactory(unit=unit)

    assert done_in(ada) == []


def test_a_search_with_one_result_is_no_new_organisation(ada: Account) -> None:
    assert "First steps" not in text_of(signed_in(ada).get(LIST, {"q": "ada"}))


def test_whoever_only_reads_the_list_is_not_led(unit: Unit) -> None:
    reader = AccountFactory(unit=unit, permissions=["accounts:list"])

    assert done_in(reader) == []
