"""What would allow it, tried out: each suggestion is carried out by its service and rolled back.

So what a suggestion says that it brings is what it will bring, and what the reader may not do himself is said
in words. Nothing is suggested that doesn't lead to a yes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import effective, enterable_units, present
from accounts.models import Account, Grant
from accounts.policy import Policy
from accounts.reach import administered
from accounts.services.allowing import take_steps
from accounts.standing import LEVELS
from accounts.who.question import keys_of
from accounts.why.case import Case, Offer
from accounts.why.search import Way, Ways, ways_to
from accounts.why.steps import Step, in_order, of_kind
from adminrights.change import SYSTEM, Actor, Change, preview
from adminrights.exceptions import NotAllowed, Refused
from adminrights.models import Unit
from adminrights.services import line_of
from groups.models import Group, Membership
from roles.resolver import Facts
from roles.wording import permission_label

MOST_GROUPS = 3


@dataclass(frozen=True, slots=True)
class Brought:
    """What a change brings beside the permission: to the person here, elsewhere, and to other people."""

    allowed: bool
    others: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()
    units: int = 0
    people: int = 0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Steps that allow it. `refusal` is empty where the reader may take them, else it says who may."""

    steps: Way
    brought: Brought
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The suggestions, those with the fewest side effects first; `more` groups carry it too."""

    found: tuple[Suggestion, ...] = ()
    more: int = 0
    groups: dict[int, Group] = field(default_factory=dict)
    units: dict[int, Unit] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """Whose access, where, to what, and who asks; the system for a command. `account` is read afresh.

    `keys` are what a named permission comes to in the unit. Who has yet to choose a password counts as
    active: nobody but the person can change that.
    """

    account: Account
    unit: Unit
    permission: str
    reader: Actor
    facts: Facts
    policy: Policy
    waits: bool
    keys: tuple[str, ...] = ()

    def case(self) -> Case:
        """Return the question as plain values."""
        place, known = self.policy.place(self.unit.pk), self.policy.catalogue
        return Case(self.facts, place, self.permission, known, len(self.entered()), self.keys)

    def entered(self) -> frozenset[int]:
        """Return the units that the account may enter."""
        return enterable_units(self.facts, self.policy)


def ask(account: Account, unit: Unit, permission: str, reader: Actor) -> Question:
    """Return the question as it stands now. Raises KeyError for a closed unit, and UnknownPermission."""
    fresh = Account.objects.get(pk=account.pk)
    held, policy = present(fresh)
    waits = waits_for_the_person(fresh)
    facts = held.facts(fresh.pk, policy)
    facts = replace(facts, active=True) if waits else facts
    keys = keys_of(permission, unit, policy)
    return Question(fresh, unit, permission, reader, facts, policy, waits, keys)


def waits_for_the_person(account: Account) -> bool:
    """Return whether nobody but the person can activate the account: it has no password yet."""
    return account.status == Account.Status.PENDING or (
        account.status == Account.Status.DISABLED and account.confirmed_at is None
    )


def suggestions(asked: Question) -> Suggestions:
    """Return what would allow it and leads to a yes, as far as the reader may know of it."""
    case = asked.case()
    if case.allowed():
        return Suggestions()
    groups = _visible_groups(asked)
    ways = ways_to(case, _offers(asked, groups), _second_unit(asked))
    chosen, more = _fewest_rights(ways, asked.policy)
    before = frozenset(case.resolution().effective)
    found = [each for way in chosen if (each := _try(asked, (*ways.first, *way), before))]
    found.sort(key=_side_effects)
    units = {int(pk) for each in found for pk in of_kind(each.steps, "second")}
    return Suggestions(tuple(found), more, groups, Unit.objects.in_bulk(units))


def is_suggested(asked: Question, steps: Sequence[Step]) -> bool:
    """Return whether the steps are one of the smallest changes that would allow it, no step more."""
    case = asked.case()
    if case.allowed():
        return False
    ways = ways_to(case, _offers(asked, _visible_groups(asked)), _second_unit(asked))
    return in_order(steps) in {in_order(way) for way in ways.whole()}


def _visible_groups(asked: Question) -> dict[int, Group]:
    """Return the groups of the unit and of those above it of which the reader may know."""
    units = [
        unit for unit in line_of(asked.unit) if asked.reader is SYSTEM or asked.reader.may("groups:get", unit)
    ]
    found = Group.objects.present().filter(unit__in=units).select_related("unit", "standing_role")
    return {group.pk: group for group in found}


def _offers(asked: Question, groups: dict[int, Group]) -> dict[int, Offer]:
    """Return what each group carries. A person has one level of the role matrix in a unit (S4-13)."""
    mine = set(Membership.objects.not_ended().filter(account=asked.account).values_list("group", flat=True))
    levels: dict[int, set[int]] = {}
    for group in groups.values():
        if group.standing_role and group.standing_role.name in LEVELS and group.pk in mine:
            levels.setdefault(group.unit_id, set()).add(group.pk)
    return {
        pk: Offer(
            pk,
            asked.policy.held_roles([pk]),
            frozenset(levels.get(group.unit_id, ())) if group.standing_role_id else frozenset(),
        )
        for pk, group in groups.items()
        if pk not in mine
    }


def _second_unit(asked: Question) -> int | None:
    """Return a unit that could be opened to the person beside the one that he may enter."""
    entered = {*asked.entered(), asked.unit.pk}
    return next((pk for pk in administered(asked.reader, asked.unit) if pk not in entered), None)


def _fewest_rights(ways: Ways, policy: Policy) -> tuple[list[Way], int]:
    """Return the ways without the groups that carry most, and how many groups were left out."""
    by_group = [way for way in ways.rights if any(step.kind == "group" for step in way)]
    others = [way for way in ways.rights if way not in by_group]
    by_group.sort(key=lambda way: len(_carried(way, policy)))
    return [*by_group[:MOST_GROUPS], *others], max(len(by_group) - MOST_GROUPS, 0)


def _carried(way: Way, policy: Policy) -> frozenset[str]:
    roles = policy.held_roles(int(pk) for pk in of_kind(way, "group"))
    return frozenset(
        key for role in roles for right in role.rights for key in policy.catalogue.given_by(right)
    )


def _side_effects(found: Suggestion) -> tuple[int, ...]:
    brought = found.brought
    return (len(brought.lost), brought.people, len(brought.others), brought.units, len(found.steps))


def _try(asked: Question, steps: Way, before: frozenset[str]) -> Suggestion | None:
    """Try the steps out as the reader; where he may not take them, as somebody who may."""
    if _is_planned(asked, steps):
        return None
    refusal = ""
    for reader in dict.fromkeys((asked.reader, SYSTEM)):
        try:
            brought = try_out(replace(asked, reader=reader), steps, before)
        except Refused as refused:
            refusal = refusal or who_may(refused)
        else:
            return Suggestion(steps, brought, refusal) if brought.allowed else None
    return None


def _is_planned(asked: Question, steps: Way) -> bool:
    """Return whether a level of one of the modules is planned: a second one can't stand beside it."""
    modules = [right.partition("@")[0] for right in of_kind(steps, "level")]
    own = Grant.objects.not_ended().filter(account=asked.account, unit=asked.unit, module__in=modules)
    return bool(modules) and own.filter(starts_at__gt=timezone.now()).exists()


def who_may(refusal: Refused) -> str:
    """Return in words who can do what the reader was refused."""
    if isinstance(refusal, NotAllowed) and refusal.missing:
        labels = ", ".join(permission_label(key) for key in refusal.missing)
        return _("Somebody who has this right can do it: %s.") % labels
    return str(refusal)


def try_out(asked: Question, steps: Sequence[Step], before: frozenset[str]) -> Brought:
    """Take the steps, see what they bring, and undo them. Raises Refused."""
    after: list[frozenset[str]] = []

    def run() -> None:
        account = Account.objects.get(pk=asked.account.pk)
        take_steps(account, steps, actor=asked.reader, unit=Unit.objects.get(pk=asked.unit.pk))
        account = Account.objects.get(pk=asked.account.pk)
        after.append(frozenset(effective(account, asked.unit, as_if_active=asked.waits).effective))

    change = preview(run)
    return _brought(asked, change, before, after[0])


def _brought(
    asked: Question, change: Change | None, before: frozenset[str], after: frozenset[str]
) -> Brought:
    effects = list(change.effects.real) if change else []
    mine = [effect for effect in effects if effect.account == asked.account.pk]
    gained = (after - before).union(*(effect.gained for effect in mine))
    return Brought(
        allowed=after.issuperset(asked.keys),
        others=gained.difference(asked.keys),
        lost=(before - after).union(*(effect.lost for effect in mine)),
        units=_count(effect.unit for effect in mine if effect.gained and effect.unit != asked.unit.pk),
        people=_count(effect.account for effect in effects if effect.account != asked.account.pk),
    )


def _count(things: Iterable[int]) -> int:
    return len(set(things))
