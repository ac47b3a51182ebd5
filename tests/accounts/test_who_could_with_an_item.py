"""Who could do what with a single item at a moment of the past, also with one that is retired since."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.items import may_with
from accounts.models import Account, Item
from accounts.services.items import hand_over, register_item, retire_item, take_back
from accounts.services.lifecycle import disable_account, update_account
from accounts.services.taking_back import take_back as undo
from accounts.who.answer import ask
from accounts.who.question import about_item
from adminrights.change import SYSTEM
from adminrights.models import JournalEntry, Unit
from tests.accounts.pages import names_in, signed_in, text_of
from tests.factories import AccountFactory, UnitFactory
from tests.terminal import run

LOOKS_BACK = ["accounts:list", "events:list", "access_log:list"]


@pytest.fixture
def reader(unit: Unit) -> Account:
    return AccountFactory(unit=unit, first_name="Rea", last_name="Der", permissions=LOOKS_BACK)


@pytest.fixture
def gala(unit: Unit) -> Item:
    return register_item("events", unit, "Gala", actor=SYSTEM)


@pytest.fixture
def hanna(unit: Unit) -> Account:
    return AccountFactory(unit=unit, first_name="Hanna", last_name="Handed")


def moment() -> datetime:
    """Return a moment between what was done and what is done next."""
    return timezone.now()


def said(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M:%S.%f")


def page(reader: Account, item: Item, at: datetime, **more: str) -> Any:
    path = reverse("accounts:item_who", args=[item.pk], query={"at": said(at), "way": "handed", **more})
    return signed_in(reader).get(path)


# S4-31
def test_it_is_answered_from_the_facts_of_then_and_under_the_names_of_then(
    reader: Account, gala: Item, hanna: Account, unit: Unit
) -> None:
    before = moment()
    hand_over(gala, hanna, actor=SYSTEM)
    handed = moment()
    take_back(gala, hanna, actor=SYSTEM)
    update_account(hanna, last_name="Married", actor=SYSTEM, unit=unit)

    assert names_in(page(reader, gala, before)) == []
    assert names_in(page(reader, gala, handed)) == ["Hanna Handed"]
    assert "under the names of then" in text_of(page(reader, gala, handed))
    assert names_in(page(reader, gala, handed, action="update")) == ["Hanna Handed"]
    assert names_in(page(reader, gala, handed, action="list")) == []
    assert names_in(page(reader, gala, moment())) == []


def test_a_retired_item_is_there_for_a_look_back_and_nowhere_else(
    reader: Account, gala: Item, hanna: Account
) -> None:
    hand_over(gala, hanna, actor=SYSTEM)
    handed = moment()
    retire_item(gala, actor=SYSTEM)

    shown = page(reader, gala, handed)
    assert names_in(shown) == ["Hanna Handed"]
    assert gala.get_absolute_url() not in shown.content.decode().replace("/who/", "")
    assert "There was no such item then" in text_of(page(reader, gala, moment()))
    assert "There was no such item then" in text_of(page(reader, gala, handed - timedelta(days=9)))
    who = reverse("accounts:item_who", args=[gala.pk])
    assert signed_in(reader).get(who).status_code == 404
    entry = JournalEntry.objects.get(event="item.retired")
    log = signed_in(reader).get(entry.get_absolute_url())
    assert names_in(signed_in(reader).get(log.context["then_url"] + "&way=handed")) == ["Hanna Handed"]


@pytest.mark.parametrize("lacks", LOOKS_BACK)
def test_who_may_not_look_back_or_not_see_it_does_not(lacks: str, unit: Unit, gala: Item) -> None:
    holds = [right for right in LOOKS_BACK if right != lacks]
    other = AccountFactory(unit=unit, permissions=holds)
    handed = moment()
    retire_item(gala, actor=SYSTEM)

    expected = 403 if lacks == "accounts:list" else 404
    assert page(other, gala, handed).status_code == expected
    elsewhere = AccountFactory(unit=UnitFactory(name="Elsewhere"), permissions=LOOKS_BACK)
    assert page(elsewhere, gala, handed).status_code == 404


def test_it_counts_only_for_whoever_could_sign_in_then(
    reader: Account, gala: Item, hanna: Account, unit: Unit
) -> None:
    hand_over(gala, hanna, actor=SYSTEM)
    active = moment()
    disable_account(hanna, actor=SYSTEM, unit=unit)

    assert names_in(page(reader, gala, active)) == ["Hanna Handed"]
    assert names_in(page(reader, gala, moment())) == []


def test_the_file_and_the_command_say_the_same(
    reader: Account, gala: Item, hanna: Account, unit: Unit
) -> None:
    hand_over(gala, hanna, actor=SYSTEM)
    handed = moment()
    retire_item(gala, actor=SYSTEM)
    register_item("events", unit, "Gala", actor=SYSTEM)
    query = {"at": said(handed), "way": "handed"}

    path = reverse("accounts:item_who_export", args=[gala.pk], query=query)
    rows = list(csv.DictReader(io.StringIO(signed_in(reader).get(path).getvalue().decode("utf-8-sig"))))
    assert [(row["name"], row["how"], row["what"]) for row in rows] == [
        ("Hanna Handed", "handed", "Open events; Change events")
    ]

    words = ("who_can", "--item", "events:Gala", "--at", handed.isoformat())
    names = {each["name"] for each in run(*words, "--format", "json").data}
    assert names == {"Hanna Handed", "Rea Der"}
    assert "Hanna Handed,hanna.handed@example.org" in run(*words, "--format", "csv").out
    assert "Hanna" not in run("who_can", "--item", "events:Gala").out


def test_at_every_moment_it_is_what_could_be_done_then(gala: Item, unit: Unit) -> None:
    """Handed over and taken back by every door; compared with the decision that was made at the time."""
    people = [AccountFactory(unit=unit) for _number in range(3)]
    doors = [
        lambda: hand_over(gala, people[0], actor=SYSTEM),
        lambda: hand_over(gala, people[1], actor=SYSTEM),
        lambda: undo(JournalEntry.objects.latest("sequence"), actor=SYSTEM, unit=unit),
        lambda: hand_over(gala, people[2], actor=SYSTEM),
        lambda: disable_account(people[0], actor=SYSTEM, unit=unit),
        lambda: take_back(gala, people[2], actor=SYSTEM),
    ]
    known: dict[datetime, set[int]] = {}
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for door in doors:
            door()
            clock.shift(60)
            known[timezone.now()] = {p.pk for p in people if may_with(p, "events:update", gala)}
            clock.shift(60)

    assert {at: set(ask(about_item(gala, "update"), at).having) for at in known} == known


def test_a_look_back_costs_the_same_however_often_it_was_handed_over(gala: Item, hanna: Account) -> None:
    def cost() -> int:
        ask(about_item(gala), moment())
        with CaptureQueriesContext(connection) as caught:
            ask(about_item(gala), moment())
        return len(caught)

    hand_over(gala, hanna, actor=SYSTEM)
    few = cost()
    for _time in range(3):
        take_back(gala, hanna, actor=SYSTEM)
        hand_over(gala, hanna, actor=SYSTEM)
    assert cost() == few
