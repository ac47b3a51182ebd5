"""One step for many accounts: whom, what it does to each, then all of it as one change."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, UnitAccess
from adminrights.change import SYSTEM
from adminrights.days import end_of
from adminrights.models import JournalEntry, OutgoingMail, Unit
from groups.models import Group, Membership
from groups.services import add_members
from tests.accounts.pages import messages_of, signed_in, text_of
from tests.factories import AccountFactory, GroupFactory, UnitFactory

ALL = re.compile(r'name="all" value="([^"]+)"')


@pytest.fixture
def as_ada(ada: Account) -> Client:
    return signed_in(ada)


@pytest.fixture
def crowd(unit: Unit) -> list[Account]:
    return [AccountFactory(unit=unit, first_name="Kim", last_name=f"Crowd{n}") for n in range(5)]


def url(name: str) -> str:
    return reverse(f"accounts:bulk_{name}")


def ticked(people: list[Account]) -> dict[str, Any]:
    return {"pk": [account.pk for account in people]}


def agreed(shown: Any) -> dict[str, Any]:
    """Return what the form carries once it has shown what would happen."""
    carried = shown.context["carried"]
    return carried | {"shown": shown.context["shown"], "do": "1"}


def members(group: Group) -> set[Account]:
    return {fact.account for fact in Membership.objects.live().filter(group=group).select_related("account")}


def test_the_list_offers_the_steps_to_whoever_may_do_them(
    as_ada: Client, helen: Account, nemo: Account
) -> None:
    page = as_ada.get(reverse("accounts:account_list"))
    assert [str(button.label) for button in page.context["bulk"]] == [
        "Add to groups", "Remove from groups", "Set end date", "Resend Invite", "Reactivate", "Disable",
    ]  # fmt: skip
    assert f'name="pk" value="{nemo.pk}" form="bulk"' in page.content.decode()
    theirs = signed_in(helen).get(reverse("accounts:account_list"))
    assert [str(button.label) for button in theirs.context["bulk"]] == ["Add to groups", "Remove from groups"]


def test_ticked_people_join_a_group_in_one_change(
    as_ada: Client, crowd: list[Account], campaign_team: Group
) -> None:
    add_members(campaign_team, crowd[:1], actor=SYSTEM)
    choosing = as_ada.post(url("add"), ticked(crowd))
    assert "5 accounts are chosen." in text_of(choosing)
    entries = JournalEntry.objects.count()

    shown = as_ada.post(url("add"), ticked(crowd) | {"groups": [campaign_team.pk], "next": "1"})

    text = text_of(shown)
    assert "Nothing is done yet." in text
    assert "1 with nothing to do" in text
    assert "Kim Crowd1, Kim Crowd2, Kim Crowd3, Kim Crowd4 gain: Ad campaigns (" in text
    assert JournalEntry.objects.count() == entries
    assert members(campaign_team) == {crowd[0]}

    done = as_ada.post(url("add"), agreed(shown) | {"groups": [campaign_team.pk]}, follow=True)

    assert messages_of(done) == ["Add to groups: 4 accounts."]
    assert members(campaign_team) == set(crowd)
    assert JournalEntry.objects.count() == entries + 1
    assert "in the group already" in text_of(done)


def test_all_that_match_means_what_the_screen_counted(
    as_ada: Client, unit: Unit, crowd: list[Account], nemo: Account, campaign_team: Group, monkeypatch: Any
) -> None:
    monkeypatch.setattr("accounts.views.accounts.AccountList.per_page", 2)
    page = as_ada.get(reverse("accounts:account_list"), {"q": "Crowd"})
    sealed = ALL.findall(page.content.decode())
    chosen = {"groups": [campaign_team.pk], "next": "1"}

    shown = as_ada.post(url("add"), {"all": sealed} | chosen)
    assert "5 accounts are chosen." in text_of(shown)

    AccountFactory(unit=unit, first_name="Kim", last_name="Crowd9")
    for data in ({"all": sealed} | chosen, agreed(shown) | chosen):
        late = as_ada.post(url("add"), data, follow=True)
        assert messages_of(late) == [
            "6 accounts match by now; 5 did when you chose. Look again and choose anew."
        ]
    assert members(campaign_team) == set()


def test_whoever_is_refused_is_left_out_and_said_so_before_and_after(
    as_ada: Client, ada: Account, crowd: list[Account], penny: Account, dora: Account, otto: Account
) -> None:
    everybody = [*crowd, penny, dora, ada]
    shown = as_ada.post(url("disable"), ticked(everybody))

    text = text_of(shown)
    assert "2 refused" in text
    assert "You can't disable your own account." in text
    assert "Only an active account can be disabled. It is pending now." in text
    assert "is disabled already" in text

    done = as_ada.post(url("disable"), agreed(shown) | {"reason": "they left"}, follow=True)

    assert messages_of(done) == ["Disable: 5 accounts. 2 are left out."]
    assert set(Account.objects.filter(status="disabled")) == {*crowd, dora}
    assert OutgoingMail.objects.filter(message="disabled").count() == 5
    assert sorted(done.context["again"]) == sorted([str(penny.pk), str(ada.pk)])
    assert JournalEntry.objects.filter(event="account.disabled", reason="they left").count() == 1


def test_a_guard_refuses_the_one_and_not_the_others(
    unit: Unit, helen: Account, crowd: list[Account], campaign_team: Group
) -> None:
    """Helen may pass on only what she holds; the group gives more."""
    shown = signed_in(helen).post(url("add"), ticked(crowd) | {"groups": [campaign_team.pk], "next": "1"})

    assert "5 refused" in text_of(shown)
    assert "There is nothing to do." in text_of(shown)


def test_if_the_state_moved_since_the_look_nothing_is_done(
    as_ada: Client, crowd: list[Account], campaign_team: Group
) -> None:
    chosen = {"groups": [campaign_team.pk]}
    shown = as_ada.post(url("add"), ticked(crowd) | chosen | {"next": "1"})
    add_members(campaign_team, crowd[:1], actor=SYSTEM)

    late = as_ada.post(url("add"), agreed(shown) | chosen)

    assert late.status_code == 409
    assert "Something changed since you looked." in text_of(late)
    assert members(campaign_team) == {crowd[0]}
    assert as_ada.post(url("add"), agreed(late) | chosen).status_code == 302
    assert members(campaign_team) == set(crowd)


def test_the_other_steps_do_what_the_single_ones_do(
    as_ada: Client, unit: Unit, gwen: Account, campaign_team: Group, penny: Account, dora: Account
) -> None:
    shown = as_ada.post(url("remove"), ticked([gwen]) | {"groups": [campaign_team.pk], "next": "1"})
    assert "Gwen Group loses: Ad campaigns (" in text_of(shown)
    as_ada.post(url("remove"), agreed(shown) | {"groups": [campaign_team.pk]})
    assert members(campaign_team) == set()
    as_ada.post(url("resend"), agreed(as_ada.post(url("resend"), ticked([penny]))))
    assert OutgoingMail.objects.filter(message="invitation", account=penny).count() == 1
    as_ada.post(url("reactivate"), agreed(as_ada.post(url("reactivate"), ticked([dora]))))
    dora.refresh_from_db()
    assert dora.status == "active"


def test_the_result_is_a_file_too(as_ada: Client, crowd: list[Account], penny: Account) -> None:
    shown = as_ada.post(url("disable"), ticked([*crowd[:1], penny]))
    as_ada.post(url("disable"), agreed(shown))

    lines = b"".join(as_ada.get(url("export")).streaming_content).decode().splitlines()

    assert lines[0] == "id,name,email,outcome,message"
    assert lines[1].startswith(f"{penny.pk},Penny Pending,{penny.email},refused,Only an active")
    assert lines[2] == f"{crowd[0].pk},Kim Crowd0,{crowd[0].email},done,done"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"pk": "x"},
        {"pk": "9" * 30},
        {"pk": "²"},
        {"all": "forged"},
        {"pk": "99999999"},
        {"pk": ["1"] * 2},
    ],
)
def test_what_names_nobody_leads_back_to_the_list(sent: dict[str, Any], as_ada: Client, unit: Unit) -> None:
    answer = as_ada.post(url("disable"), sent)
    assert answer.status_code in {200, 302}


def test_people_of_another_unit_are_left_out(as_ada: Client, nemo: Account) -> None:
    elsewhere = AccountFactory(unit=UnitFactory(name="Elsewhere"), first_name="Else")
    shown = as_ada.post(url("disable"), ticked([nemo, elsewhere]))
    assert "1 account is chosen." in text_of(shown)
    assert "Else" not in text_of(shown)


def test_a_group_of_elsewhere_is_a_mistake_in_the_form(as_ada: Client, nemo: Account) -> None:
    group = GroupFactory(unit=UnitFactory(name="Elsewhere"))
    answer = as_ada.post(url("add"), ticked([nemo]) | {"groups": [group.pk], "next": "1"})
    assert members(group) == set()
    assert answer.context["form"].errors


@pytest.mark.parametrize("shown", ["forged", "", "x:y:z"])
def test_what_nobody_showed_is_only_shown(shown: str, as_ada: Client, nemo: Account) -> None:
    answer = as_ada.post(url("disable"), ticked([nemo]) | {"shown": shown, "do": "1"})
    assert "Nothing is done yet." in text_of(answer)
    nemo.refresh_from_db()
    assert nemo.status == "active"


def end_tomorrow() -> tuple[str, datetime]:
    day = timezone.localdate() + timedelta(days=1)
    return day.isoformat(), end_of(day)


def test_many_memberships_and_accesses_end_on_one_day(
    as_ada: Client, ada: Account, unit: Unit, crowd: list[Account], campaign_team: Group
) -> None:
    add_members(campaign_team, crowd[:2], actor=SYSTEM)
    day, moment = end_tomorrow()
    chosen = {"groups": [campaign_team.pk], "access": "on", "ends": day}
    people = ticked([*crowd, ada])
    entries = JournalEntry.objects.count()

    shown = as_ada.post(url("end"), people | chosen | {"next": "1"})
    text = text_of(shown)
    assert "1 refused" in text
    assert "You can't change which units you may enter." in text
    assert "It ends by itself for 5 people at the end of" in text
    assert JournalEntry.objects.count() == entries
    done = as_ada.post(url("end"), agreed(shown) | chosen, follow=True)

    assert messages_of(done) == ["Set end date: 5 accounts. 1 is left out."]
    assert JournalEntry.objects.count() == entries + 1
    ends = UnitAccess.objects.live().filter(unit=unit).values_list("account", "expires_at")
    assert dict(ends) == {ada.pk: None} | {account.pk: moment for account in crowd}
    assert {fact.expires_at for fact in Membership.objects.live().filter(group=campaign_team)} == {moment}

    again = as_ada.post(url("end"), ticked(crowd) | chosen | {"next": "1"})
    assert "There is nothing to do." in text_of(again)
    never = as_ada.post(url("end"), ticked(crowd) | {"access": "on", "next": "1"})
    as_ada.post(url("end"), agreed(never) | {"access": "on"})
    assert set(UnitAccess.objects.live().filter(unit=unit).values_list("expires_at", flat=True)) == {None}


def test_many_join_a_group_until_a_day(as_ada: Client, crowd: list[Account], campaign_team: Group) -> None:
    day, moment = end_tomorrow()
    chosen = {"groups": [campaign_team.pk], "ends": day}
    shown = as_ada.post(url("add"), ticked(crowd) | chosen | {"next": "1"})
    # Another day than the one that was shown is another step.
    other = as_ada.post(url("add"), agreed(shown) | chosen | {"ends": ""})
    assert "Nothing is done yet." in text_of(other)
    assert members(campaign_team) == set()

    as_ada.post(url("add"), agreed(shown) | chosen)

    assert {fact.expires_at for fact in Membership.objects.live().filter(group=campaign_team)} == {moment}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"ends": "2001-01-01", "access": "on"}, "This last day is over."),
        ({"ends": "soon", "access": "on"}, "This is no day. Write it as 2026-03-31."),
        ({"ends": ""}, "Tick what shall end"),
    ],
)
def test_an_end_that_can_not_be_is_said_and_what_was_typed_stays(
    as_ada: Client, crowd: list[Account], typed: dict[str, str], said: str
) -> None:
    answer = as_ada.post(url("end"), ticked(crowd) | typed | {"next": "1"})
    assert said in text_of(answer)
    assert f'value="{typed["ends"]}"' in answer.content.decode() or not typed["ends"]
    assert answer.context["carried"] == {"pk": [str(account.pk) for account in crowd]}
