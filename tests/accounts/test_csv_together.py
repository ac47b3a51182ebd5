"""Lines of a table that commit together are what each would be alone: to people, to the journal, to mails."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import importing
from accounts.history import history_of
from accounts.importing import Result, bring_in
from accounts.models import Account, Grant, StatusPeriod, UnitAccess
from accounts.people_table import read_lines
from accounts.services.lifecycle import remove_account
from adminrights import journal
from adminrights.change import SYSTEM, Actor, change
from adminrights.events import Event
from adminrights.models import JournalEntry, OutgoingMail, Unit
from groups.models import Group, Membership
from tests.factories import AccountFactory, GroupFactory, RoleFactory, UnitFactory

HEAD = "email,first_name,last_name,groups,levels,last_day,send\n"
FACTS = (StatusPeriod, UnitAccess, Membership, Grant)


def person(number: int, rest: str = ",,,") -> str:
    return f"p{number}@example.org,Pia,Person-{number},{rest}\n"


def table(*lines: str) -> str:
    return HEAD + "".join(lines)


def told(content: str, unit: Unit, actor: Actor = SYSTEM) -> list[Result]:
    return list(bring_in(read_lines(content.encode()), unit=unit, actor=actor))


@pytest.fixture
def house(unit: Unit, ada: Account, nemo: Account) -> Unit:
    """Groups that give little and much, somebody from elsewhere, somebody removed, and five seats left."""
    few = RoleFactory(unit=unit, rules=["user_profiles:list"])
    GroupFactory(unit=unit, display_name="Few", name="few", roles=[few])
    all_of_it = RoleFactory(unit=unit, rules=["user_profiles:delete", "accounts:update"])
    GroupFactory(unit=unit, display_name="Much", name="much", roles=[all_of_it])
    AccountFactory(unit=UnitFactory(name="Elsewhere"), email="elsa@example.org")
    remove_account(nemo, actor=ada, unit=unit)
    return unit


@pytest.fixture
def clerk(house: Unit) -> Account:
    """May add people and pass on what she holds: little."""
    return AccountFactory(
        unit=house,
        first_name="Cleo",
        last_name="Clerk",
        levels={"customers": 1},
        permissions=["accounts:list", "accounts:create", "access:assign", "group_members:create"],
    )


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def after(first: int) -> list[Any]:
    """Return what the journal, the facts and the mails tell of everything since the entry."""
    found: list[Any] = []
    for entry in JournalEntry.objects.filter(sequence__gt=first).order_by("sequence"):
        rows = [
            (row["do"], row["kind"], row["label"], row.get("until")) for row in entry.data.get("changes", ())
        ]
        began = [kind.objects.filter(started_in=entry.change).count() for kind in FACTS]
        mails = OutgoingMail.objects.filter(change=entry.change).values_list("message", "address")
        about = [
            entry.event,
            entry.outcome,
            entry.actor_label,
            entry.target_label,
            entry.unit_label,
            entry.reason,
        ]
        mentions = sorted(entry.mentions.values_list("kind", flat=True))
        found.append(
            [about, rows, began, list(mails), mentions, entry.data.get("effects"), entry.data.get("message")]
        )
    for account in Account.objects.order_by("email_key"):
        lines = history_of(account, JournalEntry.objects.about(account).filter(sequence__gt=first))
        found.append(
            [account.email, account.status, [(each.text, each.actor, each.changes) for each in lines]]
        )
    assert list(journal.verify()) == []
    return found


# S0-39, C-08, C-15, S4-08
def test_lines_together_are_what_each_would_be_alone(
    house: Unit, ada: Account, clerk: Account, nemo: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = table(
        *(person(number, "few,,,") for number in range(4)),
        person(4, "few|much,,,"),  # the clerk may not give it
        person(5, "few,customers:read offers:read,,"),
        person(6, ",customers:read,2096-02-03,no"),
        person(7, ",,2001-02-03,"),  # it is over
        person(8, "none,,,"),  # there is no such group
        "elsa@example.org,,,few,,,\n",
        f"{nemo.email},,,,,,\n",
        f"{ada.email},{ada.first_name},{ada.last_name},,,,\n",
        f"{ada.email.replace('ada', 'ADA')},Other,Name,,,,\n",
        person(3),
        "nobody,No,Body,,,,\n",
        person(9).replace("Person-9", "\u202e"),
        *(person(number) for number in range(10, 14)),
    )
    with change(Event.UNIT_UPDATED, actor=SYSTEM) as c:
        c.update(house, seat_limit=Account.objects.in_unit(house).count() + 10)
    first = JournalEntry.objects.order_by("-sequence").values_list("sequence", flat=True)[0]
    for actor in (SYSTEM, ada, clerk):
        seen = []
        for together in (1, 3, 100):
            monkeypatch.setattr(importing, "TOGETHER", together)
            with undone():
                seen.append((told(content, house, actor), after(first)))
        assert seen[1] == seen[0], actor
        assert seen[2] == seen[0], actor
        outcomes = {result.outcome for result in seen[0][0]}
        assert outcomes >= {"invited", "created", "refused"}
        said = " ".join(result.message for result in seen[0][0])
        assert ("You may not give" if actor == clerk else "seats of Northwind are taken") in said


# T6: whole lines, and the same file goes on
def test_what_stops_in_the_middle_leaves_whole_lines_and_the_same_table_goes_on(
    house: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, write = table(*(person(number, "few,,,") for number in range(10))), journal.record_each

    def dies_at_the_second(changes: Any, head: Any) -> None:
        write(changes, head)
        if any("p4@" in str(change.target) for change in changes):
            raise KeyboardInterrupt

    monkeypatch.setattr(importing, "TOGETHER", 4)
    monkeypatch.setattr(journal, "record_each", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        told(content, house)
    monkeypatch.setattr(journal, "record_each", write)
    came = Account.objects.filter(email__startswith="p")
    assert (came.count(), OutgoingMail.objects.count()) == (4, 4)
    assert [result.outcome for result in told(content, house)] == ["there"] * 4 + ["invited"] * 6
    assert (came.count(), OutgoingMail.objects.count(), Membership.objects.count()) == (10, 10, 10)


# Who was invited meanwhile is there, and stops nobody else
def test_an_address_that_somebody_takes_meanwhile_is_there_and_the_others_come_in(
    house: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = importing.create_accounts

    def late(*words: Any, **more: Any) -> list[Account]:
        if not Account.objects.filter(email="p2@example.org").exists():
            AccountFactory(unit=house, email="p2@example.org", first_name="Pia", last_name="Person-2")
        return create(*words, **more)

    monkeypatch.setattr(importing, "create_accounts", late)
    outcomes = [result.outcome for result in told(table(*map(person, range(5))), house)]
    assert outcomes == ["invited", "invited", "there", "invited", "invited"]


def test_a_long_table_takes_few_statements_and_so_does_its_preview(house: Unit, ada: Account) -> None:
    """Fewer than one a line where each had dozens; the second time, when all are there, next to none."""
    content = table(*(person(number, "few,offers:read,,") for number in range(100)))
    told(table(person(999)), house, ada)
    counts = []
    for _turn in range(2):
        with CaptureQueriesContext(connection) as asked:
            told(content, house, ada)
        counts.append(len(asked))
    assert counts[0] <= 90, counts
    assert counts[1] <= 20, counts
    assert Group.objects.get(name="few").memberships.count() == 100
