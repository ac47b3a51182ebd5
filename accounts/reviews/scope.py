"""What a review is about: the facts that can be taken away, and what each gives there; reads only."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.dates.kinds import KINDS, Dated, kind_of, place_of
from accounts.held import Held, held_by
from accounts.models import Grant, Review, ReviewLine, UnitAccess
from accounts.policy import Policy, policy_now
from adminrights.models import Unit
from adminrights.models.facts import standing_now
from groups.models import Group, GroupRole, Membership
from roles.catalogue import catalogue
from roles.models import Role
from roles.resolver import may_enter, own_rights_only

Kind = Review.Kind
LINE_FIELDS = {"membership": "membership", "right": "grant", "access": "access"}


@dataclass(frozen=True, slots=True)
class Scope:
    """What a review looks at: a group, or a role, a module or everything in a unit and below."""

    kind: str
    unit: Unit
    group: Group | None = None
    role: Role | None = None
    module: str = ""

    @property
    def keys(self) -> frozenset[str] | None:
        """The permissions that count; None for all of them."""
        if self.kind != Kind.MODULE:
            return None
        return frozenset(permission.key for permission in catalogue().modules[self.module].permissions)

    def in_words(self) -> str:
        """Return what it looks at, for people."""
        if self.kind == Kind.GROUP and self.group is not None:
            return _("Group %s") % self.group.display_name
        if self.kind == Kind.ROLE and self.role is not None:
            return _("Role %s") % self.role.display_name
        if self.kind == Kind.MODULE:
            return _("Module %s") % catalogue().modules[self.module].label
        return _("Everything in %s") % self.unit.name


def scope_of(review: Review) -> Scope:
    """Return what the review looks at."""
    return Scope(review.kind, review.unit, review.group, review.role, str(review.module_id or ""))


def facts_in(scope: Scope, at: datetime) -> list[Dated]:
    """Return every fact that stands in the scope, planned ones too. One statement for each kind."""
    below = {key: standing_now(at) & kind.below(scope.unit) for key, kind in KINDS.items()}
    memberships = below["membership"] & Q(group__deleted_at=None)
    if scope.kind == Kind.GROUP:
        return list(KINDS["membership"].facts(memberships, Q(group=scope.group)))
    if scope.kind == Kind.ROLE:
        carrying = GroupRole.objects.live(at).filter(role=scope.role)
        return list(KINDS["membership"].facts(memberships, Q(group__in=carrying.values("group"))))
    members, grants = KINDS["membership"].facts(memberships), KINDS["right"].facts(below["right"])
    if scope.kind == Kind.UNIT:
        return [*members, *grants, *KINDS["access"].facts(below["access"])]
    policy = policy_now(at)
    return [fact for fact in (*members, *grants) if rights_of(fact, scope, policy)]


def rights_of(fact: Dated, scope: Scope, policy: Policy) -> frozenset[str]:
    """Return the permissions of the scope that the fact gives; none for access, which lets in."""
    known = policy.catalogue
    rights = frozenset[str]().union(*(known.given_by(right) for right in _held(fact, scope, policy)))
    return rights if scope.keys is None else rights & scope.keys


def _held(fact: Dated, scope: Scope, policy: Policy) -> Iterable[str]:
    if isinstance(fact, Grant):
        return [fact.right]
    if isinstance(fact, UnitAccess):
        return []
    roles: Collection[int] = policy.group_roles.get(fact.group_id, ())
    if scope.kind == Kind.ROLE and scope.role is not None:
        roles = [role for role in roles if role == scope.role.pk]
    return (right for role in roles for right in policy.role_rights.get(role, ()))


@dataclass(frozen=True, slots=True)
class Given:
    """What a fact gives: which permissions, in which units."""

    rights: frozenset[str]
    units: frozenset[int]


def gives(facts: Iterable[Dated], scope: Scope, at: datetime) -> dict[tuple[str, int], Given]:
    """Return what each fact gives in the scope, by its kind and number, whether or not it has effect today.

    Whatever stands counts, also what is planned and what a pending or disabled account would have.
    """
    found = list(facts)
    policy = policy_now(at)
    held = held_by({fact.account_id for fact in found}, standing_now(at))
    return {
        (kind_of(fact).key, fact.pk): Given(
            rights_of(fact, scope, policy), _units(fact, held[fact.account_id], policy)
        )
        for fact in found
    }


def _units(fact: Dated, held: Held, policy: Policy) -> frozenset[int]:
    """Return the units in which the fact counts for its person."""
    place = place_of(fact).pk
    if place not in policy.units:
        return frozenset()
    if isinstance(fact, UnitAccess):
        return frozenset(policy.below(place) if fact.includes_subunits else (place,))
    facts = held.facts(fact.account_id, policy)
    places = ((unit, policy.place(unit)) for unit in policy.below(place))
    return frozenset(
        unit
        for unit, where in places
        if may_enter(facts, where) and (unit == place or not own_rights_only(facts, where))
    )


def standing(lines: Collection[ReviewLine], at: datetime) -> dict[int, Dated]:
    """Return the facts of the lines that stand, by line: also what has taken the place of one since.

    A last day that was set, or another level of a module, is another fact about the same.
    """
    found: dict[int, Dated] = {}
    for key, field in LINE_FIELDS.items():
        some = [line for line in lines if getattr(line, f"{field}_id")]
        people = {line.account_id for line in some}
        facts = KINDS[key].facts(standing_now(at), Q(account__in=people)) if some else ()
        known: Mapping[Any, Dated] = {subject(fact): fact for fact in facts if not _is_gone(fact)}
        old = {line.pk: known.get(subject(line.fact)) for line in some}
        found |= {pk: fact for pk, fact in old.items() if fact is not None}
    return found


def subject(fact: Dated) -> tuple[object, ...]:
    """Return what only one standing fact can be about: the level of a module may differ."""
    names = [name for name in fact.SUBJECT if name != "level"]
    return tuple(getattr(fact, fact._meta.get_field(name).attname) for name in names)  # type: ignore[union-attr]


def _is_gone(fact: Dated) -> bool:
    deleted = isinstance(fact, Membership) and fact.group.deleted_at is not None
    return deleted or place_of(fact).closed_at is not None
