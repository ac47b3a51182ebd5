"""How the databases go about the questions that are asked most: by an index, not by reading every account."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.access import may
from accounts.models import Account
from tests.bench.filling import fill
from tests.bench.organisation import organisation
from tests.bench.paging import signed_in

# So many that reading all of them is dearer than an index.
PEOPLE = 6_000
EVERY_ACCOUNT = "Seq Scan on accounts_account"


def plans_of(client: Client, path: str) -> dict[str, str]:
    """Return each statement of the page that is about accounts, with its plan."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    about = [query["sql"] for query in captured if 'FROM "accounts_account"' in query["sql"]]
    return {statement: plan_of(statement) for statement in about}


def plan_of(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}")
        return "\n".join(row[0] for row in cursor.fetchall())


# R8.1
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite shows its plans in another way")
@pytest.mark.django_db
def test_postgresql_reads_no_account_that_is_not_asked_for():
    filled = fill(organisation(PEOPLE))
    with connection.cursor() as cursor:
        # As a night's maintenance leaves it.
        cursor.execute("SELECT gin_clean_pending_list('account_search')")
        cursor.execute("ANALYZE")
    boss, someone = (Account.objects.get(pk=filled.people[place]) for place in (-1, 5))
    client = signed_in(boss)
    searched = plans_of(client, f"/accounts/?q=account{PEOPLE // 2}@")
    assert len(searched) >= 2
    assert all("account_search" in plan for plan in searched.values() if "search_text" in plan), searched
    for path in (f"/accounts/{someone.pk}/", f"/groups/{filled.groups[3]}/"):
        for statement, plan in plans_of(client, path).items():
            assert EVERY_ACCOUNT not in plan, f"{path}: {statement}\n{plan}"

    with CaptureQueriesContext(connection) as captured:
        may(someone, "offers:list", filled.units[0])
    facts = plan_of(captured[0]["sql"])
    assert "accounts_account_pkey" in facts
    scans = [line for line in facts.splitlines() if "Seq Scan" in line and "journalhead" not in line]
    assert not scans, facts


# R8.1
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's plans are looked at above")
@pytest.mark.django_db
def test_sqlite_reads_no_account_that_is_not_found():
    filled = fill(organisation(300))
    found = Account.objects.in_unit(filled.units[0]).search("account150@")
    assert [account.pk for account in found] == [filled.people[150]]
    assert "SCAN accounts_account" not in found.explain()
    assert "SCAN accounts_account" not in found.order_by("last_name", "first_name", "pk")[:100].explain()
    assert "SEARCH accounts_account USING INTEGER PRIMARY KEY" in found.order_by().explain()
