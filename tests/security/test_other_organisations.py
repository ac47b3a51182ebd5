"""Two organisations in one database: nobody reaches, changes or reads what is the other's (Z4, L4)."""

import pytest

from accounts.models import Account, UnitAccess
from accounts.services.grants import set_levels
from accounts.services.invitations import resend_invitation
from accounts.services.lifecycle import disable_account, remove_account, unlock_account, update_account
from accounts.services.memberships import set_groups
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.exceptions import NotAllowed, NotFound, WorksElsewhere
from adminrights.models import Unit
from tests.factories import AccountFactory, GroupFactory, UnitFactory


@pytest.fixture
def elsewhere(catalogue_rows: None) -> Unit:
    """The other organisation."""
    return UnitFactory(name="Southwind")


@pytest.fixture
def stranger(elsewhere: Unit) -> Account:
    """Works for the other organisation only."""
    return AccountFactory(first_name="Sam", last_name="Stranger", unit=elsewhere)


@pytest.fixture
def shared(unit: Unit, elsewhere: Unit) -> Account:
    """Works for both."""
    account: Account = AccountFactory(first_name="Sha", last_name="Red", unit=unit)
    with change(Event.ACCOUNT_ACCESS_CHANGED, actor=SYSTEM) as c:
        c.start(UnitAccess(account=account, unit=elsewhere))
    return account


# Z4: the services and `--actor` meet no view that would have looked
STEPS = {
    "disable": lambda who, ada, unit: disable_account(who, actor=ada, unit=unit),
    "edit": lambda who, ada, unit: update_account(who, actor=ada, unit=unit, first_name="Changed"),
    "levels": lambda who, ada, unit: set_levels(who, {"campaigns": 1}, actor=ada, unit=unit),
    "groups": lambda who, ada, unit: set_groups(who, [GroupFactory(unit=unit)], actor=ada, unit=unit),
}


@pytest.mark.parametrize("step", STEPS)
def test_nobody_touches_an_account_of_another_organisation(
    step: str, unit: Unit, ada: Account, stranger: Account
) -> None:
    with pytest.raises(NotFound):
        STEPS[step](stranger, ada, unit)


def test_an_invitation_of_another_organisation_cannot_be_sent_again(
    unit: Unit, ada: Account, elsewhere: Unit
) -> None:
    invited = AccountFactory(unit=elsewhere, status="pending")

    with pytest.raises(NotFound):
        resend_invitation(invited, actor=ada, unit=unit)


def test_a_lock_of_another_organisation_cannot_be_taken_off(
    unit: Unit, ada: Account, locked: Account, elsewhere: Unit
) -> None:
    boss = AccountFactory(unit=elsewhere, levels={"admin_rights": 2})

    with pytest.raises(NotFound):
        unlock_account(locked, actor=boss, unit=elsewhere)


# S4-35
def test_the_status_of_somebody_who_works_for_both_is_not_for_one_to_change(
    unit: Unit, ada: Account, shared: Account
) -> None:
    with pytest.raises(WorksElsewhere, match="works elsewhere too") as refused:
        disable_account(shared, actor=ada, unit=unit)

    assert "Southwind" not in str(refused.value)


def test_somebody_who_works_for_both_can_be_removed_here(
    unit: Unit, elsewhere: Unit, ada: Account, shared: Account
) -> None:
    remove_account(shared, actor=ada, unit=unit)

    left = UnitAccess.objects.live().filter(account=shared)
    assert [access.unit_id for access in left] == [elsewhere.pk]


# S4-41
def test_whoever_administers_a_part_removes_nobody_from_the_whole(unit: Unit, nemo: Account) -> None:
    part = UnitFactory(name="Part", parent=unit)
    chief = AccountFactory(unit=part, permissions=["accounts:delete"])

    with pytest.raises(NotAllowed):
        remove_account(nemo, actor=chief, unit=part)


# S4-41
def test_whoever_administers_a_part_disables_nobody_who_works_outside_it(unit: Unit) -> None:
    part = UnitFactory(name="Part", parent=unit)
    chief = AccountFactory(unit=part, permissions=["accounts:update"])
    person = AccountFactory(unit=unit, access={"includes_subunits": True})
    inside = AccountFactory(unit=part)

    with pytest.raises(WorksElsewhere, match="works elsewhere too"):
        disable_account(person, actor=chief, unit=part)
    disable_account(inside, actor=chief, unit=part)

    inside.refresh_from_db()
    assert inside.status == Account.Status.DISABLED
