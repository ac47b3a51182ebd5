"""Somebody else's session that holds a lock of the database while a test goes on."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

# What every change needs.
HEAD = "SELECT * FROM adminrights_journalhead FOR UPDATE"


@contextmanager
def locked_by_somebody(statement: str = HEAD) -> Iterator[threading.Event]:
    """Hold what the statement locks until the event is set or the block ends; on SQLite, the only lock."""
    release, held = threading.Event(), threading.Event()
    params = (connection.vendor, connection.get_connection_params(), statement, held, release)
    thread = threading.Thread(target=_hold, args=params)
    thread.start()
    assert held.wait(10)
    try:
        yield release
    finally:
        release.set()
        thread.join()


def _hold(
    vendor: str, params: dict[str, Any], statement: str, held: threading.Event, release: threading.Event
) -> None:
    other: Any
    if vendor == "sqlite":
        other = sqlite3.connect(params["database"], isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
    else:
        own = {
            name: params[name] for name in ("dbname", "user", "password", "host", "port") if params.get(name)
        }
        other = psycopg.connect(**own)
        other.execute(statement)
    held.set()
    release.wait(60)
    other.rollback()
    other.close()
