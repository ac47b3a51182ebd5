"""One question of access as plain values, and what each step makes of it. Pure, as the resolver is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from accounts.why.steps import Step
from roles.catalogue import MULTI_UNIT, Catalogue
from roles.resolver import (
    Access,
    Facts,
    HeldGrant,
    HeldRole,
    Place,
    Resolution,
    allows,
    may_enter,
    own_rights_only,
    resolve,
)


class Offer(NamedTuple):
    """A group into which the account may be put: what it carries, and the groups that it is left for."""

    group: int
    roles: tuple[HeldRole, ...]
    instead: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """May whoever holds these facts do it in this place? `enterable` is how many units he may enter.

    A named permission is done by whoever may do all of `keys`, those of its parts that are asked for.
    """

    facts: Facts
    place: Place
    permission: str
    known: Catalogue
    enterable: int = 1
    keys: tuple[str, ...] = ()

    @property
    def asked(self) -> tuple[str, ...]:
        """The single permissions that it comes to."""
        return self.keys or (self.permission,)

    def allowed(self) -> bool:
        """Return the answer."""
        units = self.enterable
        return all(
            allows(self.facts, self.known, self.place, key, enterable_units=units) for key in self.asked
        )

    def resolution(self) -> Resolution:
        """Return everything that is held in the place."""
        return resolve(self.facts, self.known, self.place, enterable_units=self.enterable)

    def needed(self) -> tuple[str, ...]:
        """Return what is asked for and all that it requires."""
        needed = (needed for key in self.asked for needed in (key, *self.known.needed_for(key)))
        return tuple(dict.fromkeys(needed))

    def after(self, steps: Iterable[Step], offers: Mapping[int, Offer] | None = None) -> "Case":
        """Return the case as it is once the steps are taken."""
        case = self
        for step in steps:
            case = _TAKEN[step.kind](case, step.what, offers or {})
        return case


def _active(case: Case, what: str, offers: Mapping[int, Offer]) -> Case:
    return replace(case, facts=replace(case.facts, active=True))


def _let_in(case: Case, what: str, offers: Mapping[int, Offer]) -> Case:
    unit = int(what) if what else case.place.unit
    accesses = (*case.facts.accesses, Access(unit, includes_subunits=False, own_rights_only=False))
    return replace(case, facts=replace(case.facts, accesses=accesses), enterable=case.enterable + 1)


def _opened(case: Case, what: str, offers: Mapping[int, Offer]) -> Case:
    accesses = tuple(
        row._replace(own_rights_only=False) if row.unit == case.place.unit else row
        for row in case.facts.accesses
    )
    return replace(case, facts=replace(case.facts, accesses=accesses))


def _switched(case: Case, what: str, offers: Mapping[int, Offer]) -> Case:
    return replace(case, place=replace(case.place, features=case.place.features | {what}))


def _joined(case: Case, what: str, offers: Mapping[int, Offer]) -> Case:
    offer = offers[int(what)]
    stay = (role for role in case.facts.roles if role.group not in offer.instead)
    return replace(case, facts=replace(case.facts, roles=(*stay, *offer.roles)))


def _raised(case: Case, what: str, offers: Mapping[int, Offer]) -> Case:
    module, level = what.split("@")
    new = HeldGrant(0, case.place.unit, module, int(level), None)
    old = (grant for grant in case.facts.grants if (grant.unit, grant.module) != (new.unit, module))
    return replace(case, facts=replace(case.facts, grants=(*old, new)))


def _given(case: Case, what: str, offers: Mapping[int, Offer]) -> Case:
    new = HeldGrant(0, case.place.unit, None, None, what)
    return replace(case, facts=replace(case.facts, grants=(*case.facts.grants, new)))


_TAKEN = {
    "activate": _active,
    "enter": _let_in,
    "second": _let_in,
    "open": _opened,
    "feature": _switched,
    "group": _joined,
    "level": _raised,
    "key": _given,
}


def lets_in(case: Case) -> bool:
    """Return whether the account may enter the place at all."""
    return may_enter(case.facts, case.place)


def only_own(case: Case) -> bool:
    """Return whether only what was given in this very unit counts there."""
    return own_rights_only(case.facts, case.place)


def missing_features(case: Case) -> tuple[str, ...]:
    """Return the features that the unit lacks for the permission and what it requires."""
    gates = (case.known.permissions[key].feature for key in case.needed())
    return tuple(
        dict.fromkeys(gate for gate in gates if gate not in {None, MULTI_UNIT, *case.place.features} and gate)
    )


def needs_second_unit(case: Case) -> bool:
    """Return whether it works only for people who may enter two units, and he may not."""
    gated = any(case.known.permissions[key].feature == MULTI_UNIT for key in case.needed())
    return gated and case.enterable < 2
