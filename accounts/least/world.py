"""Everything that least privilege looks at in a unit and below, read in a constant number of statements."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.utils import timezone

from accounts.models import Account, Grant, StatusPeriod, UnitAccess, Use
from accounts.policy import Policy, policy_now
from accounts.uses import recording_since, today
from adminrights.models import Unit
from adminrights.models.facts import live_now, standing_now
from groups.models import Group, GroupRole, Membership
from roles.catalogue import Catalogue
from roles.models import Role, Rule
from roles.services import allows_for_good

F = TypeVar("F")


@dataclass(slots=True)
class World:
    """The facts, and what was used, in a unit and below. Facts that are only planned are there as well.

    Roles belong to the organisation: `roles` is empty unless the unit is all of it, for only then is it
    known who else holds them.
    """

    unit: Unit
    days: int
    now: datetime
    since: date | None
    policy: Policy
    groups: list[Group]
    roles: list[Role]
    grants: list[Grant]
    memberships: list[Membership]
    carried: dict[int, list[GroupRole]]
    rules: dict[int, list[Rule]]
    uses: dict[int, list[Use]]
    active: dict[int, datetime]
    # Who doesn't take rights along from the units above, somewhere.
    narrowed: set[int]
    _needed: dict[tuple[int, int], frozenset[str]] = field(default_factory=dict)

    @property
    def catalogue(self) -> Catalogue:
        return self.policy.catalogue

    @property
    def judged_from(self) -> date | None:
        """From which day on it can be said what nobody used for so long; None while nothing is recorded."""
        return self.since + timedelta(days=self.days) if self.since else None

    @property
    def can_judge(self) -> bool:
        """Whether uses are recorded for as long as is looked back."""
        return self.judged_from is not None and self.judged_from <= today()

    @property
    def cutoff(self) -> datetime:
        """Whoever got something after this moment hadn't the time to use it."""
        return self.now - timedelta(days=self.days)

    @property
    def alike(self) -> list[list[Role]]:
        """The roles that allow the same as another one, by what they allow; alone none is named."""
        found: dict[frozenset[str], list[Role]] = defaultdict(list)
        for role in self.roles:
            found[allows_for_good(self.rules.get(role.pk, ()), self.now)].append(role)
        return [roles for rights, roles in found.items() if rights and len(roles) > 1]

    def is_live(self, fact: Grant | Membership | GroupRole | Rule) -> bool:
        """Return whether the fact has begun."""
        return fact.starts_at <= self.now

    def had_time(self, account: int) -> bool:
        """Return whether the account was active for as long as is looked back."""
        began = self.active.get(account)
        return began is not None and began <= self.cutoff

    def rights_of(self, role: Role) -> list[tuple[str, Rule | None]]:
        """Return the rights of the role now, each with the rule that gives it."""
        if role.right is not None:
            return [(role.right, None)]
        return [(rule.permission_id, rule) for rule in self.rules.get(role.pk, ()) if self.is_live(rule)]

    def given_by_group(self, group: int) -> frozenset[str]:
        """Return every permission that the group gives its members now."""
        roles = (fact.role for fact in self.carried.get(group, ()) if self.is_live(fact))
        return self.given(right for role in roles for right, _rule in self.rights_of(role))

    def given(self, rights: Iterable[str]) -> frozenset[str]:
        """Return every permission that the rights give."""
        return frozenset().union(*(self.catalogue.given_by(right) for right in rights))

    def used_below(self, account: int, unit: int) -> Iterator[Use]:
        """Yield what the account ever used in the unit and below."""
        path = self.policy.units[unit].path
        for use in self.uses.get(account, ()):
            place = self.policy.units.get(use.unit_id)
            if place is not None and place.path.startswith(path):
                yield use

    def needed(self, account: int, unit: int) -> frozenset[str]:
        """Return what the account used lately in the unit and below, and all that this requires."""
        key = (account, unit)
        if key not in self._needed:
            first = today() - timedelta(days=self.days)
            used = {use.permission for use in self.used_below(account, unit) if use.last >= first}
            self._needed[key] = with_requirements(used, self.catalogue)
        return self._needed[key]


def with_requirements(used: set[str], known: Catalogue) -> frozenset[str]:
    """Return the permissions with everything that they, or a named permission that gives them, require."""
    found, more = set[str](), used & known.permissions.keys()
    while more:
        found |= more
        required = {each for key in more for each in known.permissions[key].requires}
        demanded = {
            each for demands in known.demands.values() for key in more for each in demands.get(key, ())
        }
        more = (required | demanded) - found
    return frozenset(found)


def read_world(unit: Unit, days: int) -> World:
    """Return what stands in the unit and below now."""
    now = timezone.now()
    here, standing, live = {"unit__path__startswith": unit.path}, standing_now(now), live_now(now)
    in_groups = {f"group__{name}": value for name, value in here.items()} | {"group__deleted_at": None}
    grants = Grant.objects.filter(standing, **here).select_related("account", "unit")
    members = Membership.objects.filter(standing, **in_groups).select_related("account", "group__unit")
    carried = GroupRole.objects.filter(standing, **in_groups).select_related("role")
    periods = StatusPeriod.objects.filter(live, status=Account.Status.ACTIVE)
    narrowed = UnitAccess.objects.filter(standing, own_rights_only=True, **here)
    rules = Rule.objects.filter(standing, role__deleted_at=None).order_by("pk")
    return World(
        unit=unit,
        days=days,
        now=now,
        since=recording_since(),
        policy=policy_now(now),
        groups=list(Group.objects.in_unit(unit).select_related("unit")),
        roles=_roles(unit),
        grants=list(grants.order_by("account__last_name", "account__first_name", "pk")),
        memberships=list(members.order_by("account__last_name", "account__first_name", "pk")),
        carried=_by("group_id", carried.order_by("pk")),
        rules=_by("role_id", rules),
        uses=_by("account_id", Use.objects.filter(**here)),
        active=dict(periods.values_list("account_id", "starts_at")),
        narrowed=set(narrowed.values_list("account_id", flat=True)),
    )


def _roles(unit: Unit) -> list[Role]:
    whole = unit.parent_id is None
    return list(Role.objects.present().own().filter(unit=unit)) if whole else []


def _by(name: str, facts: Iterable[F]) -> dict[int, list[F]]:
    found: dict[int, list[F]] = defaultdict(list)
    for fact in facts:
        found[getattr(fact, name)].append(fact)
    return found
