"""When a right was last used stands beside it: on the account, its permissions, My access, in the file."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from accounts import uses
from accounts.models import Account
from adminrights.models import Unit
from roles.models import Role
from tests.accounts.pages import signed_in, text_of
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory
from tests.terminal import run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
LIST, GET = "ad_campaigns:list", "ad_campaigns:get"
NEVER = "not used since records began on 2 Mar 2026"


@pytest.fixture
def began(monday: time_machine.Traveller, gwen: Account, unit: Unit) -> Callable[[int], None]:
    """Gwen lists ad campaigns on 2 March; let so many days pass."""
    assert gwen.has_perm(LIST, unit)
    uses.write()
    return lambda days: monday.shift(timedelta(days=days))


def used(page: str, client: Account, *args: object) -> str:
    return text_of(signed_in(client).get(reverse(f"accounts:{page}", args=args)))


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (0, "last used today"),
        (1, "last used yesterday"),
        (3, "last used 3 days ago"),
        (30, "last used 30 days ago"),
        (31, "last used on 2 Mar 2026"),
    ],
)
def test_my_access_says_it_beside_each_right(
    days: int, told: str, gwen: Account, began: Callable[[int], None]
):
    began(days)

    text = used("my_access", gwen)

    assert f"See the list of ad campaigns · {told}" in text
    assert f"Open ad campaigns · {NEVER}" in text


def test_somebody_newer_than_the_records_has_never_used_it(unit: Unit, began: Callable[[int], None]):
    began(1)
    newcomer = AccountFactory(unit=unit, permissions=[GET])

    assert "Open ad campaigns · never used" in used("my_access", newcomer)


@pytest.mark.parametrize("page", ["account_detail", "account_permissions"])
def test_the_account_and_its_permissions_say_the_same(
    page: str, ada: Account, gwen: Account, began: Callable[[int], None]
):
    began(3)

    text = used(page, ada, gwen.pk)

    assert text.count("last used 3 days ago") == 1
    assert NEVER in text


def test_a_use_below_counts_for_the_unit_above(ada: Account, unit: Unit, began: Callable[[int], None]):
    branch = UnitFactory(name="Branch", parent=unit)
    person = AccountFactory(unit=unit, permissions=[LIST], access={"includes_subunits": True})
    assert person.has_perm(LIST, branch)
    uses.write()
    began(2)

    assert "last used 2 days ago" in used("account_detail", ada, person.pk)


def test_where_nothing_is_recorded_nothing_is_said(
    gwen: Account, began: Callable[[int], None], settings: Settings
):
    settings.KEEP_USES_DAYS = 0

    text = used("my_access", gwen)

    assert "last used" not in text
    assert "records began" not in text


def test_what_doesnt_work_isnt_called_unused(ada: Account, unit: Unit, began: Callable[[int], None]):
    person = AccountFactory(unit=unit, permissions=["footers:list"])

    assert NEVER not in used("account_detail", ada, person.pk)


def test_the_file_of_who_can_has_the_day(ada: Account, gwen: Account, began: Callable[[int], None]):
    began(3)
    path = reverse("accounts:permission_who_export", args=[LIST])

    lines = b"".join(signed_in(ada).get(path)).decode().splitlines()

    assert lines[0].endswith(",until,last_used")
    (line,) = [each for each in lines if each.startswith("Gwen Group")]
    assert line.endswith(",2026-03-02")
    assert run("who_can", LIST, "--format", "csv").out.splitlines()[0].endswith("last_used")


def test_the_file_of_a_role_counts_all_that_it_gives(
    ada: Account, gwen: Account, began: Callable[[int], None], campaigns_admin: Role
):
    path = reverse("accounts:role_who_export", args=[campaigns_admin.pk])

    lines = b"".join(signed_in(ada).get(path)).decode().splitlines()

    assert next(line for line in lines if line.startswith("Gwen Group")).endswith(",2026-03-02")


@pytest.mark.parametrize("page", ["my_access", "account_detail", "account_permissions"])
def test_more_rights_cost_no_more_statements(page: str, ada: Account, unit: Unit):
    def cost(person: Account) -> int:
        client, args = (signed_in(person), []) if page == "my_access" else (signed_in(ada), [person.pk])
        path = reverse(f"accounts:{page}", args=args)
        client.get(path)
        with CaptureQueriesContext(connection) as caught:
            client.get(path)
        return len(caught)

    few = AccountFactory(
        unit=unit, groups=[GroupFactory(unit=unit, roles=[RoleFactory(unit=unit, rules=[LIST])])]
    )
    wide = RoleFactory(unit=unit, rules=["contacts.*:list", "contacts.*:get", LIST, GET])
    many = AccountFactory(unit=unit, groups=[GroupFactory(unit=unit, roles=[wide])])
    for key in (LIST, GET, "contacts:list"):
        assert many.has_perm(key, unit)
    uses.write()

    assert cost(many) == cost(few)
