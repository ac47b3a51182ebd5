"""What ends by itself on a day to come breaks a rule as much as what is taken away today."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.dates.services import set_dates
from accounts.models import AccessRule, Account, Grant
from accounts.services.grants import set_permission
from accounts.services.rules import Wanted, start_rule
from adminrights.change import SYSTEM, change
from adminrights.days import Span
from adminrights.events import Event
from adminrights.exceptions import RuleBroken
from adminrights.models import Unit
from groups.services import add_members, remove_members
from tests.accounts.pages import signed_in, text_of
from tests.editing import send
from tests.factories import AccountFactory, GroupFactory

pytestmark = pytest.mark.django_db
EXPORT = "contacts:export"


def end_of(days: int) -> datetime:
    day = timezone.localdate() + timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time.max))


@pytest.fixture
def two(unit: Unit, ada: Account) -> list[Account]:
    """Two people who can export, as a rule demands."""
    people: list[Account] = [
        AccountFactory(unit=unit, first_name=name, permissions=[EXPORT]) for name in ("Ann", "Ben")
    ]
    start_rule(Wanted("least", EXPORT, least=2), unit=unit, actor=SYSTEM)
    return people


def grant_of(person: Account) -> Any:
    return person.grants.live().get(permission=EXPORT)


def end_on(person: Account, days: int) -> Any:
    return set_dates(grant_of(person), Span(None, end_of(days)), actor=SYSTEM)


def test_the_form_of_dates_says_from_which_day_a_rule_would_be_broken(
    two: list[Account], ada: Account
) -> None:
    ann, client = two[0], signed_in(ada)
    page = client.get(ann.get_absolute_url())
    path = f"/accounts/{ann.pk}/dates/right/{grant_of(ann).pk}/"
    assert path in page.content.decode()

    answer = send(client, path, {"ends": end_of(9).date().isoformat()})

    said = text_of(answer)
    assert f"This would break a rule from the end of {end_of(9):%-d %B %Y}" in said
    assert "At least 2 people can “Export contacts”. 1 would be left." in said
    assert grant_of(ann).expires_at is None


def test_an_end_is_planned_once_somebody_follows_in_time(two: list[Account], unit: Unit) -> None:
    late, early = AccountFactory(unit=unit), AccountFactory(unit=unit)
    plan(late, unit, end_of(9) + timedelta(days=1))
    with pytest.raises(RuleBroken):
        end_on(two[0], 9)
    plan(early, unit, end_of(8))
    end_on(two[0], 9)
    # Whoever follows is needed now.
    with pytest.raises(RuleBroken), change(Event.DATES_CHANGED, actor=SYSTEM, unit=unit) as c:
        c.end(early.grants.get())


def plan(person: Account, unit: Unit, starts: datetime) -> None:
    with change(Event.GRANTS_CHANGED, actor=SYSTEM, unit=unit) as c:
        c.start(Grant(account=person, unit=unit, permission_id=EXPORT, starts_at=starts))


def test_what_ends_already_stops_no_other_change_but_the_last_who_stay_are_kept(
    unit: Unit, ada: Account
) -> None:
    stays, goes, spare = (AccountFactory(unit=unit, permissions=[EXPORT]) for _ in range(3))
    end_on(goes, 3)
    end_on(spare, 3)
    start_rule(Wanted("least", EXPORT, least=2), unit=unit, actor=SYSTEM, despite=True)

    set_permission(goes, "contacts:list", given=True, actor=SYSTEM, unit=unit)
    end_on(goes, 5)
    set_dates(grant_of(goes), Span(None, None), actor=SYSTEM)
    # Three can today; from the third day on it would be one.
    with pytest.raises(RuleBroken, match="1 would be left"):
        set_permission(stays, EXPORT, given=False, actor=SYSTEM, unit=unit)


def test_a_new_rule_says_from_which_day_too_few_are_left(unit: Unit, ada: Account) -> None:
    for days in (3, 5):
        end_on(AccountFactory(unit=unit, permissions=[EXPORT]), days)
    asked = {"first": EXPORT, "least": 2}

    answer = signed_in(ada).post("/access-rules/add/least/", asked)

    said = f"from the end of {end_of(3):%-d %B %Y}"
    assert said in text_of(answer)
    assert "too few people can do it: 1." in text_of(answer)
    assert not AccessRule.objects.exists()
    signed_in(ada).post("/access-rules/add/least/", asked | {"despite": "on"})
    assert AccessRule.objects.live().exists()


def test_an_end_that_takes_somebody_out_of_the_only_group_that_may(unit: Unit, ada: Account) -> None:
    team, gwen = GroupFactory(unit=unit, display_name="Finance"), AccountFactory(unit=unit, first_name="Gwen")
    [membership] = add_members(team, [gwen], actor=SYSTEM)
    set_permission(gwen, EXPORT, given=True, actor=SYSTEM, unit=unit)
    start_rule(Wanted("group", EXPORT, group=team), unit=unit, actor=SYSTEM)

    with pytest.raises(RuleBroken, match=r"from the end of .* Gwen .*Own right"):
        set_dates(membership, Span(None, end_of(3)), actor=SYSTEM)

    end_on(gwen, 3)
    set_dates(membership, Span(None, end_of(3)), actor=SYSTEM)
    with pytest.raises(RuleBroken):
        end_on(gwen, 4)
    remove_members(GroupFactory(unit=unit, members=[gwen]), [gwen], actor=SYSTEM)


def test_days_to_come_are_looked_at_only_where_something_has_dates(two: list[Account], unit: Unit) -> None:
    other = AccountFactory(unit=unit)

    def cost() -> int:
        with CaptureQueriesContext(connection) as caught:
            set_permission(other, "offers:list", given=True, actor=SYSTEM, unit=unit)
        set_permission(other, "offers:list", given=False, actor=SYSTEM, unit=unit)
        return len(caught)

    cost()
    plain = cost()
    AccessRule.objects.live().get()
    for _ in range(3):
        end_on(AccountFactory(unit=unit, permissions=[EXPORT]), 5)
    assert cost() == plain
