"""Rights with dates, by the clock: in force from the first moment to the last, whatever asks."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.access import effective
from accounts.dates.ending import ending
from accounts.dates.services import cancel_planned, set_dates
from accounts.models import Account, Grant
from accounts.services.grants import set_levels, set_permission
from accounts.services.invitations import accept_invitation
from accounts.services.lifecycle import create_account
from accounts.services.memberships import set_groups
from adminrights.change import SYSTEM, change
from adminrights.days import Span, end_of, start_of
from adminrights.events import Event
from adminrights.exceptions import Invalid
from adminrights.models import Unit
from groups.models import Group, Membership
from groups.services import add_members
from tests.dates import CREATE, FRIDAY, LAST, MONDAY, as_, page, sent
from tests.factories import PASSWORD, AccountFactory, GroupFactory, RoleFactory

pytestmark = pytest.mark.usefixtures("monday")


# ---- by the clock ------------------------------------------------------------------------------------------


def test_an_end_is_kept_to_the_second_on_page_api_and_in_an_open_session(
    unit: Unit, ada: Account, monday: time_machine.Traveller
) -> None:
    person = AccountFactory(unit=unit, permissions=["accounts:list", "accounts:get"])
    listing = person.grants.get(permission="accounts:list")
    set_dates(listing, Span(None, LAST), actor=ada)

    monday.move_to(LAST - timedelta(seconds=1))
    session = as_(person)
    assert session.get(reverse("accounts:account_list")).status_code == 200
    assert Account.objects.get(pk=person.pk).has_perm("accounts:list", unit)

    monday.move_to(LAST + timedelta(seconds=1))
    assert session.get(reverse("accounts:account_list")).status_code == 403
    assert not Account.objects.get(pk=person.pk).has_perm("accounts:list", unit)


def test_list_export_preview_and_form_treat_what_is_over_as_over(
    unit: Unit, ada: Account, gwen: Account, membership: Membership, monday: time_machine.Traveller
) -> None:
    short = set_dates(membership, Span(None, LAST), actor=ada)
    assert "Group Campaign team" in as_(ada).get(reverse("accounts:ending_list")).content.decode()

    monday.move_to(LAST + timedelta(seconds=1))
    client = as_(ada)

    assert "Campaign team" not in client.get(reverse("accounts:ending_list")).content.decode()
    export = client.get(reverse("accounts:ending_export"))
    assert b"".join(export.streaming_content).count(b"\n") == 1
    assert client.get(page(short)).status_code == 404
    assert client.post(page(short), {"ends": "2026-04-01", "preview": "1"}).status_code == 404
    told = client.get(gwen.get_absolute_url())
    assert told.context["tags"] == []
    assert told.context["given"]["dated"] == []
    with pytest.raises(Invalid):
        set_dates(short, Span(None, None), actor=ada)


def test_what_is_planned_begins_and_ends_by_itself(
    unit: Unit, ada: Account, nemo: Account, campaign_team: Group, monday: time_machine.Traveller
) -> None:
    span = Span(start_of(FRIDAY), end_of(FRIDAY))
    add_members(campaign_team, [nemo], actor=ada, span=span)

    held = []
    for moment in (span.starts, span.ends):
        assert moment is not None
        for second in (-1, 0, 1):
            monday.move_to(moment + timedelta(seconds=second))
            held.append(Account.objects.get(pk=nemo.pk).has_perm(CREATE, unit))

    assert held == [False, True, True, True, False, False]


# ---- planned -----------------------------------------------------------------------------------------------


def test_a_planned_membership_is_shown_and_taken_back(
    unit: Unit, ada: Account, nemo: Account, campaign_team: Group
) -> None:
    client = as_(ada)
    path = reverse("groups:member_add_dated", args=[campaign_team.pk]) + f"?account={nemo.pk}"
    client.post(path, {"starts": "2026-03-05", "ends": "2026-03-06"})
    planned = nemo.memberships.get()

    on_group = client.get(campaign_team.get_absolute_url()).content.decode()
    on_account = client.get(nemo.get_absolute_url()).content.decode()
    assert "from 5 Mar 2026, until 6 Mar 2026" in on_group
    # As a tag, among what was given, and in the history.
    assert on_account.count("from 5 Mar 2026, until 6 Mar 2026") == 3

    asked = client.get(page(planned, "dates_cancel")).content.decode()
    assert "it will not begin" in asked
    client.post(page(planned, "dates_cancel"))

    assert not nemo.memberships.not_ended().exists()


def test_what_has_begun_is_not_taken_back_as_planned(ada: Account, own: Grant) -> None:
    with pytest.raises(Invalid):
        cancel_planned(own, actor=ada)


def test_the_first_day_of_what_is_planned_moves(ada: Account, nemo: Account, campaign_team: Group) -> None:
    planned = add_members(campaign_team, [nemo], actor=ada, span=Span(start_of(FRIDAY)))[0]

    sent(as_(ada), planned, starts="2026-03-09", ends="2026-03-10")
    moved = nemo.memberships.not_ended().get()
    assert (moved.starts_at, moved.expires_at) == (start_of(date(2026, 3, 9)), end_of(date(2026, 3, 10)))

    sent(as_(ada), moved, starts="", ends="2026-03-10")
    assert nemo.memberships.live().exists()


# What is given now takes the place of what was planned: one fact about one thing.
@pytest.mark.parametrize("door", ["groups", "levels", "add"])
def test_what_is_given_at_once_takes_the_place_of_what_was_planned(
    door: str, unit: Unit, ada: Account, nemo: Account, campaign_team: Group
) -> None:
    later = MONDAY + timedelta(days=9)
    with change(Event.GRANTS_CHANGED, actor=SYSTEM) as c:
        c.start(Grant(account=nemo, unit=unit, module_id="customers", level=1, starts_at=later))
        c.start(Membership(account=nemo, group=campaign_team, starts_at=later))
    doors: dict[str, Callable[[], object]] = {
        "groups": lambda: set_groups(nemo, [campaign_team], actor=ada, unit=unit),
        "levels": lambda: set_levels(nemo, {"customers": 2}, actor=ada, unit=unit),
        "add": lambda: add_members(campaign_team, [nemo], actor=ada),
    }

    doors[door]()

    facts = nemo.grants if door == "levels" else nemo.memberships
    assert facts.live().count() == facts.not_ended().count() == 1


def test_no_right_begins_in_the_past(ada: Account, nemo: Account, campaign_team: Group) -> None:
    with pytest.raises(Invalid):
        add_members(campaign_team, [nemo], actor=ada, span=Span(MONDAY - timedelta(days=1)))


def test_rights_planned_for_the_invited_are_judged_again_at_acceptance(unit: Unit, ada: Account) -> None:
    giver = AccountFactory(
        unit=unit, permissions=["accounts:create", "group_members:create", "access:assign", "contacts:export"]
    )
    group = GroupFactory(unit=unit, roles=[RoleFactory(unit=unit, rules=["contacts:export"])])
    details = {"email": "ivy@example.org", "first_name": "Ivy", "last_name": "Invited"}
    ivy = create_account(**details, unit=unit, actor=giver)
    add_members(group, [ivy], actor=giver, span=Span(MONDAY + timedelta(days=3)))
    set_permission(giver, "contacts:export", given=False, actor=ada, unit=unit)

    accept_invitation(ivy.invitations.get(), password=PASSWORD)

    assert not ivy.memberships.not_ended().exists()


# A right holds from its first moment to its last, whatever asks: the decision, the reading, the list of ends.
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_every_reader_agrees_with_the_clock(data: st.DataObject, unit: Unit, campaign_team: Group) -> None:
    start, length = data.draw(st.integers(0, 72)), data.draw(st.none() | st.integers(1, 72))
    starts = MONDAY + timedelta(hours=start)
    ends = None if length is None else starts + timedelta(hours=length)
    number = Account.objects.count()
    person = AccountFactory(unit=unit, email=f"person{number}@example.org")
    with change(Event.GRANTS_CHANGED, actor=SYSTEM) as c:
        c.start(Membership(account=person, group=campaign_team, starts_at=starts, expires_at=ends))
    edges = [MONDAY, starts, ends or starts]
    moment = data.draw(st.sampled_from(edges)) + timedelta(
        hours=data.draw(st.integers(0, 30)), seconds=data.draw(st.integers(0, 1))
    )

    with time_machine.travel(moment, tick=False):
        holds = starts <= moment and (ends is None or moment < ends)
        assert Account.objects.get(pk=person.pk).has_perm(CREATE, unit) is holds
        assert (CREATE in effective(person, unit, moment).effective) is holds
        stands = ends is not None and moment < ends
        assert (person in [each.account for each in ending(unit)]) is stands
        assert (person in [each.account for each in ending(unit, at=moment)]) is (holds and stands)
