"""The rules about handing out rights once more, told naively: what each step of the product is judged by.

A right is given when somebody holds it by more ways than before, or by as many for longer. Whoever gives it
must be able to pass it on where it counts, and gives nothing to himself. Only the plain walk through the
catalogue in tests/roles/brute_force.py is used, no code of the product.
"""

import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.ceiling.state import Fact, State
from tests.roles import brute_force

FILES = Path(__file__).parents[2] / "roles"
DATA = tomllib.loads((FILES / "catalogue.toml").read_text()) | tomllib.loads(
    (FILES / "named.toml").read_text()
)
PERMISSIONS = brute_force.every_permission(DATA)
UNIT_FEATURES = frozenset(DATA["features"]) - {"multi_unit"}
ASSIGN, DELEGATE, UPDATE = "access:assign", "access:delegate", "accounts:update"
LICENSING = "units:update"
# What hands an item over, where it isn't the passing on of the rights themselves.
HANDING = {"events": "event_managers:assign"}
NOTHING: frozenset[str] = frozenset()


def is_administration(key: str) -> bool:
    return bool(PERMISSIONS[key]["module"] == "admin_rights")


@cache
def meaning(right: str) -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple((key, frozenset(demand)) for key, demand in brute_force.meaning(DATA, right))


@cache
def keys_of(right: str) -> frozenset[str]:
    return frozenset(key for key, _demand in meaning(right))


@cache
def counted(rights: tuple[str, ...]) -> Counter[str]:
    """Return by how many of the ways each permission is held."""
    return Counter(key for right in rights for key in (PERMISSIONS if right == "*" else keys_of(right)))


@cache
def in_effect(rights: tuple[str, ...], features: frozenset[str]) -> frozenset[str]:
    given = [(key, NOTHING) for key in PERMISSIONS] if "*" in rights else []
    given += [pair for right in rights if right != "*" for pair in meaning(right)]
    return frozenset(brute_force.take_away(PERMISSIONS, given, set(features)))


class View(NamedTuple):
    """A state as it is at a moment."""

    state: State
    at: datetime

    def live(self, facts: list[Fact]) -> Iterator[Fact]:
        return (fact for fact in facts if fact.live(self.at))

    def line(self, unit: int) -> list[int]:
        return brute_force.way_up(self.state.parents, unit)

    def owns(self, account: int, unit: int) -> bool:
        return self.state.owners.get(self.line(unit)[-1]) == account

    def doors(self, account: int, unit: int) -> set[str]:
        entrances = [fact.gives for fact in self.live(self.state.doors.get(account, []))]
        return brute_force.doors_into(Entering(entrances), self.line(unit))

    def may_enter(self, account: int, unit: int) -> bool:
        return self.owns(account, unit) or bool(self.doors(account, unit))

    def rights(self, account: int, unit: int) -> tuple[str, ...]:
        """Return the rights by which the account would hold permissions in the unit, one for each way."""
        owner = self.owns(account, unit)
        doors = self.doors(account, unit)
        if not owner and not doors:
            return ()
        line = [unit] if doors == {"narrow"} else self.line(unit)
        found = ["*"] if owner else []
        for fact in self.live(self.state.grants.get(account, [])):
            place, right = fact.gives
            found += [right] if place in line else []
        for fact in self.live(self.state.memberships.get(account, [])):
            if self.state.group_units.get(fact.gives) in line:
                found += self.of_group(fact.gives)
        return tuple(sorted(found))

    def of_group(self, group: int) -> list[str]:
        return [
            rule.gives
            for carried in self.live(self.state.group_roles.get(group, []))
            for rule in self.live(self.state.rules.get(carried.gives, []))
        ]

    def features(self, account: int, unit: int) -> frozenset[str]:
        line = self.line(unit)
        on = {fact.gives for fact in self.live(self.state.features) if fact.about in line}
        several = sum(self.may_enter(account, each) for each in self.state.parents) >= 2
        return frozenset(on | {"multi_unit"} if several else on - {"multi_unit"})

    def effective(self, account: int, unit: int, *, whatever_features: bool = False) -> frozenset[str]:
        """Return what the account may do in the unit."""
        if unit not in self.state.parents or not self.state.people[account].active:
            return frozenset()
        on = self.features(account, unit) | (UNIT_FEATURES if whatever_features else frozenset())
        return in_effect(self.rights(account, unit), on)

    def held(self, account: int, unit: int) -> frozenset[str]:
        """Return what the account holds in the unit, in effect or not, active or not."""
        return frozenset(counted(self.rights(account, unit)))

    def may_pass_on(self, account: int, unit: int) -> frozenset[str]:
        """Return what the account may give to others in the unit."""
        rights = self.effective(account, unit)
        if DELEGATE in rights:
            return frozenset(PERMISSIONS)
        if ASSIGN not in rights:
            return frozenset()
        own = self.effective(account, unit, whatever_features=True)
        return frozenset(key for key in own | rights if not is_administration(key))

    def administrators(self, root: int) -> set[int]:
        """Return who can sign in and administers the whole of the root."""
        return {
            pk
            for pk, person in self.state.people.items()
            if person.active and person.has_password and {UPDATE, DELEGATE} <= self.effective(pk, root)
        }


class Entering(NamedTuple):
    """The doors of an account, as brute_force asks for them."""

    accesses: list[object]


class Gift(NamedTuple):
    """Somebody holds permissions in a unit by more ways, or for longer, from some moment on."""

    account: int
    unit: int
    keys: frozenset[str]


def gifts(before: State, after: State, now: datetime) -> Iterator[Gift]:
    """Yield what a step gave to whom, now or at any moment to come."""
    moments = sorted({now, *(date for date in before.dates() | after.dates() if date > now)})
    for account in after.people:
        for unit in after.parents:
            keys = frozenset().union(*(_more(before, after, account, unit, at) for at in moments))
            if keys:
                yield Gift(account, unit, keys)


def _more(before: State, after: State, account: int, unit: int, at: datetime) -> set[str]:
    # In a unit that is new, what was held above it was held there too.
    place = unit if unit in before.parents else after.parents[unit]
    old = View(before, at).rights(account, place) if place in before.parents else ()
    new = View(after, at).rights(account, unit)
    return set() if old == new else set(counted(new) - counted(old))


def judge(before: State, after: State, actor: int | None, now: datetime) -> list[str]:
    """Return a sentence for everything that the actor could not do and yet did; None is the system."""
    if actor is None:
        return []
    view = View(before, now)
    return [
        *_beyond_the_ceiling(before, after, view, actor),
        *_items_beyond(before, after, view, actor),
        *_features_beyond(before, after, view, actor),
        *_addresses(before, after, view, actor),
        *_taken_from_above(before, after, view, actor),
        *_untouchable(before, after, view, actor),
    ]


def _beyond_the_ceiling(before: State, after: State, view: View, actor: int) -> Iterator[str]:
    for gift in gifts(before, after, view.at):
        place = gift.unit if gift.unit in before.parents else after.parents[gift.unit]
        if gift.account == actor:
            yield f"{actor} raised himself in {gift.unit}: {sorted(gift.keys)[:3]}"
        elif beyond := gift.keys - view.may_pass_on(actor, place or 0):
            yield f"{actor} gave {gift.account} in {gift.unit} what he may not: {sorted(beyond)[:3]}"


def _items_beyond(before: State, after: State, view: View, actor: int) -> Iterator[str]:
    for account, item in after.handed - before.handed:
        kind, unit = after.items[item]
        rights = view.effective(actor, unit)
        given = {f"{kind}:{action}" for action in ("get", "update")} & PERMISSIONS.keys()
        own = HANDING.get(kind)
        may = own in rights if own else DELEGATE in rights or given | {ASSIGN} <= rights
        if not may or (account == actor and not own and not given <= rights):
            yield f"{actor} handed {item} to {account} and may not"


def _features_beyond(before: State, after: State, view: View, actor: int) -> Iterator[str]:
    """Features are the organisation's plan: whoever may change its units switches and prolongs them."""
    for fact in set(after.features) - set(before.features):
        root = view.line(fact.about)[-1] if fact.about in before.parents else 0
        if LICENSING not in view.effective(actor, root):
            yield f"{actor} switched {fact.gives} in {fact.about} and may not"


def _addresses(before: State, after: State, view: View, actor: int) -> Iterator[str]:
    """Whoever reads the mail of an account can be it: a new address passes on all that it holds."""
    moments = sorted({view.at, *(date for date in after.dates() if date > view.at)})
    for account, person in after.people.items():
        old = before.people.get(account)
        if old is None or old.email == person.email or account == actor:
            continue
        for unit in after.parents:
            mine = view.effective(actor, unit)
            theirs = frozenset[str]().union(*(View(after, at).held(account, unit) for at in moments))
            if DELEGATE not in mine and (more := theirs - mine):
                yield f"{actor} took the address of {account}, who holds {sorted(more)[:3]}"


def _taken_from_above(before: State, after: State, view: View, actor: int) -> Iterator[str]:
    """Nobody takes administration away that he doesn't hold; closing a unit is decided above it."""
    later = View(after, view.at)
    for account in before.people.keys() - {actor}:
        for unit in before.parents.keys() & after.parents.keys():
            old, new = view.effective(account, unit), later.effective(account, unit)
            lost = {key for key in old - new if is_administration(key)}
            mine = view.effective(actor, unit) if lost else frozenset()
            if DELEGATE not in mine and not lost <= mine:
                yield f"{actor} took {sorted(lost - mine)[:3]} from {account} in {unit}"


def _untouchable(before: State, after: State, view: View, actor: int) -> Iterator[str]:
    """Nobody but the owner touches the owner, and nobody an account that administers more."""
    for account in before.people.keys() - {actor}:
        for unit in _touched(view, after, account):
            root = view.line(unit)[-1]
            if before.owners.get(root) == account == after.owners.get(root):
                yield f"{actor} touched {account}, who owns {root}"
            mine = view.effective(actor, unit)
            theirs = {key for key in view.held(account, unit) if is_administration(key)}
            if DELEGATE not in mine and not theirs <= mine:
                yield f"{actor} touched {account}, who administers more in {unit}"


def _touched(view: View, after: State, account: int) -> set[int]:
    """Return the units of the account in which the step did something to it; what closed doesn't count."""
    before = view.state
    still_open = before.parents.keys() & after.parents.keys()
    units = {unit for unit in still_open if view.may_enter(account, unit)}
    if before.people[account] != after.people[account]:
        return units
    kinds = (
        (before.doors, after.doors),
        (before.grants, after.grants),
        (before.memberships, after.memberships),
    )
    facts = {fact for old, new in kinds for fact in set(old.get(account, [])) ^ set(new.get(account, []))}
    roots = {view.line(place)[-1] for fact in facts if (place := _place(fact, before, after)) in still_open}
    return {unit for unit in units if view.line(unit)[-1] in roots}


def _place(fact: Fact, before: State, after: State) -> int:
    """Return the unit of an access, a grant or a membership."""
    if isinstance(fact.gives, int):
        return before.group_units.get(fact.gives) or after.group_units[fact.gives]
    return int(fact.gives[0])


def kept_beyond(before: State, after: State, account: int, now: datetime) -> list[str]:
    """Return a sentence for every right that an acceptance left though its giver could give it no longer."""
    view, later = View(before, now), View(after, now)
    found = []
    for fact in (*after.grants.get(account, []), *after.memberships.get(account, [])):
        place, giver = _place(fact, before, after), fact.giver
        rights = [fact.gives[1]] if isinstance(fact.gives, tuple) else later.of_group(fact.gives)
        keys = set(counted(tuple(sorted(rights))))
        for unit in after.parents if giver and place in after.parents else ():
            if place in later.line(unit) and later.may_enter(account, unit):
                beyond = keys - view.may_pass_on(giver or 0, unit)
                found += [f"{account} kept {sorted(beyond)[:3]} of {giver} in {unit}"] if beyond else []
    return found
