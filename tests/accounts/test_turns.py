"""A permission's timeline: who gained it and who lost it, when, by which change, for whoever may see it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account
from accounts.services.grants import set_permissions
from accounts.services.lifecycle import update_account
from accounts.turns.turns import turns
from accounts.views import past
from accounts.who.answer import ask
from accounts.who.question import about_permission
from adminrights.change import SYSTEM
from adminrights.days import Span
from adminrights.models import JournalEntry, Unit
from groups.services import add_members, remove_members
from tests.accounts.pages import signed_in, text_of
from tests.edits import World
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory

KEY = "ad_campaigns:delete"


@pytest.mark.parametrize("key", ["contacts:list", "campaigns:approve", "contacts.view"])
def test_between_the_turns_exactly_those_may_do_it_who_could(catalogue_rows: None, key: str) -> None:
    world, moments = World(5), []
    for _ in range(8):
        world.steps(6)
        moments.append(timezone.now())

    for unit in world.units[:2]:
        unit.refresh_from_db()
        found = turns(key, unit)
        assert found
        for at in moments:
            able: set[int] = set()
            for turn in reversed(found):
                if turn.at <= at:
                    (able.add if turn.gained else able.remove)(turn.account)
            assert able == set(ask(about_permission(key, unit), at).having)


def look(reader: Account, key: str = KEY, **query: str) -> Any:
    return signed_in(reader).get(reverse("accounts:permission_past", args=[key]), query)


@pytest.fixture
def told(unit: Unit, ada: Account) -> Iterator[Account]:
    """Gwen came into the team, was renamed, and left it for a while that ends by itself."""
    role = RoleFactory(unit=unit, rules=[KEY], display_name="Editors")
    team = GroupFactory(unit=unit, roles=[role], display_name="Press")
    gwen = AccountFactory(unit=unit, first_name="Gwen", last_name="Before")
    today = timezone.now()
    with time_machine.travel(today + timedelta(days=1), tick=True):
        add_members(team, [gwen], actor=ada)
    with time_machine.travel(today + timedelta(days=2), tick=True):
        update_account(gwen, last_name="After", actor=SYSTEM, unit=unit)
        remove_members(team, [gwen], actor=ada)
    with time_machine.travel(today + timedelta(days=3), tick=True):
        add_members(team, [gwen], actor=ada, span=Span(None, today + timedelta(days=9)))
        yield gwen


def test_it_says_who_gained_and_lost_it_by_which_change_under_the_name_of_then(
    ada: Account, told: Account
) -> None:
    answer = look(ada)
    planned, again, lost, gained = answer.context["moments"][:4]

    assert [person.name for person in gained.gained.named] == ["Gwen Before"]
    assert [person.name for person in lost.lost.named] == ["Gwen After"]
    assert (gained.what, gained.by, again.by) == ("Members changed", "Ada Admin", "Ada Admin")
    assert gained.url == JournalEntry.objects.get(at=gained.at).get_absolute_url()
    assert (planned.planned, planned.lost.named[0].name, planned.url) == (True, "Gwen After", "")
    words = text_of(answer)
    assert "Gained: Gwen Before" in words
    assert "by itself, as planned today" in words
    person = reverse("accounts:account_timeline", args=[told.pk, KEY])
    assert person in answer.content.decode()
    assert signed_in(ada).get(gained.url).status_code == 200


def test_with_a_moment_it_ends_there(ada: Account, told: Account) -> None:
    yesterday = timezone.localtime() - timedelta(days=1, hours=12)
    answer = look(ada, at=f"{yesterday:%Y-%m-%dT%H:%M}")

    assert [len(moment.gained.named) for moment in answer.context["moments"]] == [1]
    assert "up to" in text_of(answer)


def test_many_moments_come_in_pages(
    ada: Account, unit: Unit, nemo: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "MOMENTS_A_PAGE", 2)
    for given in (True, False, True):
        set_permissions(nemo, {KEY: given}, actor=SYSTEM, unit=unit)

    first, second = look(ada), look(ada, page="2")

    assert [bool(moment.gained) for moment in first.context["moments"]] == [True, False]
    assert "Page 1 of 2" in text_of(first)
    assert [moment.by for moment in second.context["moments"]] == ["System"]


# S4-20
def test_a_unit_shows_its_own_people_and_counts_the_others(unit: Unit) -> None:
    south = UnitFactory(name="South", parent=unit)
    role = RoleFactory(unit=unit, rules=[KEY])
    with_all = {"includes_subunits": True}
    above = AccountFactory(unit=unit, first_name="Far", last_name="Above", access=with_all)
    here = AccountFactory(unit=south, first_name="Just", last_name="Here")
    group = GroupFactory(unit=unit, roles=[role])
    add_members(group, [above, here], actor=SYSTEM)
    reader = AccountFactory(unit=south, permissions=["access_log:list"])
    answer = look(reader)
    words = text_of(answer)

    assert "Just Here" in words
    assert "1 person who isn't listed here" in words
    assert "Far Above" not in words
    # The change belongs to the unit above, so its entry isn't shown here.
    assert [moment.url for moment in answer.context["moments"]] == [""]
    assert "Members changed" not in words


def test_a_named_permission_has_a_timeline_too(ada: Account, unit: Unit, nemo: Account) -> None:
    set_permissions(nemo, {"contacts:list": True, "contacts:get": True}, actor=SYSTEM, unit=unit)
    assert "Nobody ever held it here." in text_of(look(ada, "contacts.view"))
    set_permissions(nemo, {"contacts.view": True}, actor=SYSTEM, unit=unit)
    words = text_of(look(ada, "contacts.view"))

    assert "Gained: Nemo Nobody" in words
    assert "Who could do it 1 Nemo Nobody Own right: " in words
    path = reverse("accounts:account_timeline", args=[nemo.pk, "contacts.view"])
    assert "Allowed" in text_of(signed_in(ada).get(path))


def test_it_is_reached_from_the_permission_and_from_who_can(ada: Account, gwen: Account, unit: Unit) -> None:
    path = reverse("accounts:permission_past", args=[KEY])
    plain = AccountFactory(unit=unit, permissions=["accounts:list", "roles:list"])
    for name in ("permission_page", "permission_who"):
        page = reverse(f"accounts:{name}", args=[KEY])
        assert f"{path}#results" in signed_in(ada).get(page).content.decode()
        assert path not in signed_in(plain).get(page).content.decode()
    assert look(plain).status_code == 403
