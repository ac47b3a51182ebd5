"""What every test stands on: an environment, a database and a mailbox of its own."""

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import override_settings
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from tests.browser.chromium import command_to_type, find_chromium
from tests.tampering import let_tests_empty_the_journal

# Before the settings are read: tests see neither the demo's freedoms nor this person's environment.
OWN = ("DEMO", "BASE_URL", "MAIL_PROVIDER", "MAIL_FROM", "ALLOWED_HOSTS")
for name in (*OWN, "TRUSTED_PROXY_HEADER", "TRUSTED_PROXIES"):
    os.environ.pop(name, None)
os.environ.update(
    DJANGO_SETTINGS_MODULE="adminrights.settings",
    DEBUG="1",
    SECRET_KEY="a key for tests only",
    TIME_ZONE="UTC",
)
django.setup()
# Hundreds of accounts get a password; the product's own hash is slow on purpose.
django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# And refusals needn't take as long as each other.
django_settings.STEADY_SECONDS = 0.0

let_tests_empty_the_journal()

pytest_plugins = ["tests.cast"] if importlib.util.find_spec("tests.cast") else []

# The same examples every time; `--hypothesis-profile wide` looks further.
hypothesis_settings.register_profile("steady", deadline=None, derandomize=True, database=None)
hypothesis_settings.register_profile("wide", deadline=None, max_examples=2_000)
hypothesis_settings.load_profile("steady")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Keep SQLite's test database in a file, as the product does.

    In memory, the threads of the live server would share one connection, and so one transaction.
    """
    database = django_settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database.setdefault("TEST", {})["NAME"] = str(tmp_path_factory.mktemp("database") / "db.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let go of the database before it is dropped.

    A thread of the live server may still answer a request of a page that was closed, and PostgreSQL drops
    no database that somebody uses.
    """
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(scope="session", autouse=True)
def mailbox_for_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep local mail out of the project's own mailbox."""
    with override_settings(MAILBOX_DIR=tmp_path_factory.mktemp("mailbox")):
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the browser journeys by their folder; without Chromium they are skipped, in CI they fail."""
    folder = Path(__file__).parent / "browser"
    skip = not find_chromium() and not os.environ.get("CI")
    for item in items:
        if item.path.is_relative_to(folder):
            item.add_marker(pytest.mark.browser)
            if skip:
                item.add_marker(pytest.mark.skip(reason="Chromium is missing"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end what did not run."""
    if not find_chromium():
        terminalreporter.section("browser journeys")
        terminalreporter.line(f"They did NOT run: Chromium is missing. Install it: {command_to_type()}")
