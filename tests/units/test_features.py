"""Features: what a unit is licensed for decides what works, never what is held (C-14, S3-90, S3-91)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.access import effective, may
from accounts.models import Account, Grant
from accounts.services.units import switch_feature
from adminrights.change import SYSTEM, change, preview
from adminrights.events import Event
from adminrights.exceptions import Invalid, NotAllowed
from adminrights.models import Unit, UnitFeature
from roles.catalogue import catalogue
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory

CRM = "basic_crm"


@pytest.fixture
def gated(unit: Unit) -> str:
    """A permission that needs Basic CRM."""
    return next(key for key, p in catalogue().permissions.items() if p.feature == CRM and not p.requires)


# S3-90: scenario 15
def test_a_role_with_what_the_unit_lacks_is_saved_rests_and_wakes_up(unit: Unit, gated: str) -> None:
    role = RoleFactory(unit=unit, rules=[gated])
    person = AccountFactory(unit=unit, groups=[GroupFactory(unit=unit, roles=[role])])
    assert effective(person, unit).withheld[gated].missing_feature == CRM

    switch_feature(unit, CRM, on=True, actor=SYSTEM)
    assert may(person, gated, unit)

    switch_feature(unit, CRM, on=False, actor=SYSTEM)
    assert not may(person, gated, unit)
    assert gated in effective(person, unit).held
    assert role.rules.live().count() == 1


# S3-91
def test_switching_says_beforehand_who_gains_and_who_loses(unit: Unit, gated: str) -> None:
    person = AccountFactory(unit=unit, permissions=[gated])

    found = preview(lambda: switch_feature(unit, CRM, on=True, actor=SYSTEM))
    (gain,) = found.effects.real
    assert (gain.account, gain.gained, gain.lost) == (person.pk, {gated}, frozenset())
    assert not UnitFeature.objects.exists()

    switch_feature(unit, CRM, on=True, actor=SYSTEM)
    found = preview(lambda: switch_feature(unit, CRM, on=False, actor=SYSTEM))
    assert [effect.lost for effect in found.effects.real] == [{gated}]


def test_a_feature_of_the_root_counts_in_every_unit_and_one_of_a_unit_in_no_other(
    unit: Unit, gated: str
) -> None:
    north, south = (UnitFactory(parent=unit) for _ in range(2))
    person = AccountFactory(unit=unit, permissions=[gated], access={"includes_subunits": True})

    switch_feature(north, CRM, on=True, actor=SYSTEM)
    assert [may(person, gated, each) for each in (unit, north, south)] == [False, True, False]

    switch_feature(unit, CRM, on=True, actor=SYSTEM)
    assert [may(person, gated, each) for each in (unit, north, south)] == [True, True, True]


@pytest.mark.parametrize("feature", ["no_such_feature", "multi_unit", ""])
@pytest.mark.parametrize("on", [True, False])
def test_an_unknown_or_computed_feature_is_refused(feature: str, on: bool, unit: Unit) -> None:
    with pytest.raises(Invalid):
        switch_feature(unit, feature, on=on, actor=SYSTEM)

    assert not UnitFeature.objects.exists()


def test_switching_twice_changes_once(unit: Unit, ada: Account) -> None:
    assert [switch_feature(unit, CRM, on=True, actor=ada) for _ in range(2)] == [True, False]
    assert [switch_feature(unit, CRM, on=False, actor=ada) for _ in range(2)] == [True, False]


def test_a_unit_administrator_buys_nothing_for_their_unit(unit: Unit) -> None:
    north = UnitFactory(parent=unit)
    keeper = AccountFactory(unit=north, levels={"admin_rights": 2})

    with pytest.raises(NotAllowed):
        switch_feature(north, CRM, on=True, actor=keeper)


# S2-20: scenario 12
def test_the_second_unit_brings_what_works_across_units(unit: Unit) -> None:
    keys = catalogue().permissions
    key = next(key for key, p in keys.items() if p.feature == "multi_unit" and not p.requires)
    person = AccountFactory(unit=unit, permissions=[key], access={"includes_subunits": True})
    assert not may(person, key, unit)

    UnitFactory(parent=unit)

    assert may(person, key, unit)


def test_a_feature_with_an_end_ends_by_the_clock(unit: Unit, gated: str) -> None:
    person = AccountFactory(unit=unit, permissions=[gated])
    with change(Event.UNIT_FEATURES_CHANGED, actor=SYSTEM) as c:
        c.start(UnitFeature(unit=unit, feature=CRM, expires_at=timezone.now() + timedelta(days=1)))

    assert may(person, gated, unit)
    assert gated not in effective(person, unit, at=timezone.now() + timedelta(days=2)).effective
    assert Grant.objects.live().filter(account=person).exists()
