"""An organisation in which uses have been recorded for long."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from accounts import uses
from accounts.least.finding import Finding
from accounts.least.report import report
from accounts.models import Account
from adminrights.models import Unit

Found = Callable[..., list[Finding]]


def use(account: Account, permission: str, unit: Unit) -> None:
    """Let the account do it, and write that down."""
    assert account.has_perm(permission, unit)
    uses.write()


@pytest.fixture
def found(unit: Unit) -> Found:
    """What is found of some kinds, in the organisation."""

    def look(*kinds: str, days: int = 90, where: Unit | None = None) -> list[Finding]:
        chapters = report(where or unit, days).chapters
        return [each for chapter in chapters for each in chapter.found if each.kind in kinds]

    return look


@pytest.fixture
def later(monday: time_machine.Traveller) -> Callable[[int], None]:
    """Let so many days pass."""

    def pass_by(days: int) -> None:
        monday.shift(timedelta(days=days))

    return pass_by
