"""First and last days of what people have: set, shown, decided by the clock, prolonged by others only."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.dates.services import set_dates
from accounts.models import Account, Grant, UnitAccess
from adminrights.change import SYSTEM, change
from adminrights.days import Span, end_of
from adminrights.events import Event
from adminrights.exceptions import MayNotPassOn
from adminrights.models import JournalEntry, Unit
from groups.models import Group, Membership
from tests.dates import LAST, MONDAY, as_, now_of, page, sent
from tests.factories import AccountFactory, GroupFactory, UnitFactory

pytestmark = pytest.mark.usefixtures("monday")


@pytest.fixture
def below(unit: Unit) -> Unit:
    return UnitFactory(name="Branch", parent=unit)


# ---- the page ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["membership", "own", "access"])
def test_the_page_sets_the_last_day_of_each_kind(
    which: str, request: pytest.FixtureRequest, unit: Unit, ada: Account, nemo: Account
) -> None:
    fact = nemo.unit_accesses.get() if which == "access" else request.getfixturevalue(which)

    answer = sent(as_(ada), fact, ends="2026-03-06")

    assert now_of(fact).expires_at == LAST
    assert "holds until the end of 6 March 2026 (UTC)" in answer.content.decode()
    entry = JournalEntry.objects.latest("sequence")
    assert (entry.event, entry.actor) == (Event.DATES_CHANGED, ada)


def test_a_day_is_meant_in_the_zone_of_the_site(ada: Account, own: Grant, settings: Settings) -> None:
    settings.TIME_ZONE = "America/New_York"

    answer = sent(as_(ada), own, ends="2026-03-06")

    assert now_of(own).expires_at == datetime(2026, 3, 7, 4, 59, 59, 999999, UTC)
    assert "the end of 6 March 2026 (America/New_York)" in answer.content.decode()


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-03-01", "This last day is over"),
        ("0001-01-01", "This is no day"),
        ("9999-12-31", "This is no day"),
        ("6.3.2026", "This is no day"),
        ("9" * 400, "This is no day"),
    ],
)
def test_a_day_that_is_over_or_none_is_an_error_of_the_form(
    day: str, words: str, ada: Account, own: Grant
) -> None:
    answer = sent(as_(ada), own, ends=day)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert now_of(own).pk == own.pk


def test_a_last_day_before_the_first_is_an_error_of_the_form(
    ada: Account, nemo: Account, campaign_team: Group
) -> None:
    path = reverse("groups:member_add_dated", args=[campaign_team.pk]) + f"?account={nemo.pk}"

    answer = as_(ada).post(path, {"starts": "2026-03-06", "ends": "2026-03-05"})

    assert answer.status_code == 422
    assert "lies before the first" in answer.content.decode()
    assert not nemo.memberships.exists()


def test_today_is_a_last_day_too(ada: Account, own: Grant) -> None:
    sent(as_(ada), own, ends="2026-03-02")

    assert now_of(own).expires_at == end_of(date(2026, 3, 2))


def test_the_look_ahead_says_what_goes_on_that_day_and_saves_nothing(
    ada: Account, gwen: Account, membership: Membership, unit: Unit
) -> None:
    client = as_(ada)
    entries = JournalEntry.objects.count()

    answer = sent(client, membership, ends="2026-03-06", preview="1")

    said = answer.content.decode()
    assert "At the end of 6 March 2026 (UTC) Gwen Group loses in Northwind" in said
    assert (JournalEntry.objects.count(), now_of(membership).pk) == (entries, membership.pk)


def test_the_look_ahead_knows_of_other_sources(
    ada: Account, gwen: Account, membership: Membership, unit: Unit, campaigns_admin: object
) -> None:
    GroupFactory(unit=unit, roles=[campaigns_admin], members=[gwen])

    answer = sent(as_(ada), membership, ends="2026-03-06", preview="1")

    assert "neither gains nor loses a right" in answer.content.decode()


def test_taking_the_end_away_makes_it_stay(ada: Account, own: Grant) -> None:
    short = set_dates(own, Span(None, LAST), actor=ada)

    sent(as_(ada), short, ends="")

    assert now_of(own).expires_at is None


def test_saving_the_same_day_changes_nothing_though_its_hour_is_another(ada: Account, own: Grant) -> None:
    short = set_dates(own, Span(None, LAST - timedelta(hours=9)), actor=ada)

    sent(as_(ada), short, ends="2026-03-06")

    assert now_of(own).pk == short.pk


def test_whoever_opened_the_form_before_somebody_else_saved_is_told(
    ada: Account, otto: Account, own: Grant
) -> None:
    client = as_(otto)
    opened = client.get(page(own)).context["opened"]
    set_dates(own, Span(None, LAST), actor=ada)

    answer = client.post(page(own), {"opened": opened, "ends": "2026-05-01"})

    assert answer.status_code == 409
    assert now_of(own).expires_at == LAST


# ---- units -------------------------------------------------------------------------------------------------


def test_access_to_everything_below_isnt_shortened_by_whoever_administers_a_part(
    unit: Unit, below: Unit, nemo: Account
) -> None:
    with change(Event.ACCOUNT_ACCESS_CHANGED, actor=SYSTEM) as c:
        access = c.start(UnitAccess(account=nemo, unit=below, includes_subunits=True))
    UnitFactory(parent=below)
    part = AccountFactory(unit=below, levels={"admin_rights": 2})

    with pytest.raises(MayNotPassOn):
        set_dates(access, Span(None, LAST), actor=part)


def test_how_one_enters_stays_when_the_end_is_set(
    unit: Unit, ada: Account, below: Unit, nemo: Account
) -> None:
    with change(Event.ACCOUNT_ACCESS_CHANGED, actor=SYSTEM) as c:
        access = c.start(UnitAccess(account=nemo, unit=below, own_rights_only=True))
        c.end(ada.unit_accesses.get())
        c.start(UnitAccess(account=ada, unit=unit, includes_subunits=True))

    new = set_dates(access, Span(None, LAST), actor=ada)

    assert isinstance(new, UnitAccess)
    assert (new.own_rights_only, new.includes_subunits, new.unit) == (True, False, below)


# ---- shown -------------------------------------------------------------------------------------------------


def test_the_account_says_until_when_beside_each_right(unit: Unit, ada: Account, gwen: Account) -> None:
    set_dates(gwen.memberships.get(), Span(None, LAST), actor=ada)

    answer = as_(ada).get(gwen.get_absolute_url())

    assert answer.context["tags"][0]["detail"] == "until 6 Mar 2026"
    assert [line.dates for line in answer.context["given"]["dated"]] == ["until 6 Mar 2026"]
    group = as_(ada).get(gwen.memberships.live().get().group.get_absolute_url()).content.decode()
    assert "until 6 Mar 2026" in group


def test_the_history_tells_the_dates(unit: Unit, ada: Account, gwen: Account) -> None:
    set_dates(gwen.memberships.get(), Span(None, LAST), actor=ada)

    told = as_(ada).get(reverse("accounts:account_history", args=[gwen.pk])).content.decode()

    assert "Dates of a right changed" in told
    assert "member, until 6 Mar 2026" in told


def test_nobody_is_offered_to_set_dates_of_their_own(unit: Unit, ada: Account) -> None:
    lines = as_(ada).get(ada.get_absolute_url()).context["given"]

    assert [line.url for line in [*lines["dated"], *lines["others"]]] == ["", ""]
    assert timezone.now() == MONDAY
