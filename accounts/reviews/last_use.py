"""When somebody last used what a fact gives; one place, so that every line and file says the same."""

from collections.abc import Collection, Mapping
from datetime import date

from accounts.dates.kinds import Dated, kind_of
from accounts.reviews.scope import Given
from accounts.uses import last_used


def last_uses(
    facts: Collection[Dated], given: Mapping[tuple[str, int], Given]
) -> dict[tuple[str, int], date]:
    """Return the last day on which each fact's rights were used where it gives them, by kind and number.

    What isn't there was never used since uses are recorded. Access to a unit counts as used with any right.
    """
    used = last_used({fact.account_id for fact in facts})
    found: dict[tuple[str, int], date] = {}
    by_person: dict[int, list[tuple[int, str, date]]] = {}
    for (account, unit, permission), day in used.items():
        by_person.setdefault(account, []).append((unit, permission, day))
    for fact in facts:
        key = (kind_of(fact).key, fact.pk)
        gives = given[key]
        days = [
            day
            for unit, permission, day in by_person.get(fact.account_id, ())
            if unit in gives.units and (permission in gives.rights or key[0] == "access")
        ]
        if days:
            found[key] = max(days)
    return found
