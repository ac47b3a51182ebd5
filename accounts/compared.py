"""Who holds the same before and after a change: what follows for one of them follows for all of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from accounts.ends import Ends
from accounts.held import Counting, Held, held_by
from accounts.sides import Rights, Side, View
from adminrights.change import Change
from groups.models import GroupRole
from roles.models import Rule


class People(NamedTuple):
    """Accounts that hold the same, what each holds before and after, and the units that it may enter then."""

    accounts: list[int]
    old: Held
    new: Held
    units: list[int]

    @property
    def one(self) -> int:
        """One of them, who stands for all."""
        return self.accounts[0]


# A unit, and what people have there before and after.
Place = tuple[int, Rights, Rights]


def people_compared(change: Change, accounts: Iterable[int], before: Side, after: Side) -> list[People]:
    """Return the accounts together with those that hold the same, so far as both sides are looked at.

    Facts that can't make a difference aren't read. Eight statements for each 5,000 accounts.
    """
    accounts = sorted(accounts)
    counting = None
    if before.only is not None and after.only is not None:
        counting = Counting({*before.carrying(), *after.carrying()}, before.only.givers | after.only.givers)
    held_before = held_by(accounts, before.live, counting)
    # Nobody's own facts are touched by a change of roles and of what groups carry.
    same = all(isinstance(fact, Rule | GroupRole) for fact in (*change.started, *change.ended))
    held_after = held_before if same else held_by(accounts, after.live, counting)
    alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for account in accounts:
        old, new = held_before[account], held_after[account]
        owned = before.owned(account), after.owned(account)
        alike[old.signature(), None if same else new.signature(), owned].append(account)
    return [
        _people(some, held_before[some[0]], held_after[some[0]], (before, after)) for some in alike.values()
    ]


def _people(accounts: list[int], old: Held, new: Held, sides: tuple[Side, Side]) -> People:
    units = {*sides[0].views(accounts[0], old), *sides[1].views(accounts[0], new)}
    return People(accounts, old, new, sorted(units))


def alike(accounts: Iterable[int], side: Side) -> list[tuple[list[int], Held]]:
    """Return accounts that hold the same on a side, so far as it is looked at, and what each holds."""
    accounts = sorted(accounts)
    counting = None if side.only is None else Counting(side.carrying(), side.only.givers)
    held = held_by(accounts, side.live, counting)
    found: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for account in accounts:
        found[held[account].signature(), side.owned(account)].append(account)
    return [(some, held[some[0]]) for some in found.values()]


def places(people: People, before: Side, after: Side) -> Iterator[Place]:
    """Yield each unit with the rights on either side, worked out once for units that look alike."""
    one, old, new = people.one, people.old, people.new
    views = before.views(one, old), after.views(one, new)
    known: dict[tuple[View | None, View | None], tuple[Rights, Rights]] = {}
    for unit in people.units:
        pair = views[0].get(unit), views[1].get(unit)
        if pair not in known:
            known[pair] = before.rights(one, old, unit), after.rights(one, new, unit)
        yield unit, *known[pair]


def alike_in_time(people: People, ends: Collection[Ends]) -> Iterator[People]:
    """Yield the people apart whose own facts end by themselves, and the rest together."""
    dated = [account for account in people.accounts if any(each.has_own(account) for each in ends)]
    if not dated:
        yield people
        return
    rest = sorted({*people.accounts}.difference(dated))
    yield from (people._replace(accounts=some) for some in (*([account] for account in dated), rest) if some)
