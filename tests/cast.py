"""The cast: a few people, each with a reason to be here."""

from collections.abc import Iterator
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from accounts.models import Account, Grant
from accounts.services.invitations import resend_invitation
from accounts.services.sessions import record_failed_sign_in
from accounts.uses import forget_what_is_known
from adminrights.change import SYSTEM
from adminrights.models import Unit
from groups.models import Group, Membership
from roles.models import Permission, Role
from tests.dates import MONDAY
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Load the catalogue once; tests with transactions of their own empty it and load it again."""
    with django_db_blocker.unblock():
        call_command("load_catalogue", verbosity=0, stdout=StringIO(), stderr=StringIO())


@pytest.fixture(autouse=True)
def uses_of_no_other_test() -> None:
    """Let no test believe to be written what another test's database knew."""
    forget_what_is_known()


@pytest.fixture
def catalogue_rows(db: None) -> None:
    """The catalogue in the database."""
    if not Permission.objects.exists():
        call_command("load_catalogue", verbosity=0, stdout=StringIO(), stderr=StringIO())


@pytest.fixture
def unit(catalogue_rows: None) -> Unit:
    """The organisation: one root unit, with the catalogue loaded."""
    return UnitFactory(name="Northwind")


@pytest.fixture
def ada(unit: Unit) -> Account:
    """Ada administers: Read & Write on Admin & Rights, and nothing else."""
    return AccountFactory(first_name="Ada", last_name="Admin", unit=unit, levels={"admin_rights": 2})


@pytest.fixture
def otto(unit: Unit, ada: Account) -> Account:
    """Otto is the second administrator, so that Ada isn't the last."""
    return AccountFactory(first_name="Otto", last_name="Other", unit=unit, levels={"admin_rights": 2})


@pytest.fixture
def campaigns_admin(unit: Unit) -> Role:
    """The original document's example role (S1-45, S1-46)."""
    actions = ("get", "list", "create", "update", "delete")
    rules = [f"ad_campaigns:{action}" for action in actions]
    rules += [f"custom_profile_attributes:{action}" for action in ("get", "list", "create")]
    return RoleFactory(unit=unit, name="campaigns_admin", display_name="Campaigns admin", rules=rules)


@pytest.fixture
def campaign_team(unit: Unit, campaigns_admin: Role) -> Group:
    """A group that carries campaigns_admin."""
    return GroupFactory(unit=unit, display_name="Campaign team", roles=[campaigns_admin])


@pytest.fixture
def grant(unit: Unit) -> Account:
    """Grant holds a right of his own and is in no group."""
    return AccountFactory(first_name="Grant", last_name="Own", unit=unit, levels={"customers": 1})


@pytest.fixture
def gwen(unit: Unit, campaign_team: Group) -> Account:
    """Gwen holds her rights through a group."""
    return AccountFactory(first_name="Gwen", last_name="Group", unit=unit, groups=[campaign_team])


@pytest.fixture
def helen(unit: Unit) -> Account:
    """Helen manages the members of groups, and may pass on what she holds herself, but not administration."""
    keys = ("accounts:list", "accounts:get", "groups:list", "groups:get", "group_members:create")
    more = ("group_members:delete", "group_members:list", "access:assign")
    return AccountFactory(first_name="Helen", last_name="Helper", unit=unit, permissions=[*keys, *more])


@pytest.fixture
def nemo(unit: Unit) -> Account:
    """Nemo works here and may do nothing."""
    return AccountFactory(first_name="Nemo", last_name="Nobody", unit=unit)


@pytest.fixture
def penny(unit: Unit) -> Account:
    """Penny was created and hasn't followed her link yet; nothing was sent."""
    return AccountFactory(first_name="Penny", last_name="Pending", unit=unit, status="pending")


@pytest.fixture
def dora(unit: Unit) -> Account:
    """Dora was active once and is disabled."""
    return AccountFactory(
        first_name="Dora", last_name="Disabled", unit=unit, status="disabled", confirmed=True
    )


@pytest.fixture
def late(unit: Unit, settings: Settings) -> Account:
    """Somebody whose invitation has run out."""
    account: Account = AccountFactory(unit=unit, first_name="Lara", last_name="Late", status="pending")
    settings.INVITATION_DAYS = -1
    resend_invitation(account, actor=SYSTEM, unit=unit)
    return account


@pytest.fixture
def locked(unit: Unit, settings: Settings) -> Account:
    """Somebody for whom a wrong password was typed too often."""
    account: Account = AccountFactory(unit=unit, first_name="Luke", last_name="Locked")
    settings.LOCK_AFTER_FAILURES = 1
    record_failed_sign_in(account.email)
    return account


@pytest.fixture
def monday(db: None) -> Iterator[time_machine.Traveller]:
    """It is Monday the 2nd of March 2026, about noon."""
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def membership(gwen: Account) -> Membership:
    found: Membership = gwen.memberships.get()
    return found


@pytest.fixture
def own(grant: Account) -> Grant:
    found: Grant = grant.grants.get()
    return found
