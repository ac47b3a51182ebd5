"""Whom to ask: who can change what somebody may do in a unit (C-08); reads only.

To look after people's accounts isn't to hand out rights (S3-T15), so the answer follows the guards.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.access import candidates, enterable_units
from accounts.guards import ASSIGN, DELEGATE, LICENSING, is_administration
from accounts.held import Held, held_by
from accounts.models import Account, StatusPeriod
from accounts.policy import Policy, policy_now
from accounts.reach import READ
from accounts.sides import Side
from adminrights.models import Unit
from adminrights.models.facts import live_now
from roles.resolver import allows
from roles.wording import areas_of

MOST = 5
# How many are read at first: those that are shown, and some whom a guard keeps out.
FEW = 20


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who can give rights and take them. `areas` says which; none where he can pass on anything."""

    account: Account
    areas: tuple[str, ...] = ()


def helpers(account: Account, unit: Unit) -> list[Helper]:
    """Return the first of those who can change what the account may do in the unit.

    Those who can pass on anything come first. Nobody raises himself, nobody changes the owner's rights, and
    nobody those of an administrator who holds more.
    """
    search = _Search(account, unit)
    anything = [Helper(person) for person, _rights, _held in islice(search.able(DELEGATE), MOST)]
    others = ((person, _areas(rights)) for person, rights, _held in search.able(ASSIGN))
    something = (Helper(person, areas) for person, areas in others if areas)
    return [*anything, *islice(something, MOST - len(anything))]


def givers(account: Account, unit: Unit, permission: str, *, licensing: bool = False) -> list[Account]:
    """Return the first of those who can give the account the permission in the unit.

    With `licensing` it takes a feature that the unit lacks, which the root's administrators switch (C-14).
    """
    search, root = _Search(account, unit), unit.root_id_or_self
    passing_on = [DELEGATE] if is_administration(permission) else [DELEGATE, ASSIGN]
    people = (
        person
        for key in passing_on
        for person, rights, held in search.able(key)
        if (key == DELEGATE or (permission in rights and DELEGATE not in rights))
        and (not licensing or LICENSING in search.side.rights(person.pk, held, root).effective)
    )
    return list(islice(people, MOST))


@dataclass
class _Search:
    """Those who can change the account's rights in the unit, worked out only as far as somebody asks."""

    account: Account
    unit: Unit

    def __post_init__(self) -> None:
        self.side = Side(policy_now(), live_now(timezone.now()))

    def able(self, key: str) -> Iterator[tuple[Account, frozenset[str], Held]]:
        """Yield by name who can by this right, with what he may do in the unit and what he holds."""
        side, unit = self.side, self.unit
        if unit.root_id_or_self in side.policy.owned_by(self.account.pk):
            return
        if unit.pk not in side.policy.units:
            return
        might = candidates([key], unit.pk, side.policy, side.live)
        periods = StatusPeriod.objects.filter(might & side.live, status=Account.Status.ACTIVE)
        others = Account.objects.filter(pk__in=periods.values("account")).exclude(pk=self.account.pk)
        for people in _by_name(others):
            held = held_by([person.pk for person in people], side.live)
            for person in people:
                rights = side.rights(person.pk, held[person.pk], unit.pk).effective
                able = key in rights and READ in rights
                if able and _may_touch(person.pk, held[person.pk], self.guarded, side.policy):
                    yield person, rights, held[person.pk]

    @cached_property
    def guarded(self) -> dict[int, set[str]]:
        """What the account holds of administration, by unit of the organisation."""
        held = held_by([self.account.pk], self.side.live)[self.account.pk]
        return _administration(self.account, held, self.unit, self.side)


def _administration(account: Account, held: Held, unit: Unit, side: Side) -> dict[int, set[str]]:
    """Return what the account holds of administration in each unit of the organisation."""
    units = side.units(account.pk, held) & frozenset(side.policy.below(unit.root_id_or_self))
    mine = {each: set(filter(is_administration, side.rights(account.pk, held, each).held)) for each in units}
    return {each: rights for each, rights in mine.items() if rights}


def _may_touch(helper: int, held: Held, guarded: dict[int, set[str]], policy: Policy) -> bool:
    """Return whether the helper holds all the administration that the account holds, or may give any."""
    facts = held.facts(helper, policy)
    enterable = len(enterable_units(facts, policy))

    def has(permission: str, unit: int) -> bool:
        place = policy.place(unit)
        return allows(facts, policy.catalogue, place, permission, enterable_units=enterable)

    return all(
        has(DELEGATE, unit) or all(has(key, unit) for key in theirs) for unit, theirs in guarded.items()
    )


def _areas(rights: frozenset[str]) -> tuple[str, ...]:
    """Return the areas in which there is something to pass on; none for whoever can pass on anything."""
    if DELEGATE in rights:
        return ()
    return areas_of(key for key in rights if not is_administration(key))


def _by_name(accounts: QuerySet[Account]) -> Iterator[list[Account]]:
    """Yield the accounts by name, ever more at a time: seldom are more than the first few asked for."""
    ordered, first, number = accounts.order_by("last_name", "first_name", "pk"), 0, FEW
    while people := list(ordered[first : first + number]):
        yield people
        first, number = first + number, number * FEW
