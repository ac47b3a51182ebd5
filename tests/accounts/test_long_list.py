"""All Accounts where there are very many: every page is right, whichever end it is read from."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account
from accounts.people_count import people_count
from accounts.services.lifecycle import create_account, reactivate_account
from accounts.tables import AccountTable
from accounts.views.accounts import AccountList
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.models import JournalHead, Unit
from groups.services import update_group
from tests.accounts.pages import path, signed_in
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory

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


def body(client: Client) -> str:
    """Return the rows of All Accounts, without the tokens, which differ by the page."""
    page = client.get(path("account_list")).content.decode()
    return re.sub(r'value="\w{64}"', "", page[page.index("<tbody") : page.index("</tbody")])


@pytest.fixture
def every_kind(unit: Unit, ada: Account) -> None:
    """Accounts in every state, two of each, and some with names of all sorts."""

    def invite(*names: str) -> None:
        for name in names:
            address = f"{name}@example.org"
            create_account(email=address, first_name=name, last_name="Comer", unit=unit, actor=SYSTEM)

    with time_machine.travel(timezone.now() - timedelta(days=10)):
        invite("late", "later")
    with time_machine.travel(timezone.now() - timedelta(days=1)):
        invite("yesterday")
    invite("new", "newer")
    for name in ("50 % <b>", "%(SUBJECT)s", "2147483647", "\N{FULLWIDTH PERCENT SIGN}d"):
        AccountFactory(unit=unit, first_name=name, groups=[GroupFactory(unit=unit) for _ in range(4)])
    AccountFactory.create_batch(2, unit=unit, status=Account.Status.DISABLED)
    with change(Event.ACCOUNT_LOCKED, actor=SYSTEM) as c:
        c.update(AccountFactory(unit=unit, first_name="Locked"), locked_at=c.at)


# S0-12, S0-13, S1-30
@pytest.mark.usefixtures("every_kind")
def test_a_row_drawn_by_its_kind_is_what_it_is_when_drawn_alone(
    ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(ada)
    by_kind = body(client)
    assert "50 % &lt;b&gt;" in by_kind
    assert "Invitation expired" in by_kind
    monkeypatch.setattr(AccountTable, "kinds", None)
    assert body(client) == by_kind


# S0-14, S0-15, S0-16, S0-17
def test_the_number_of_a_status_is_right_after_every_change(unit: Unit, ada: Account, dora: Account) -> None:
    client = signed_in(ada)

    def number(status: str) -> int:
        return int(client.get(path("account_list"), {"status": status}).context["count"])

    numbers = [(number("active"), number("disabled"), number("pending"))]
    reactivate_account(dora, actor=SYSTEM, unit=unit)
    numbers.append((number("active"), number("disabled"), number("pending")))
    assert numbers == [(1, 1, 0), (2, 0, 0)]
    with CaptureQueriesContext(connection) as caught:
        assert number("active") == 2
    assert not any("COUNT(" in query["sql"] for query in caught.captured_queries)
    # Whether somebody is locked ends by itself: that is counted each time.
    assert number("locked") == 0
    with change(Event.ACCOUNT_LOCKED, actor=SYSTEM) as c:
        c.update(dora, locked_at=c.at)
    assert number("locked") == 1
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        client = signed_in(ada)
        assert number("locked") == 0


# S1-17: a name is another's to give, and a reader's to see
def test_tags_of_groups_are_what_this_reader_may_open_today(unit: Unit, ada: Account) -> None:
    group = GroupFactory(unit=unit, display_name="Before")
    AccountFactory(unit=unit, groups=[group])
    opens, looks = signed_in(ada), signed_in(AccountFactory(unit=unit, permissions=["accounts:list"]))
    link = f'href="{group.get_absolute_url()}"'
    assert link in body(opens)
    assert link not in body(looks)
    assert link in body(opens)
    update_group(group, actor=SYSTEM, display_name="After")
    assert [("Before" in body(each), "After" in body(each)) for each in (opens, looks)] == [(False, True)] * 2


# Z4
def test_readers_of_different_units_in_turn_see_each_their_own_names_and_numbers(unit: Unit) -> None:
    """What a process keeps of one unit is never shown in another one, right after a change either."""
    left, right = (UnitFactory(name=name, parent=unit) for name in ("Left", "Right"))
    elsewhere = UnitFactory(name="Elsewhere")
    RoleFactory(unit=elsewhere, display_name="Role elsewhere", rules=["contacts:list"])
    readers = {}
    for number, each in enumerate((left, right, elsewhere), start=1):
        group = GroupFactory(unit=each, display_name=f"Group of {each.name}")
        AccountFactory.create_batch(number, unit=each, groups=[group])
        readers[each] = signed_in(AccountFactory(unit=each, permissions=["accounts:list"]))
    for turn, language in ((1, "en"), (2, "de"), (3, "en")):
        for number, (each, client) in enumerate(readers.items(), start=1):
            answer = client.get(path("account_list"), headers={"accept-language": language})
            page = answer.content.decode()
            assert [name for name in readers if f"Group of {name.name}" in page] == [each]
            assert ("Role elsewhere" in page) == (each == elsewhere)
            assert answer.context["count"] == number + turn
        for each in readers:
            AccountFactory(unit=each)


@pytest.mark.parametrize(
    "page", ["0", "-1", "x", "²", "9" * 5000, "1e3", "last", "", "NaN", "99999999999999999"]
)
def test_whatever_page_is_asked_for_there_is_one(page: str, ada: Account, crowd: list[Account]) -> None:
    for query in ({}, {"status": "active"}, {"q": "kim"}, {"sort": page, "group": page, "role": page}):
        answer = signed_in(ada).get(path("account_list"), {"page": page, **query})
        assert answer.status_code == 200
