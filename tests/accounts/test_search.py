"""The search finds by an index what reading every name would find."""

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.addresses import canonical
from accounts.models import Account
from accounts.search_index import TRIGGERS
from accounts.services.lifecycle import update_account
from adminrights.change import SYSTEM
from adminrights.models import Unit
from tests.factories import AccountFactory

SQLITE = connection.vendor == "sqlite"
NAMES = [
    "Anna-Lena Öztürk",
    "Jürgen Straße",
    'O\'Neil "Neo" NEAR',
    "50 % Off_by^one*",
    "李小龍 Lee",
    "AND OR NOT",
    "Ann annan",
    "𝔄da λόγος",
]


@pytest.fixture
def people(unit: Unit) -> list[Account]:
    made = list[Account]()
    for number, name in enumerate(NAMES):
        first, last = name.split(" ", 1)
        made.append(
            AccountFactory(unit=unit, first_name=first, last_name=last, email=f"p{number}@example.org")
        )
    return made


def read_through(text: str) -> list[int]:
    """Return whom somebody would find who reads every name and address."""
    words = canonical(text).split()
    known = Account.objects.order_by("pk").values_list("pk", "search_text")
    return [pk for pk, names in known if all(word in names for word in words)]


def found(text: str) -> list[int]:
    return list(Account.objects.search(text).order_by("pk").values_list("pk", flat=True))


PIECES = st.builds(
    lambda name, start, length: name[start : start + length],
    st.sampled_from([*NAMES, "p3@example.org"]),
    st.integers(0, 14),
    st.integers(1, 9),
)
TYPED = st.lists(
    PIECES | st.text(st.sampled_from("an%_\"'*^():\\+-{}\N{LATIN SMALL LETTER SHARP S}"), max_size=5),
    max_size=4,
)


# N2, S0-11
@given(TYPED)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_finds_what_reading_every_name_finds(people: list[Account], typed: list[str]) -> None:
    text = " ".join(typed)
    assert found(text) == read_through(text)


@pytest.mark.parametrize(
    "text", ["\0", "ann\0", '"', '""', "a AND b", "ann NOT lee", "search_text:ann", "ann*"]
)
def test_no_text_is_a_command_to_the_index(text: str, people: list[Account]) -> None:
    assert found(text) == read_through(text)


def test_it_follows_every_change(people: list[Account], unit: Unit) -> None:
    ann = people[6]
    update_account(ann, actor=SYSTEM, unit=unit, first_name="Zacharias", last_name="Ann")
    assert found("zacharias") == [ann.pk]
    assert ann.pk not in found("annan")
    with transaction.atomic():
        AccountFactory(unit=unit, first_name="Nevermore")
        assert len(found("nevermore")) == 1
        transaction.set_rollback(True)
    assert found("nevermore") == []


@pytest.mark.skipif(not SQLITE, reason="PostgreSQL keeps its index by itself")
def test_the_index_lets_go_of_who_is_gone(people: list[Account]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_account WHERE id = %s", [people[0].pk])
        # It raises where the index holds what the table doesn't.
        cursor.execute("INSERT INTO accounts_search (accounts_search, rank) VALUES ('integrity-check', 1)")
        transaction.set_rollback(True)


@pytest.mark.skipif(not SQLITE, reason="PostgreSQL keeps an index when it alters a table")
def test_the_index_is_mended_where_a_migration_made_the_table_anew(people: list[Account], unit: Unit) -> None:
    with connection.cursor() as cursor:
        for name in TRIGGERS:
            cursor.execute(f"DROP TRIGGER {name}")
    lost = AccountFactory(unit=unit, first_name="Nevermore")
    assert found("nevermore") == []
    call_command("migrate", verbosity=0)
    assert found("nevermore") == [lost.pk]
    again = AccountFactory(unit=unit, first_name="Nevermore")
    assert found("nevermore") == [lost.pk, again.pk]
