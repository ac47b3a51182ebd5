"""Holds a sample of the product's answers against the brute-force evaluation, before anything is timed.

What the evaluation reads is the workload itself, not the tables that were filled from it. What other products
answer is compared in `answers.py`.
"""

import tomllib
from pathlib import Path
from random import Random
from typing import Any

from accounts.access import effective, holders, may
from accounts.models import Account
from accounts.organisation import with_accounts
from adminrights.models import Unit
from roles import catalogue as place_of_the_files
from roles.resolver import Access, Facts, HeldGrant, HeldRole, Place
from tests.bench.agreed import ASKED, Disagreement
from tests.bench.filling import Filled
from tests.bench.shape import SEED, Person, Shape
from tests.roles import brute_force

SAMPLE = 40
# All holders of a unit take seconds where people are many.
MOST_UNITS = 4


def check(shape: Shape, filled: Filled, size: int = SAMPLE) -> str:
    """Return a sentence about the sample that agrees. Raises Disagreement."""
    data, random, units = _files(), Random(SEED), filled.units
    count = range(len(units))
    holding: dict[int, set[int]] = {}
    sets = withheld = 0
    for index in random.sample(range(len(shape.people)), min(size, len(shape.people))):
        account, home = Account.objects.get(pk=filled.people[index]), shape.people[index].doors[0].unit
        for unit in {home, random.choice(count), *shape.line(home)}:
            held, expected = _expected(data, shape, index, unit)
            found = effective(account, units[unit])
            _same(set(found.held), held, account, unit)
            _same(set(found.effective), expected, account, unit)
            _same(may(account, ASKED, units[unit]), ASKED in expected, account, unit)
            if unit in holding or len(holding) < MOST_UNITS:
                if unit not in holding:
                    holding[unit] = {holder.account for holder in holders(ASKED, units[unit])}
                _same(account.pk in holding[unit], ASKED in expected, account, unit)
            sets += 1
            withheld += held != expected
    _same_numbers(shape, filled)
    words = f"{sets} effective sets agree with the brute-force evaluation"
    return f"{words}; {withheld} of them leave out what lacks a feature or a requirement."


def _expected(data: Any, shape: Shape, index: int, unit: int) -> tuple[set[str], set[str]]:
    person, line = shape.people[index], shape.line(unit)
    on = frozenset(feature for each in line for feature in shape.features[each])
    parents = dict(enumerate(shape.parents))
    place = Place(unit, line[-1], tuple(line[1:]), on)
    entered = {
        each for door in person.doors for each in (shape.below(door.unit) if door.below else [door.unit])
    }
    found: tuple[set[str], set[str]] = brute_force.answer(
        data, parents, _facts(shape, person), place, len(entered), as_if_active=False
    )
    return found


def _facts(shape: Shape, person: Person) -> Facts:
    return Facts(
        active=person.status == "active",
        owns=frozenset(),
        accesses=tuple(Access(*door) for door in person.doors),
        grants=tuple(HeldGrant(0, given.unit, given.module, given.level, None) for given in person.grants),
        roles=tuple(
            HeldRole(index, shape.groups[index].unit, 0, frozenset(shape.rights_of_group(index)))
            for index in person.groups
        ),
    )


def _same_numbers(shape: Shape, filled: Filled) -> None:
    """Compare the accounts of each unit, as the dashboard counts them, with the administrator at the root."""
    counted = {unit.pk: unit.account_count for unit in with_accounts(Unit.objects.open())}
    for index, unit in enumerate(filled.units):
        below = shape.below(index)
        number = sum(any(door.unit in below for door in person.doors) for person in shape.people)
        _same(counted[unit.pk], number + (shape.parents[index] is None), None, index)


def _same(found: object, expected: object, account: Account | None, unit: int) -> None:
    if found != expected:
        raise Disagreement(f"{account} in unit {unit}: {found} instead of {expected}")


def _files() -> dict[str, Any]:
    folder = Path(str(place_of_the_files.__file__)).parent
    return {
        key: value
        for name in ("catalogue.toml", "named.toml")
        for key, value in tomllib.loads((folder / name).read_text()).items()
    }
