"""All Accounts where there are very many: every page is right, whichever end it is read from."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account
from accounts.people_count import people_count
from accounts.views.accounts import AccountList
from adminrights.models import JournalHead, Unit
from tests.accounts.pages import path, signed_in
from tests.factories import AccountFactory

PEOPLE = 11


@pytest.fixture
def crowd(unit: Unit, ada: Account, monkeypatch: pytest.MonkeyPatch) -> list[Account]:
    """Eleven people with one name, and pages of three."""
    monkeypatch.setattr(AccountList, "per_page", 3)
    names = {"first_name": "Kim", "last_name": "Twin"}
    return [AccountFactory(unit=unit, email=f"twin{n}@example.org", **names) for n in range(PEOPLE)]


def pages(viewer: Account, **query: str) -> list[int]:
    """Return the numbers of all accounts that are listed, page by page."""
    client, found, number = signed_in(viewer), list[int](), 1
    while True:
        context = client.get(path("account_list"), query | {"page": str(number)}).context
        found += [row.record.pk for row in context["table"].paginated_rows]
        if not context["table"].page.has_next():
            return found
        number += 1


# S0-11
@pytest.mark.parametrize("sort", ["", "name", "-name", "email", "-status", "id"])
def test_all_pages_together_are_the_list_without_a_gap_or_a_double(
    sort: str, ada: Account, crowd: list[Account]
) -> None:
    listed = pages(ada, **({"sort": sort} if sort else {}))
    everybody = list(Account.objects.values_list("pk", flat=True))
    assert sorted(listed) == sorted(everybody)
    if sort == "-name":
        assert listed == everybody[::-1]
    if sort in {"", "name"}:
        assert listed == everybody


def counted(viewer: Account) -> int:
    return int(signed_in(viewer).get(path("account_list")).context["count"])


# S0-11
def test_the_number_of_accounts_is_right_after_every_change_and_on_every_day(
    unit: Unit, ada: Account
) -> None:
    before, now = counted(ada), timezone.now()
    AccountFactory(unit=unit, access={"expires_at": now + timedelta(days=2)})
    assert counted(ada) == before + 1
    AccountFactory(unit=unit, access={"starts_at": now + timedelta(days=1)})
    assert [counted(ada) for _turn in range(2)] == [before + 1] * 2
    state = JournalHead.objects.get().digest
    for days, more in ((0, 1), (0.5, 1), (1.5, 2), (3, 1), (1.5, 2)):
        with time_machine.travel(now + timedelta(days=days, minutes=1)):
            assert people_count(unit, state) == before + more == Account.objects.in_unit(unit).count()


def test_people_of_a_unit_are_counted_once_until_something_changes(unit: Unit, ada: Account) -> None:
    client = signed_in(ada)

    def counts() -> int:
        with CaptureQueriesContext(connection) as caught:
            client.get(path("account_list"))
        return sum("COUNT(" in query["sql"] for query in caught.captured_queries)

    counts()
    assert counts() == 0
    AccountFactory(unit=unit)
    assert [counts(), counts()] == [1, 0]
