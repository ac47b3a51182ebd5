"""A preview is good for the dates that it was worked out with: whoever moves one meanwhile is noticed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.dates.services import set_dates
from accounts.models import Account, UnitAccess
from accounts.services.grants import set_levels
from accounts.services.items import hand_over, register_item
from adminrights.change import SYSTEM, preview
from adminrights.days import Span
from adminrights.models import Unit
from adminrights.promises import digest_of
from groups.models import Group, GroupRole, Membership
from groups.services import add_members, remove_members
from roles.models import Role
from tests.accounts.pages import signed_in, text_of
from tests.editing import opened

MOVED = "Something changed since you looked."
EARLY, LATE = (timezone.now() + timedelta(days=days) for days in (30, 60))


@pytest.fixture
def client(ada: Account) -> Client:
    return signed_in(ada)


def until(fact: Any, ends: datetime | None) -> Any:
    return set_dates(fact, Span(None, ends), actor=SYSTEM)


def membership(account: Account) -> Membership:
    found: Membership = account.memberships.not_ended().get()
    return found


def access(account: Account) -> UnitAccess:
    found: UnitAccess = account.unit_accesses.not_ended().get()
    return found


Moves = Callable[[Account], Any]
MOVES: dict[str, Moves] = {
    "a membership gets an end": lambda gwen: until(membership(gwen), EARLY),
    "an access gets an end": lambda gwen: until(access(gwen), EARLY),
}


# What is taken from her lasted for good when it was looked at.
@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("page", ["accounts:account_disable", "groups:group_delete", "groups:group_roles"])
def test_a_new_end_of_what_is_lost_is_noticed(
    page: str, move: str, client: Client, campaign_team: Group, gwen: Account
) -> None:
    about = gwen if page == "accounts:account_disable" else campaign_team
    path, sent = reverse(page, args=[about.pk]), {}
    if page == "groups:group_roles":
        sent = opened(client, path)
        shown = client.post(path, sent | {"preview": "1"})
    else:
        shown = client.get(path)
    assert "Gwen Group loses" in text_of(shown)
    MOVES[move](gwen)

    moved = client.post(path, sent | {"previewed": shown.context["previewed"]})

    assert (moved.status_code, MOVED in text_of(moved)) == (409, True)
    gwen.refresh_from_db()
    assert gwen.status == "active"
    assert GroupRole.objects.live().filter(group=campaign_team).exists()
    assert client.post(path, sent | {"previewed": moved.context["previewed"]}).status_code == 302


def test_a_later_end_of_a_right_of_ones_own_is_noticed(client: Client, gwen: Account, unit: Unit) -> None:
    set_levels(gwen, {"contacts": 2}, actor=SYSTEM, unit=unit)
    until(gwen.grants.not_ended().get(), EARLY)
    path = reverse("accounts:account_disable", args=[gwen.pk])
    shown = client.get(path).context["previewed"]
    until(gwen.grants.not_ended().get(), LATE)

    assert client.post(path, {"previewed": shown}).status_code == 409


def test_until_when_something_is_gained_is_noticed(
    client: Client, campaign_team: Group, nemo: Account
) -> None:
    path = reverse("groups:member_add", args=[campaign_team.pk])
    sent = {"account": nemo.pk}
    looked = client.post(path, sent | {"preview": "1"})
    until(access(nemo), EARLY)

    assert client.post(path, sent | {"previewed": looked.context["previewed"]}).status_code == 409
    assert not nemo.memberships.live().exists()


@pytest.mark.parametrize("starts", [EARLY, LATE])
def test_a_planned_start_of_what_is_ended_is_noticed(
    starts: datetime, client: Client, campaign_team: Group, nemo: Account
) -> None:
    """Nobody loses anything by it today: the dates alone say what is given up."""
    add_members(campaign_team, [nemo], actor=SYSTEM, span=Span(EARLY, None))
    path = reverse("accounts:account_remove", args=[nemo.pk])
    shown = client.get(path).context["previewed"]
    if starts != EARLY:
        set_dates(membership(nemo), Span(starts, None), actor=SYSTEM)

    answer = client.post(path, {"previewed": shown})

    assert answer.status_code == (302 if starts == EARLY else 409)


def test_collected_edits_notice_it(client: Client, campaign_team: Group, gwen: Account) -> None:
    path = reverse("groups:member_remove", args=[campaign_team.pk])
    client.post(path, {"account": gwen.pk, "collect": "1"})
    shown = client.get("/collected/").context["previewed"]
    until(membership(gwen), EARLY)

    moved = client.post("/collected/", {"previewed": shown})

    assert (moved.status_code, MOVED in text_of(moved)) == (409, True)
    assert gwen.memberships.live().exists()


def test_a_step_for_many_notices_it(client: Client, campaign_team: Group, gwen: Account) -> None:
    path = reverse("accounts:bulk_disable")
    sent = {"pk": [gwen.pk], "reason": "leaves"}
    shown = client.post(path, sent).context["shown"]
    until(membership(gwen), EARLY)

    moved = client.post(path, sent | {"shown": shown, "do": "1"})

    assert (moved.status_code, MOVED in text_of(moved)) == (409, True)


def test_what_it_does_not_speak_of_may_move(
    client: Client, campaign_team: Group, campaigns_admin: Role, gwen: Account, nemo: Account
) -> None:
    add_members(campaign_team, [nemo], actor=SYSTEM)
    path = reverse("accounts:account_disable", args=[gwen.pk])
    shown = client.get(path).context["previewed"]
    until(membership(nemo), EARLY)

    assert client.post(path, {"previewed": shown}).status_code == 302


def test_an_item_lasts_as_long_as_one_may_enter(gwen: Account, unit: Unit) -> None:
    item = register_item("offers", unit, "Offer", actor=SYSTEM)

    def shown() -> str:
        return digest_of(preview(lambda: hand_over(item, gwen, actor=SYSTEM)))

    before = shown()
    assert shown() == before
    until(access(gwen), EARLY)
    assert shown() != before


def test_looking_twice_is_the_same_look(gwen: Account, campaign_team: Group) -> None:
    until(membership(gwen), EARLY)
    looks = {
        digest_of(preview(lambda: remove_members(campaign_team, [gwen], actor=SYSTEM))) for _again in range(3)
    }
    assert len(looks) == 1
