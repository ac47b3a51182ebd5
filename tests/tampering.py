"""What somebody who owns the database could do to the journal: take its protection away and write."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test import TransactionTestCase

from adminrights.append_only import lay_open, protect


@contextmanager
def journal_laid_open() -> Iterator[None]:
    """Let rows of the journal be altered and removed inside the block."""
    if connection.in_atomic_block and connection.vendor == "postgresql":
        # No trigger is made or dropped while deferred checks of the same transaction are outstanding.
        tamper("SET CONSTRAINTS ALL IMMEDIATE")
    lay_open(connection)
    try:
        yield
    finally:
        protect(connection)


def tamper(statement: str, *values: object) -> None:
    """Write past the product."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


def let_tests_empty_the_journal() -> None:
    """Let Django empty the tables after a test with transactions of its own; only tests do this."""
    teardown = TransactionTestCase._fixture_teardown

    def laid_open(case: TransactionTestCase) -> None:
        with journal_laid_open():
            teardown(case)

    TransactionTestCase._fixture_teardown = laid_open
