"""In which units somebody may do something, and which accounts they may know of; reads only."""

from collections.abc import Collection

from django.db.models import QuerySet
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
    held, token, *_rest = held_now(account.pk, now)
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
    return account.pk in whom_he_may_know(reader, [account.pk])


def whom_he_may_know(reader: Actor, accounts: Collection[int]) -> set[int]:
    """Return which of the accounts the reader may know, as `may_know` says of one."""
    if reader is SYSTEM or not accounts:
        return set(accounts)
    rows = list(_paths(UnitAccess.objects.live().filter(account__in=accounts)))
    past = set(accounts) - {account for account, _path in rows}
    if past:
        rows += _paths(UnitAccess.objects.filter(account__in=past))
    where = units_where(reader, READ)
    return {account for account, path in rows if any(int(part) in where for part in path.split("/") if part)}


def _paths(rows: QuerySet[UnitAccess]) -> QuerySet[UnitAccess, tuple[int, str]]:
    return rows.values_list("account", "unit__path")
