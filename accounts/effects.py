"""What a change does to people: computed before it commits, shown by previews, judged by the guards."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q

from accounts.access import enterable_units, resolve_held
from accounts.ends import FEW, NEVER, NOTHING, Ends, Until, Ways, is_given, way
from accounts.handed import handed_before, handed_now, steps_in
from accounts.held import Held, held_by
from accounts.items import rights_with
from accounts.models import Grant, Item, UnitAccess
from accounts.policy import Policy, Tree, load_policy, policy_now, present_tree
from adminrights.change import Change
from adminrights.effects import Effect, Effects, Thing
from adminrights.models import Fact, FactQuerySet, Unit, UnitFeature
from adminrights.models.facts import live_before, live_now, standing_before, standing_now
from adminrights.progress import counted
from groups.models import GroupRole, Membership
from roles.models import Rule
from roles.resolver import Resolution, Source

# An account and a unit, and what the account holds before and after.
Row = tuple[int, int, Held, Held]
# What an account holds, a unit, and the rights that follow, each with its ways.
Place = tuple[Held, int, Mapping[str, Ways]]
# What may be done with an item by whom it was handed to, before and after.
Actions = tuple[frozenset[str], frozenset[str]]


class Rights(NamedTuple):
    """What is effective, now and if the account were active, and by which ways each is held then."""

    effective: frozenset[str]
    held: "HeldWays"
    awake: frozenset[str]


class HeldWays(Mapping[str, Ways]):
    """By which ways each right is held, worked out when it is asked: most rights are held as before."""

    __slots__ = ("sources",)

    def __init__(self, sources: Mapping[str, tuple[Source, ...]]) -> None:
        self.sources = sources

    def __getitem__(self, key: str) -> Ways:
        return frozenset(map(way, self.sources[key]))

    def __iter__(self) -> Iterator[str]:
        return iter(self.sources)

    def __len__(self) -> int:
        return len(self.sources)

    def __contains__(self, key: object) -> bool:
        return key in self.sources

    def unlike(self, other: "HeldWays") -> Iterator[str]:
        """Yield the rights that aren't held by the very same sources."""
        return (key for key, sources in self.sources.items() if other.sources.get(key) != sources)


@dataclass(slots=True)
class Side:
    """One side of a change, before or after: a policy, and the condition that picks facts about people."""

    policy: Policy
    live: Q
    remembered: dict[tuple[object, ...], Rights] = field(default_factory=dict)
    dates: Ends | None = None
    # Whether something in the policy may have a date.
    dated_policy: bool = True

    def ends(self, accounts: Collection[int]) -> Ends:
        """Return the planned ends of what the accounts hold; read once."""
        if self.dates is None:
            self.dates = Ends(self.live, accounts, of_policy=self.dated_policy)
        return self.dates

    def until(
        self, accounts: Collection[int], account: int, held: Held, unit: int, rights: Iterable[str]
    ) -> dict[str, datetime]:
        """Return which of the rights that one of them holds in the unit end by themselves, and when."""
        rights = list(rights)
        if not rights or not (ends := self.ends(accounts)):
            return {}
        known = self.rights(account, held, unit).held
        ways = {right: known.get(right, NOTHING) for right in rights}
        entry = ends.of_entry(account, held, self.policy, unit)
        until = ends.until(account, ways, entry)
        # What is handed over has no way of its own here: it lasts as long as one may enter.
        last = {right: max((until[each] for each in some), default=entry) for right, some in ways.items()}
        return {right: end for right, end in last.items() if end != NEVER}

    def units(self, account: int, held: Held) -> frozenset[int]:
        """Return the units that the account may enter, active or not."""
        return enterable_units(held.facts(account, self.policy), self.policy)

    def rights(self, account: int, held: Held, unit: int) -> Rights:
        """Return what is effective, and what would be held if the account were active."""
        key = (held.signature(), unit, self.policy.owned_by(account))
        if key not in self.remembered:
            real = resolve_held(account, held, self.policy, unit)
            given = real if held.active else resolve_held(account, held, self.policy, unit, as_if_active=True)
            awake = frozenset(given.effective)
            self.remembered[key] = Rights(frozenset(real.effective), HeldWays(given.held), awake)
        return self.remembered[key]

    def asleep(self, account: int, held: Held, unit: int) -> frozenset[str]:
        """Return what the account has, but nobody can use in the unit before the unit gets a feature."""
        real = resolve_held(account, held, self.policy, unit)
        return frozenset(right for right in real.withheld if _is_asleep(right, real, self.policy))

    def rights_of_fact(self, account: int, held: Held, fact: Fact, unit: int) -> frozenset[str]:
        """Return what one grant or membership would give the account on its own, active or not."""
        alone = Held(active=held.active, accesses=held.accesses)
        if isinstance(fact, Membership):
            alone.groups = [fact.group_id]
        else:
            alone.grants = [grant for grant in held.grants if grant.id == fact.pk]
        return frozenset(self.rights(account, alone, unit).held)


def _is_asleep(right: str, real: Resolution, policy: Policy) -> bool:
    """Whether only features of the unit are missing; a computed one is the account's, not the unit's."""
    reason, known = real.withheld[right], policy.catalogue
    causes = [cause for cause in reason.missing_permissions if cause in real.held]
    features = [reason.missing_feature, *(known.permissions[cause].feature for cause in causes)]
    missing = [feature for feature in features if feature is not None]
    return (
        len(causes) == len(reason.missing_permissions)
        and bool(missing)
        and not any(known.features[feature].computed for feature in missing)
    )


def sides_of(change: Change) -> tuple[Side, Side]:
    """Return the state before and after a change that is about to commit."""
    if "sides" not in change.scratch:
        change.scratch["sides"] = _sides(change)
    sides: tuple[Side, Side] = change.scratch["sides"]
    return sides


def _sides(change: Change) -> tuple[Side, Side]:
    after = policy_now(change.at)
    live = live_before(change.id, change.at)
    before = load_policy(live, None, tree_before(change)) if change.policy_changed else after
    dated = after.good_until is not None
    old = Side(before, live, dated_policy=dated or change.policy_changed)
    return old, Side(after, live_now(change.at), dated_policy=dated)


def effects_of(change: Change) -> Effects:
    """Return who gains and who loses which permission in which unit."""
    effects = Effects()
    touched, sides = touched_accounts(change), sides_of(change)
    rows = list(_compared(touched, *sides))
    for account, unit, old, new in counted(rows):
        row = (account, unit, old, new)
        was, is_now = sides[0].rights(account, old, unit), sides[1].rights(account, new, unit)
        _add(effects.real, _effect(row, was.effective, is_now.effective, touched, sides))
        if not (old.active or new.active):
            _add(effects.asleep, _effect(row, was.awake, is_now.awake, touched, sides))
    _add_things(effects, change, touched, rows)
    for effect in _given(change, touched, sides, rows):
        _add(effects.given, effect)
    for planned in planned_sides(change, touched):
        for effect in _given(change, touched, planned, _compared(touched, *planned)):
            _add(effects.given, effect)
    return effects


def _effect(
    row: Row, was: frozenset[str], is_now: frozenset[str], touched: set[int], sides: tuple[Side, Side]
) -> Effect:
    account, unit, old, new = row
    gained, lost = is_now - was, was - is_now
    ended = sides[0].until(touched, account, old, unit, lost)
    return Effect(
        account, unit, gained, lost, until=ended | sides[1].until(touched, account, new, unit, gained)
    )


def _add_things(effects: Effects, change: Change, touched: set[int], rows: Iterable[Row]) -> None:
    """Add what accounts gain and lose with single items, beyond what they gain and lose in the whole unit."""
    sides, handed = sides_of(change), list(_handed(change, touched, rows))
    for known, found, awake in (
        (effects.real, effects.things, False),
        (effects.asleep, effects.things_asleep, True),
    ):
        in_unit = {(each.account, each.unit): each for each in known} if handed else {}
        for row, item, actions in handed:
            account, unit, *held = row
            if awake and any(each.active for each in held):
                continue
            was, is_now = (
                rights_with(account, each, side.policy, item, may, as_if_active=awake)
                for each, side, may in zip(held, sides, actions, strict=True)
            )
            if beyond := in_unit.get((account, unit)):
                was, is_now = was - (beyond.lost - is_now), is_now - (beyond.gained - was)
            effect = _effect(row, was, is_now, touched, sides)
            _add(found, replace(effect, thing=Thing(item.pk, item.name)))


def _handed(change: Change, touched: set[int], rows: Iterable[Row]) -> Iterator[tuple[Row, Item, Actions]]:
    """Yield each item with those to whom it is handed before or after, where they may enter its unit."""
    now = handed_now(touched) if touched else {}
    before = handed_before(change, now)
    items = Item.objects.in_bulk({item for _account, item in before}) if before else {}
    there: dict[tuple[int, int], list[Item]] = defaultdict(list)
    for account, item in sorted(before):
        there[account, items[item].unit_id].append(items[item])
    for row in rows if there else ():
        for each in there.get(row[:2], ()):
            pair = (row[0], each.pk)
            yield row, each, (before[pair], now.get(pair, frozenset()))


def _given(
    change: Change, touched: set[int], sides: tuple[Side, Side], rows: Iterable[Row]
) -> Iterator[Effect]:
    """Yield what each account is given between the two sides, by new ways or for longer."""
    # In a unit that the change makes, nothing is given that is held in the unit above it.
    above = {unit.pk: unit.parent_id for unit in change.created if isinstance(unit, Unit) and unit.parent_id}
    ends = _ends(change, touched, *sides)
    for account, unit, old, new in rows:
        place = above.get(unit, unit)
        known, now = sides[0].rights(account, old, place).held, sides[1].rights(account, new, unit).held
        until = ends and _until(ends, account, (old, place, known), (new, unit, now), sides)
        # The same sources give something anew only where one of them lasts longer.
        keys = now if until else now.unlike(known)
        gained = frozenset(key for key in keys if is_given(now[key], known.get(key, NOTHING), until))
        yield Effect(account, unit, gained, frozenset(known.keys() - now.keys()))


def _ends(change: Change, touched: set[int], before: Side, after: Side) -> tuple[Ends, Ends] | None:
    """Return the planned ends on both sides; None where no right can last longer by the change.

    Where nothing was to end by itself, nothing gets longer; and what only starts is judged as a new way.
    """
    if not (change.ended or change.policy_changed):
        return None
    old = before.ends(touched)
    return (old, after.ends(touched)) if old else None


def _until(
    ends: tuple[Ends, Ends], account: int, old: Place, new: Place, sides: tuple[Side, Side]
) -> tuple[Until, Until] | None:
    """Return when each way of the account ends, before and after; None where none was to end by itself."""
    before, after = (
        each.until(account, rights, each.of_entry(account, held, side.policy, unit))
        for each, (held, unit, rights), side in zip(ends, (old, new), sides, strict=True)
    )
    return (before, after) if any(end != NEVER for end in before.values()) else None


def _compared(accounts: Iterable[int], before: Side, after: Side) -> Iterator[Row]:
    """Yield what each account holds, before and after, for each unit that it may enter on either side."""
    accounts = sorted(accounts)
    held_before, held_after = held_by(accounts, before.live), held_by(accounts, after.live)
    for account in accounts:
        old, new = held_before[account], held_after[account]
        for unit in sorted(before.units(account, old) | after.units(account, new)):
            yield account, unit, old, new


def _add(to: list[Effect], effect: Effect) -> None:
    if effect.gained or effect.lost:
        to.append(effect)


def planned_sides(change: Change, touched: Iterable[int]) -> Iterator[tuple[Side, Side]]:
    """Yield both sides as if everything planned had begun, where anything is planned."""
    if sides_of(change)[1].policy.good_until is not None or _something_planned(change, touched):
        before, after = standing_before(change.id, change.at), standing_now(change.at)
        if _brought_forward(change):
            # To hold something sooner is to be given it: what stood for later doesn't count as held.
            before &= ~Q(ended_in=change.id, starts_at__gt=change.at)
        yield Side(load_policy(before, None, tree_before(change)), before), Side(load_policy(after), after)


def _brought_forward(change: Change) -> bool:
    """Return whether something that is planned may begin sooner than what it takes the place of."""
    ended = [fact.starts_at for fact in change.ended if fact.starts_at > change.at]
    return bool(ended) and any(change.at < fact.starts_at < max(ended) for fact in change.started)


def _something_planned(change: Change, touched: Iterable[int]) -> bool:
    planned = Q(starts_at__gt=change.at)
    kinds: tuple[type[Fact], ...] = (UnitAccess, Grant, Membership)
    accounts = list(touched)
    if len(accounts) <= FEW:
        planned &= Q(account__in=accounts)
    return any(kind.objects.not_ended().filter(planned).exists() for kind in kinds)


def touched_accounts(change: Change) -> set[int]:
    """Return the accounts whose access the change may alter."""
    facts: list[Fact] = [*change.started, *change.ended]
    accounts = {fact.account_id for fact in facts if hasattr(fact, "account_id")}
    accounts.update(account for (account, _item), _handed in steps_in(change.written))
    groups = {fact.group_id for fact in facts if isinstance(fact, GroupRole)}
    roles = {fact.role_id for fact in facts if isinstance(fact, Rule)}
    if roles:
        groups.update(_groups_carrying(roles, change))
    if groups:
        accounts.update(_standing(Membership, change, group__in=groups).values_list("account_id", flat=True))
    for root in _roots_touched(change):
        accounts.update(_people_of(root, change))
    return accounts


def _groups_carrying(roles: Iterable[int], change: Change) -> Iterator[int]:
    yield from _standing(GroupRole, change, role__in=roles).values_list("group_id", flat=True)


def _standing(model: type[Fact], change: Change, **lookups: object) -> FactQuerySet:
    either = live_now(change.at) | live_before(change.id, change.at)
    return model.objects.filter(either, **lookups)


def _roots_touched(change: Change) -> set[int]:
    facts = [*change.started, *change.ended]
    units = {fact.unit_id for fact in facts if isinstance(fact, UnitFeature)}
    made = {unit.pk for unit in change.created if isinstance(unit, Unit)}
    # A name or a limit alters nobody's access.
    fields = ("path", "owner_id", "closed_at")
    units |= {pk for field in fields for pk in _units_before(change, field)} - made
    return {unit.root_id_or_self for unit in Unit.objects.filter(pk__in=units)}


def _people_of(root: int, change: Change) -> set[int]:
    access = {"unit__path__startswith": f"{root}/"}
    people = set(_standing(UnitAccess, change, **access).values_list("account_id", flat=True))
    owners = [*owners_before(change).values(), Unit.objects.get(pk=root).owner_id]
    return people | {owner for owner in owners if owner}


def owners_before(change: Change) -> dict[int, int | None]:
    """Return the former owners of the roots whose owner the change replaces."""
    return {unit: owner for unit, owner in _units_before(change, "owner_id").items() if owner}


def tree_before(change: Change) -> Tree:
    """Return the open units as they stood before the change moved or closed some, or changed an owner.

    A unit that the change itself makes counts as having stood there: nobody gains by what lies below.
    """
    owners, paths = _units_before(change, "owner_id"), _units_before(change, "path")
    gone = Unit.objects.filter(pk__in=closed_units(change)).values_list("pk", "path", "owner_id")
    tree = {**present_tree(), **{pk: (path, owner) for pk, path, owner in gone}}
    return {pk: (paths.get(pk) or path, owners.get(pk, owner)) for pk, (path, owner) in tree.items()}


def _units_before(change: Change, field: str) -> dict[int, Any]:
    """Return what the field held before, for each unit in which the change writes it."""
    found: dict[int, Any] = {}
    for row in change.written:
        if row.get("kind") == "unit" and field in row.get("fields", {}):
            found.setdefault(row["id"], row["fields"][field][0])
    return found


def closed_units(change: Change) -> frozenset[int]:
    """Return the units that the change closes."""
    return frozenset(pk for pk, at in _units_before(change, "closed_at").items() if at is None)
