"""Who gets rights of administration is told by mail, whatever gave them: a group, a role, a table (A11).

Looks at what the change does, as the guards do, so that no way is forgotten. Silent where another mail of the
same change tells more: who is invited has the invitation, who is reactivated had these rights, and the new
owner is told so.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable

from accounts.effects import sides_of
from accounts.guards import administration
from accounts.models import Account, StatusPeriod
from accounts.policy import Policy
from adminrights.change import Change

MOST_UNITS = 5
# A unit, and the rights of administration there.
Gained = tuple[int, frozenset[str]]


def new_administrators(change: Change) -> None:
    """Promise a mail to every active account that gains rights of administration."""
    gained = _gained(change)
    if not gained:
        return
    policy = sides_of(change)[1].policy
    people = [
        (account, _facts(gained[account.pk], policy) | {"by": change.actor.pk})
        for account in Account.objects.filter(pk__in=gained).order_by("pk")
    ]
    change.send_each("administrator", people)


def _facts(gained: Collection[Gained], policy: Policy) -> dict[str, object]:
    places = _highest({unit for unit, _keys in gained}, policy)[:MOST_UNITS]
    return {"units": places, "rights": sorted({key for _unit, keys in gained for key in keys})}


def _gained(change: Change) -> dict[int, list[Gained]]:
    told = {mail.account_id for mail in change.mails}
    entered = {fact.account_id for fact in change.started if isinstance(fact, StatusPeriod)}
    found = defaultdict(list)
    moved = (each for each in change.effects.real.shared if each.gained & administration())
    for effect in (effect for each in moved for effect in each.of_each()):
        if effect.account not in told | entered:
            found[effect.account].append((effect.unit, effect.gained & administration()))
    return found


def _highest(units: Iterable[int], policy: Policy) -> list[int]:
    """Return the units that lie below none of the others."""
    units = set(units)
    return sorted(unit for unit in units if units.isdisjoint(policy.units[unit].ancestors))
