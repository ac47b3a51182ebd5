"""A policy as text makes the same policy anew, and says every difference from it."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import Account
from adminrights.change import SYSTEM, change
from adminrights.events import Event
from adminrights.exceptions import RuleBroken
from adminrights.models import Fact, JournalEntry, Unit
from tests.declared.chance import fill, found, rights
from tests.terminal import run

pytestmark = pytest.mark.django_db

# A smaller example tells little more here, and finding one takes minutes.
steady = settings(
    max_examples=3,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],
)


class Undone(Exception):
    """Ends what was only tried."""


def undone(do: Callable[[], None]) -> None:
    """Do it and leave the database as it was."""
    try:
        with transaction.atomic():
            do()
            raise Undone
    except Undone:
        pass


def exported() -> str:
    return run("export_policy", "--people").out


@steady
@given(seed=st.integers(0, 10**9))
def test_the_text_makes_the_same_organisation_in_an_empty_database(
    seed: int, catalogue_rows: None, tmp_path: Path
) -> None:
    chance = Random(seed)
    kept: dict[str, Any] = {}

    def make() -> None:
        root = found()
        fill(root, chance)
        kept["text"] = exported()
        kept["now"], kept["later"] = rights(root), rights(root, days=1.5)

    undone(make)
    file = tmp_path / "policy.toml"
    file.write_text(kept["text"])

    def again() -> None:
        root = found()
        written = JournalEntry.objects.count()
        applied = run("apply", str(file))
        assert applied.code == 0, applied
        assert JournalEntry.objects.count() - written <= 1
        assert exported() == kept["text"]
        assert rights(root) == kept["now"]
        assert rights(root, days=1.5) == kept["later"]
        assert_same(file)
        assert_edit_is_named(file, chance)

    undone(again)


def assert_same(file: Path) -> None:
    planned = run("plan", str(file))
    assert (planned.code, planned.out) == (0, "no changes\n")


def assert_edit_is_named(file: Path, chance: Random) -> None:
    """Change one thing by hand, in the database: the plan names it, and applying the file mends it."""
    account = chance.choice(list(Account.objects.order_by("pk")))
    fact = chance.choice(
        [*account.memberships.not_ended(), *account.grants.not_ended(), *account.unit_accesses.not_ended()]
    )
    if account.first_name == "Ada" or (fact.expires_at and fact.expires_at < fact.starts_at):
        return
    live = fact.expires_at is None or fact.expires_at > JournalEntry.objects.latest("sequence").at
    try:
        end(fact)
    except RuleBroken:
        return
    planned = run("plan", str(file))
    assert planned.code == (3 if live else 0), planned
    if live:
        assert f" person {account.email}" in planned.out
        assert "    + " in planned.out
    assert run("apply", str(file)).code == 0
    assert_same(file)


def end(fact: Fact) -> None:
    with change(Event.GRANTS_CHANGED, actor=SYSTEM) as c:
        c.end(fact)


def test_the_text_is_the_same_every_time(catalogue_rows: None) -> None:
    root = found()
    fill(root, Random(7))

    assert exported() == exported()
    assert Unit.objects.count() > 1
