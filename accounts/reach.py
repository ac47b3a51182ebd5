"""In which units somebody may do something, and which accounts they may know of; reads only."""

from django.utils import timezone

from accounts.access import enterable_units
from accounts.held import held_now
from accounts.models import Account, UnitAccess
from accounts.policy import policy_for
from adminrights.change import SYSTEM, Actor
from adminrights.models import Unit
from roles.resolver import allows

READ, UPDATE = "accounts:get", "accounts:update"


def units_where(account: Account, permission: str) -> frozenset[int]:
    """Return the open units in which the account may do it now."""
    now = timezone.now()
    held, token, _anything = held_now(account.pk, now)
    policy = policy_for(token, now)
    if not held.active or permission not in policy.catalogue.permissions:
        return frozenset()
    facts = held.facts(account.pk, policy)
    units = enterable_units(facts, policy)
    may = (
        unit
        for unit in units
        if allows(facts, policy.catalogue, policy.place(unit), permission, enterable_units=len(units))
    )
    return frozenset(may)


def administered(actor: Actor, unit: Unit) -> dict[int, Unit]:
    """Return the open units, from this one downwards, in which the actor may change accounts, by id.

    Access is handed out from the unit in which one works (S2-02); what lies beside or above it is another's.
    """
    units = Unit.objects.open().below(unit).order_by("path")
    if actor is SYSTEM:
        return {each.pk: each for each in units}
    where = units_where(actor, UPDATE)
    return {each.pk: each for each in units if each.pk in where}


def may_know(reader: Actor, account: Account) -> bool:
    """Return whether the reader may see the account in some unit, or might when it had access (S4-10).

    The past counts only while the account has no access at all: elsewhere its details may have changed.
    """
    if reader is SYSTEM:
        return True
    rows = UnitAccess.objects.live().filter(account=account)
    if not rows.exists():
        rows = UnitAccess.objects.filter(account=account)
    where = units_where(reader, READ)
    paths = rows.values_list("unit__path", flat=True)
    return any(int(part) in where for path in paths for part in path.split("/") if part)
