"""Refusals, sources and kept counts tell their reader no name, link or day that isn't his."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from accounts.explain import explain
from accounts.models import Account
from accounts.overview import sign_ins
from accounts.services.sessions import record_sign_in
from adminrights.exceptions import HigherAdministrator, MayNotPassOn
from adminrights.models import Unit
from groups.models import Group
from groups.services import delete_group, set_roles
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory

BELOW = {"includes_subunits": True}
HANDS_OUT = ["groups:list", "groups:get", "groups:delete", "roles:assign", "access:assign", "accounts:list"]


@pytest.fixture
def south(unit: Unit) -> Unit:
    return UnitFactory(name="South", parent=unit)


@pytest.fixture
def sid(south: Unit) -> Account:
    """Looks after the groups of South."""
    account: Account = AccountFactory(unit=south, permissions=HANDS_OUT)
    return account


@pytest.fixture
def locals_(south: Unit, unit: Unit) -> Group:
    """A group of South, in which somebody is who is listed above it only, and who may work there."""
    hidden = AccountFactory(unit=unit, first_name="Hanna", last_name="Headoffice", access=BELOW)
    group: Group = GroupFactory(unit=south, display_name="Locals", members=[hidden])
    return group


# Z4
def test_a_refusal_names_nobody_whom_the_actor_may_not_see(unit: Unit, sid: Account, locals_: Group) -> None:
    role = RoleFactory(unit=unit, rules=["offers:list"])

    with pytest.raises(MayNotPassOn) as unseen:
        set_roles(locals_, [role], actor=sid)
    with pytest.raises(MayNotPassOn) as seen:
        set_roles(locals_, [role], actor=AccountFactory(unit=unit, permissions=HANDS_OUT, access=BELOW))

    assert "You may not give 1 person who isn't listed here: " in str(unseen.value)
    assert "You may not give Hanna Headoffice: " in str(seen.value)


def test_nor_does_one_about_who_would_lose_administration(unit: Unit, sid: Account, south: Unit) -> None:
    hidden = AccountFactory(unit=unit, first_name="Hanna", last_name="Headoffice", access=BELOW)
    role = RoleFactory(unit=unit, rules=["accounts:update"])
    group = GroupFactory(unit=south, members=[hidden], roles=[role])

    with pytest.raises(HigherAdministrator) as refused:
        delete_group(group, actor=sid)

    assert "Hanna" not in str(refused.value)


# Z4
def test_a_source_leads_to_no_group_that_its_reader_can_not_open(
    unit: Unit, south: Unit, sid: Account
) -> None:
    role = RoleFactory(unit=unit, rules=["offers:list"])
    above = GroupFactory(unit=unit, display_name="Everywhere", roles=[role])
    here = GroupFactory(unit=south, display_name="Locals", roles=[role])
    somebody = AccountFactory(unit=south, groups=[above, here])

    told = [
        source
        for module in explain(somebody, south)
        for permission in module.permissions
        for source in permission.sources
    ]

    assert {(line.text.split(",")[0], line.url) for line in told} == {
        ("Through the group Everywhere", ""),
        ("Through the group Locals", here.get_absolute_url()),
    }


def test_sign_ins_are_counted_in_the_days_of_the_reader(unit: Unit, ada: Account) -> None:
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    with time_machine.travel(datetime(2026, 3, 1, 23, tzinfo=UTC), tick=False):
        record_sign_in(ada)
    with time_machine.travel(now, tick=False):
        first = timezone.localdate() - timedelta(days=90)
        found = []
        # It is the 2nd of March in both; in the second it already was when Ada signed in.
        for zone in ("UTC", "Europe/Athens", "UTC"):
            with timezone.override(ZoneInfo(zone)):
                found.append(sum(sign_ins.counted(unit, first)[sign_ins.EVENTS[0]]))

    assert found == [1, 1, 1]
