"""Numbers of accounts as they stand in statements."""

import pytest
from django.utils import timezone

from accounts import held
from accounts.models import Account, UnitAccess
from accounts.numbers import among
from adminrights.models import Unit
from adminrights.models.facts import live_now
from groups.models import Group
from tests.factories import AccountFactory


def test_facts_about_some_accounts_are_those_and_no_others(unit: Unit, nemo: Account, ada: Account) -> None:
    assert {each.account for each in UnitAccess.objects.filter(among([nemo.pk]))} == {nemo}
    assert {each.account for each in UnitAccess.objects.filter(among([nemo.pk, ada.pk]))} == {nemo, ada}
    assert not UnitAccess.objects.filter(among([])).exists()


@pytest.mark.parametrize("written", ["1) OR (1=1", [1], ["1"]])
def test_nothing_but_numbers_is_written_into_a_statement(db: None, written: object) -> None:
    with pytest.raises(TypeError):
        list(UnitAccess.objects.filter(account__among=written))
    with pytest.raises(ValueError, match="invalid literal"):
        among(["1) OR (1=1"])  # type: ignore[list-item]


def test_what_people_hold_is_the_same_however_few_are_asked_about_at_once(
    unit: Unit, campaign_team: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [AccountFactory(unit=unit, groups=[campaign_team], levels={"offers": 1}).pk for _ in range(5)]
    live = live_now(timezone.now())
    together = held.held_by(people, live)
    monkeypatch.setattr(held, "MOST_AT_ONCE", 2)
    assert held.held_by(people, live) == together
    assert all(each.active and each.groups and each.grants for each in together.values())
