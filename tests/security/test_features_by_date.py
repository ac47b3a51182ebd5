"""Features are the plan of the organisation: to switch or prolong one gives nobody a right (Z2, Z8, Z9)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Account
from accounts.services.grants import set_permission
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.exceptions import MayNotPassOn, NotAllowed
from adminrights.models import Unit, UnitFeature
from tests.factories import AccountFactory, UnitFactory

RIGHT, FEATURE = "companies:list", "basic_crm"
DAY = timedelta(days=1)


def let_last(unit: Unit, actor: object, *, days: int | None, begin: int = 0) -> None:
    """Let the feature last so long from now on, or from a day to come, as screens for a plan will."""
    now = timezone.now()
    new = UnitFeature(unit=unit, feature=FEATURE, expires_at=None if days is None else now + days * DAY)
    if begin:
        new.starts_at = now + begin * DAY
    with change(Event.UNIT_FEATURES_CHANGED, actor=actor, unit=unit, target=unit) as c:
        c.end_all(UnitFeature.objects.not_ended().filter(unit=unit, feature=FEATURE))
        c.start(new)


@pytest.fixture
def branch(unit: Unit) -> Unit:
    made: Unit = UnitFactory(parent=unit, name="Branch")
    return made


@pytest.fixture
def keeper(unit: Unit) -> Account:
    """Keeps the organisation's plan, and hands out nothing."""
    wide = {"includes_subunits": True}
    made: Account = AccountFactory(unit=unit, permissions=["units:update"], access=wide)
    return made


@pytest.fixture
def steward(branch: Unit) -> Account:
    """May do everything in a branch, and nothing above it."""
    made: Account = AccountFactory(unit=branch, levels={"admin_rights": 2})
    return made


@pytest.fixture
def week() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


# Z2, Z9: a longer period, an endless one, a new one, one that begins tomorrow
@pytest.mark.parametrize("wanted", [{"days": 9}, {"days": None}, {"days": 9, "begin": 2}])
@pytest.mark.parametrize("present", [1, 0])
def test_nobody_below_the_root_makes_a_feature_last_longer_there_or_here(
    present: int, wanted: dict[str, int], unit: Unit, branch: Unit, steward: Account
) -> None:
    for place in (unit, branch):
        if present:
            let_last(place, SYSTEM, days=present)

        with pytest.raises(NotAllowed, match="plan of the whole organisation"):
            let_last(place, steward, **wanted)

    assert UnitFeature.objects.not_ended().count() == 2 * present


# Z9
def test_whoever_keeps_the_plan_lets_a_feature_last_longer(
    unit: Unit, branch: Unit, keeper: Account, week: time_machine.Traveller
) -> None:
    holder = AccountFactory(unit=branch, permissions=[RIGHT])
    assert not holder.has_perm(RIGHT, branch)

    let_last(branch, keeper, days=1)
    assert holder.has_perm(RIGHT, branch)
    let_last(branch, keeper, days=3)
    week.shift(2 * DAY)
    assert holder.has_perm(RIGHT, branch)
    week.shift(DAY)

    assert not holder.has_perm(RIGHT, branch), "it ends by the clock"


# Z2: what rests is judged when it is given, so that nothing is given when it wakes
def test_what_a_feature_wakes_was_judged_when_it_was_given(unit: Unit, nemo: Account) -> None:
    helper = AccountFactory(unit=unit, permissions=["access:assign"])
    with pytest.raises(MayNotPassOn):
        set_permission(nemo, RIGHT, given=True, actor=helper, unit=unit)

    let_last(unit, SYSTEM, days=None)

    assert not nemo.has_perm(RIGHT, unit)


# Z8: one's own right wakes too, for somebody entitled gave it
def test_whoever_keeps_the_plan_wakes_only_what_was_given_to_him(unit: Unit, keeper: Account) -> None:
    let_last(unit, keeper, days=None)
    assert not keeper.has_perm(RIGHT, unit)
