"""What a change does to people: computed before it commits, shown by previews, judged by the guards."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.compared import People, alike_in_time, people_compared, places
from accounts.ends import FEW, NEVER, NOTHING, Ends, Until, Ways, is_given
from accounts.handed import handed_before, handed_now, steps_in
from accounts.held import Held
from accounts.items import rights_with
from accounts.models import Grant, Item, UnitAccess
from accounts.policy import Policy, Tree, load_policy, policy_now, present_tree
from accounts.sides import Side
from adminrights.change import Change
from adminrights.effects import Befalls, Effects, Shared, Thing
from adminrights.models import Fact, FactQuerySet, Unit, UnitFeature
from adminrights.models.facts import live_before, live_now, standing_before, standing_now
from adminrights.progress import counted
from groups.models import GroupRole, Membership
from roles.affected import affected_by
from roles.models import Rule

# Where people gain and lose the same.
Moved = dict[tuple[frozenset[str], frozenset[str]], list[int]]
# What an account holds, a unit, and the rights that follow, each with its ways.
Place = tuple[Held, int, Mapping[str, Ways]]
# What may be done with an item by whom it was handed to, before and after.
Actions = tuple[frozenset[str], frozenset[str]]


def sides_of(change: Change) -> tuple[Side, Side]:
    """Return the state before and after a change that is about to commit."""
    if "sides" not in change.scratch:
        change.scratch["sides"] = _sides(change)
    sides: tuple[Side, Side] = change.scratch["sides"]
    return sides


def _sides(change: Change) -> tuple[Side, Side]:
    after = policy_now(change.at)
    live = live_before(change.ids, change.at)
    before = load_policy(live, None, tree_before(change)) if change.policy_changed else after
    dated = after.good_until is not None
    old = Side(before, live, dated_policy=dated or change.policy_changed)
    return old, Side(after, live_now(change.at), dated_policy=dated)


def effects_of(change: Change) -> Effects:
    """Return who gains and who loses which permission in which unit."""
    effects = Effects()
    touched = touched_accounts(change)
    sides = _narrowed(change, *sides_of(change))
    found = people_compared(change, touched, *sides)
    for people in counted(found, lambda people: len(people.accounts)):
        real, asleep = _moved(people, sides)
        effects.real.add(_shared(people, real, touched, sides))
        effects.asleep.add(_shared(people, asleep, touched, sides))
    _add_things(effects, change, touched)
    effects.given.add(_given(change, touched, sides, found))
    for planned in planned_sides(change, touched):
        narrowed = _narrowed(change, *planned)
        effects.given.add(_given(change, touched, narrowed, people_compared(change, touched, *narrowed)))
    return effects


def _narrowed(change: Change, before: Side, after: Side) -> tuple[Side, Side]:
    """Return both sides, looked at so far as the change can alter what people hold."""
    rights = _rights_touched(change, before.policy, after.policy)
    only = None if rights is None else affected_by(rights, after.policy.catalogue)
    return before.about(only), after.about(only)


def _rights_touched(change: Change, before: Policy, after: Policy) -> set[str] | None:
    """Return the rights that come or go by the change; None where units or people change instead."""
    facts = [*change.started, *change.ended]
    if not all(isinstance(fact, Rule | GroupRole | Membership | Grant) for fact in facts):
        return None
    if before.units != after.units or before.group_units != after.group_units:
        return None
    if any(row.get("kind") == "account" for row in change.written):
        return None
    carried: dict[int, set[int]] = defaultdict(set)
    for policy in (before, after):
        for group, carries in policy.group_roles.items():
            carried[group].update(carries)
    roles = {fact.role_id for fact in facts if isinstance(fact, GroupRole)}
    for fact in facts:
        if isinstance(fact, Membership):
            roles |= carried[fact.group_id]
    rights = {fact.permission_id for fact in facts if isinstance(fact, Rule)}
    rights |= {fact.right for fact in facts if isinstance(fact, Grant)}
    for policy in (before, after):
        rights.update(*(policy.role_rights.get(role, ()) for role in roles))
    return rights | _otherwise(before, after)


def _otherwise(before: Policy, after: Policy) -> set[str]:
    """Return the rights in which the two policies differ, whatever facts are the cause."""
    if before is after:
        return set()
    rights: set[str] = set()
    for role in before.role_rights.keys() | after.role_rights.keys():
        rights |= before.role_rights.get(role, frozenset()) ^ after.role_rights.get(role, frozenset())
    for group in before.group_roles.keys() | after.group_roles.keys():
        for role in {*before.group_roles.get(group, ())} ^ {*after.group_roles.get(group, ())}:
            for policy in (before, after):
                rights |= policy.role_rights.get(role, frozenset())
    return rights


def _moved(people: People, sides: tuple[Side, Side]) -> tuple[Moved, Moved]:
    """Return where which rights come and go, now and for people who can't sign in, were they active."""
    real: Moved = defaultdict(list)
    asleep: Moved = defaultdict(list)
    rest = not (people.old.active or people.new.active)
    for unit, was, is_now in places(people, *sides):
        if was.effective != is_now.effective:
            real[is_now.effective - was.effective, was.effective - is_now.effective].append(unit)
        if rest and was.awake != is_now.awake:
            asleep[is_now.awake - was.awake, was.awake - is_now.awake].append(unit)
    return real, asleep


def _shared(people: People, moved: Moved, touched: set[int], sides: tuple[Side, Side]) -> Iterator[Shared]:
    """Yield what moved; where something was to end by itself, for each unit and those who share the ends."""
    ends = [each for each in (side.ends(touched) for side in sides) if each] if moved else []
    for (gained, lost), units in moved.items():
        if not ends:
            yield Shared(tuple(people.accounts), tuple(units), gained, lost)
            continue
        for some in alike_in_time(people, ends):
            for unit in units:
                until: dict[str, datetime] = {}
                for side, held, keys in ((sides[0], some.old, lost), (sides[1], some.new, gained)):
                    until |= side.until(touched, some.one, held, unit, keys)
                yield Shared(tuple(some.accounts), (unit,), gained, lost, until=until)


def _add_things(effects: Effects, change: Change, touched: set[int]) -> None:
    """Add what accounts gain and lose with single items, beyond what they gain and lose in the whole unit."""
    sides, handed = sides_of(change), list(_handed(change, touched))
    accounts = {people.one for people, _unit, _item, _actions in handed}
    for known, found, awake in (
        (effects.real, effects.things, False),
        (effects.asleep, effects.things_asleep, True),
    ):
        in_unit = _of_some(known, accounts)
        for people, unit, item, actions in handed:
            held = people.old, people.new
            if awake and any(each.active for each in held):
                continue
            was, is_now = (
                rights_with(people.one, each, side.policy, item, may, as_if_active=awake)
                for each, side, may in zip(held, sides, actions, strict=True)
            )
            if beyond := in_unit.get((people.one, unit)):
                was, is_now = was - (beyond.lost - is_now), is_now - (beyond.gained - was)
            moved = {(is_now - was, was - is_now): [unit]}
            thing = Thing(item.pk, item.name)
            found.add(replace(each, thing=thing) for each in _shared(people, moved, touched, sides))


def _of_some(effects: Befalls, accounts: set[int]) -> dict[tuple[int, int], Shared]:
    """Return what befalls some accounts, by account and unit."""
    return {
        (account, unit): each
        for each in effects.shared
        for account in accounts.intersection(each.accounts)
        for unit in each.units
    }


def _handed(change: Change, touched: set[int]) -> Iterator[tuple[People, int, Item, Actions]]:
    """Yield each item with each to whom it is handed before or after, where that one may enter its unit."""
    now = handed_now(touched) if touched else {}
    before = handed_before(change, now)
    items = Item.objects.in_bulk({item for _account, item in before}) if before else {}
    there: dict[int, list[Item]] = defaultdict(list)
    for account, item in sorted(before):
        if account in touched:
            there[account].append(items[item])
    found = people_compared(change, there, *sides_of(change)) if there else []
    for people in found:
        for account in people.accounts:
            alone = people._replace(accounts=[account])
            for each in there[account]:
                if each.unit_id in people.units:
                    pair = (account, each.pk)
                    yield alone, each.unit_id, each, (before[pair], now.get(pair, frozenset()))


def _given(
    change: Change, touched: set[int], sides: tuple[Side, Side], found: Iterable[People]
) -> Iterator[Shared]:
    """Yield what accounts are given between the two sides, by new ways or for longer."""
    if _only_adds(change):
        yield from _added(change, sides[1], found)
        return
    # In a unit that the change makes, nothing is given that is held in the unit above it.
    above = {unit.pk: unit.parent_id for unit in change.created if isinstance(unit, Unit) and unit.parent_id}
    ends = _ends(change, touched, *sides)
    # What is held is compared once for all who hold the same, unless it ends at dates of their own.
    alike: dict[tuple[int, int], tuple[frozenset[str], frozenset[str]]] = {}
    for people in (some for each in found for some in alike_in_time(each, ends or ())):
        given: Moved = defaultdict(list)
        for unit, was, is_now in places(people, *sides):
            place = above.get(unit, unit)
            known = (was if place == unit else sides[0].rights(people.one, people.old, place)).held
            now, pair = is_now.held, (id(known), id(is_now.held))
            if ends or pair not in alike:
                was_there, is_there = (people.old, place, known), (people.new, unit, now)
                until = ends and _until(ends, people.one, was_there, is_there, sides)
                # The same sources give something anew only where one of them lasts longer.
                keys = now if until else now.unlike(known)
                gained = frozenset(key for key in keys if is_given(now[key], known.get(key, NOTHING), until))
                alike[pair] = gained, known.rights - now.rights
            given[alike[pair]].append(unit)
        yield from (
            Shared(tuple(people.accounts), tuple(units), gained, lost)
            for (gained, lost), units in given.items()
        )


def _only_adds(change: Change) -> bool:
    """Whether accounts get memberships and grants, and nothing else happens: each is a new way to rights."""
    facts = [*change.started, *change.ended]
    only = all(isinstance(fact, Membership | Grant) for fact in facts) and not change.ended
    return only and not change.policy_changed and not any(isinstance(each, Unit) for each in change.created)


def _added(change: Change, after: Side, found: Iterable[People]) -> Iterator[Shared]:
    """Yield what new memberships and grants give by themselves: whoever holds the same got the same."""
    started: dict[int, list[Fact]] = defaultdict(list)
    for fact in change.started:
        started[fact.account_id].append(fact)  # type: ignore[attr-defined]
    for people in found:
        given: Moved = defaultdict(list)
        for unit in people.units:
            facts = started[people.one]
            rights = (after.rights_of_fact(people.one, people.new, fact, unit) for fact in facts)
            given[frozenset().union(*rights), frozenset()].append(unit)
        yield from (
            Shared(tuple(people.accounts), tuple(units), gained, lost)
            for (gained, lost), units in given.items()
        )


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


def planned_sides(change: Change, touched: Iterable[int]) -> Iterator[tuple[Side, Side]]:
    """Yield both sides as if everything planned had begun, where anything is planned."""
    if sides_of(change)[1].policy.good_until is not None or _something_planned(change, touched):
        before, after = standing_before(change.ids, change.at), standing_now(change.at)
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
    # Who comes in later gets it then: what is planned counts too.
    either = standing_now(change.at) | standing_before(change.ids, change.at)
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
