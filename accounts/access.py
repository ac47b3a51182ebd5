"""The answer to every question about access; reads only.

Pages, commands, the menu, `has_perm` and the explanation all come here, so they can't disagree (Z6).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone

from accounts.held import Anything, Held, held_by, held_now, held_where
from accounts.models import Account, Grant
from accounts.names import open_units
from accounts.policy import Policy, past_policy, policy_for, policy_now
from adminrights.models import Unit
from adminrights.models.facts import live_at, live_now
from groups.models import Membership
from roles.resolver import Access, Facts, Resolution, Source, allows, resolve, sources_of


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who may do it, and through what."""

    account: int
    sources: tuple[Source, ...]


def effective(
    account: Account, unit: Unit, at: datetime | None = None, *, as_if_active: bool = False
) -> Resolution:
    """Return everything the account may do in the unit, now or at a date, with all sources.

    `as_if_active` shows what a pending or disabled account would hold.
    """
    if at is None:
        held, policy = present(account)
    else:
        held, policy = held_by([account.pk], live_at(at))[account.pk], past_policy(at)
    return resolve_held(account.pk, held, policy, unit.pk, as_if_active=as_if_active)


def may(account: Account, permission: str, unit: Unit) -> bool:
    """Return whether the account may do it in the unit now: one statement and a look into the policy."""
    now = timezone.now()
    held, token, *_rest = held_now(account.pk, now)
    if not held.active:
        return False
    policy = policy_for(token, now)
    facts = held.facts(account.pk, policy)
    if unit.pk not in policy.units or permission not in policy.catalogue.permissions:
        return False
    enterable = len(enterable_units(facts, policy))
    return allows(facts, policy.catalogue, policy.place(unit.pk), permission, enterable_units=enterable)


def holders(permission: str, unit: Unit, at: datetime | None = None) -> list[Holder]:
    """Return everybody who may do it in the unit, each with all sources, ordered by account id.

    The candidates come from the database, the answer from the same resolver as every decision.
    """
    if at is None:
        now = timezone.now()
        return holders_in(permission, unit.pk, policy_now(now), live_now(now))
    return holders_in(permission, unit.pk, past_policy(at), live_at(at))


def holders_in(permission: str, unit: int, policy: Policy, live: Q) -> list[Holder]:
    """Return the holders by a given policy and by the facts that meet the condition."""
    return [
        Holder(account, sources_of(facts, policy.catalogue, policy.place(unit), permission))
        for account, facts in holding(permission, unit, policy, live).items()
    ]


def holding(permission: str, unit: int, policy: Policy, live: Q) -> dict[int, Facts]:
    """Return the facts of the holders, by account, for whoever asks for no sources."""
    if unit not in policy.units:
        return {}
    found, place = {}, policy.place(unit)
    for account, held in held_where(candidates([permission], unit, policy, live), live).items():
        facts = held.facts(account, policy)
        enterable = len(enterable_units(facts, policy))
        if allows(facts, policy.catalogue, place, permission, enterable_units=enterable):
            found[account] = facts
    return found


def resolve_held(
    account: int, held: Held, policy: Policy, unit: int, *, as_if_active: bool = False
) -> Resolution:
    """Return what the facts give in the unit; nothing in a closed or unknown unit."""
    if unit not in policy.units:
        return Resolution({}, {}, {})
    facts = held.facts(account, policy)
    return resolve(
        facts,
        policy.catalogue,
        policy.place(unit),
        enterable_units=len(enterable_units(facts, policy)),
        as_if_active=as_if_active,
    )


def enterable_units(facts: Facts, policy: Policy) -> frozenset[int]:
    """Return the open units that the account may enter, active or not."""
    found: set[int] = set()
    for root in facts.owns:
        found.update(policy.below(root))
    for access in facts.accesses:
        found.update(_reach(access, policy))
    return frozenset(found)


def _reach(access: Access, policy: Policy) -> Collection[int]:
    if access.unit not in policy.units:
        return ()
    return policy.below(access.unit) if access.includes_subunits else (access.unit,)


def candidates(permissions: Iterable[str], unit: int, policy: Policy, live: Q) -> Q:
    """Return the condition on facts about whoever might hold one of the permissions in the unit.

    That is everyone with a fact that gives it, and the owner. It names nobody, so that one statement serves
    for any number of people. Raises UnknownPermission.
    """
    return candidates_in(permissions, (unit, *policy.units[unit].ancestors), policy, live)


def candidates_in(permissions: Iterable[str], units: Collection[int], policy: Policy, live: Q) -> Q:
    """As `candidates`, about whoever might hold one of them by a fact of one of the units."""
    asked = [policy.catalogue.permission(key) for key in permissions]
    keys = frozenset().union(*(policy.catalogue.rights_giving(each.key) for each in asked))
    places = frozenset(units)
    roles = {role for role, rights in policy.role_rights.items() if not rights.isdisjoint(keys)}
    groups = [
        group
        for group, carried in policy.group_roles.items()
        if not roles.isdisjoint(carried) and policy.group_units.get(group) in places
    ]
    given = [Q(permission__in=[key for key in keys if "@" not in key])]
    given += [
        Q(module=module, level__gte=level) for module, level in {(p.module, int(p.level)) for p in asked}
    ]
    grants = Grant.objects.filter(live, unit__in=places).values("account")
    members = Membership.objects.filter(live, group__in=groups).values("account")
    # Each in a subquery of its own, which an index answers; of one for all, SQLite would read every grant.
    granted = reduce(or_, (Q(account__in=grants.filter(each)) for each in given))
    owners = {policy.units[policy.units[unit].root].owner for unit in places} - {None}
    return Q(account__in=members) | granted | Q(account__in=owners)


def units_of(account: Account) -> list[Unit]:
    """Return the open units that the account may enter now, in the order of the tree."""
    known = _present(account)
    facts = known.held.facts(account.pk, known.policy)
    return open_units(enterable_units(facts, known.policy), known.token)


def present(account: Account) -> tuple[Held, Policy]:
    """Return what the account holds now, and the policy by which it counts."""
    known = _present(account)
    return known.held, known.policy


def token_for(account: Account) -> str:
    """Return the policy's token, as the account's request read it."""
    return _present(account).token


def state_for(account: Account) -> str:
    """Return the digest of the journal's last entry, as the account's request read it."""
    return _present(account).state


def anything_for(account: Account) -> Anything:
    """Return whether there is anything at all of what the menu may lead to, as its request read it."""
    return _present(account).anything


class _Present(NamedTuple):
    held: Held
    policy: Policy
    token: str
    anything: Anything
    state: str


def _present(account: Account) -> _Present:
    """Return what the account holds now, and by what it counts; read once in a request of its own."""
    remembered = account.decisions
    if remembered is not None and "present" in remembered:
        known: _Present = remembered["present"]
        return known
    now = timezone.now()
    held, token, anything, state = held_now(account.pk, now, for_menu=True)
    present = _Present(held, policy_for(token, now), token, anything, state)
    if remembered is not None:
        remembered["present"] = present
    return present
