"""The units in which one works, and what for, in a few words (S4-48)."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.access import effective
from accounts.items import handed_to
from accounts.models import Account
from adminrights.models import Unit
from roles.wording import areas_of

ADMINISTRATES = "accounts:update"
MOST_UNITS = 12


@dataclass(frozen=True, slots=True)
class MyUnit:
    """A unit that one may enter, the areas in which one may do something there, and whether one is there.

    `resting` are the areas in which everything that one holds waits for something; `handed` says whether
    single items were handed over there.
    """

    unit: Unit
    areas: tuple[str, ...]
    resting: tuple[str, ...]
    handed: bool
    administers: bool
    here: bool


@dataclass(frozen=True, slots=True)
class MyUnits:
    """The first of the units, and how many more there are."""

    shown: tuple[MyUnit, ...]
    more: int


def units_to_work_in(account: Account, units: Sequence[Unit], here: Unit) -> MyUnits | None:
    """Return where the account works, one entry for each unit; None where there is one unit only."""
    if len(units) < 2:
        return None
    first = units[:MOST_UNITS]
    handed = set(handed_to(account, first).order_by().values_list("unit", flat=True))
    shown = tuple(_told(account, unit, here, handed=unit.pk in handed) for unit in first)
    return MyUnits(shown, len(units) - len(shown))


def _told(account: Account, unit: Unit, here: Unit, *, handed: bool) -> MyUnit:
    found = effective(account, unit)
    areas = areas_of(found.effective)
    resting = tuple(area for area in areas_of(found.held) if area not in areas)
    return MyUnit(unit, areas, resting, handed, ADMINISTRATES in found.effective, unit == here)
