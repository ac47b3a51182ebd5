"""What a change does to people, as plain values."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


class Thing(NamedTuple):
    """A single thing in a unit, such as one event, and what it is called."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What one account gains and loses in one unit, or with a single thing there: permission keys.

    `until` says which of it was to end by itself, or is, and when.
    """

    account: int
    unit: int
    gained: frozenset[str]
    lost: frozenset[str]
    thing: Thing | None = None
    until: Mapping[str, datetime] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Shared:
    """What befalls some accounts alike: each gains and loses the same in each of some units."""

    accounts: tuple[int, ...]
    units: tuple[int, ...]
    gained: frozenset[str]
    lost: frozenset[str]
    thing: Thing | None = None
    until: Mapping[str, datetime] = field(default_factory=dict, compare=False)

    @property
    def places(self) -> int:
        """How many pairs of an account and a unit there are."""
        return len(self.accounts) * len(self.units)

    def of_each(self) -> Iterator[Effect]:
        """Yield what befalls each account in each unit."""
        for account in self.accounts:
            for unit in self.units:
                yield Effect(account, unit, self.gained, self.lost, self.thing, self.until)


@dataclass(slots=True)
class Befalls:
    """Effects of one kind, kept once for all whom the same befalls: a role may reach everybody.

    Iterated, it gives the effect on each account in each unit, which `shared` says in far fewer words.
    """

    shared: list[Shared] = field(default_factory=list)

    def __iter__(self) -> Iterator[Effect]:
        for each in self.shared:
            yield from each.of_each()

    def __len__(self) -> int:
        return sum(each.places for each in self.shared)

    def add(self, effects: Iterable[Shared]) -> None:
        """Add those of the effects in which something is gained or lost."""
        self.shared.extend(each for each in effects if each.gained or each.lost)

    def losing(self, keys: Collection[str]) -> list[Shared]:
        """Return those in which one of the permissions is lost."""
        return [each for each in self.shared if not each.lost.isdisjoint(keys)]


@dataclass(slots=True)
class Effects:
    """Everything a change does to people.

    `real` holds the differences in effective access; `given` holds what accounts newly hold when each
    counts as active, which is what the ceiling is judged by; `asleep` holds what those who can't sign in,
    before and after, would gain and lose if they could. `things` and `things_asleep` are the same about
    single things that are handed to people; what holds in a whole unit is never in them.
    """

    real: Befalls = field(default_factory=Befalls)
    given: Befalls = field(default_factory=Befalls)
    asleep: Befalls = field(default_factory=Befalls)
    things: Befalls = field(default_factory=Befalls)
    things_asleep: Befalls = field(default_factory=Befalls)

    @property
    def now(self) -> list[Shared]:
        """What people gain and lose at once."""
        return [*self.real.shared, *self.things.shared]

    @property
    def later(self) -> list[Shared]:
        """What people who can't sign in would gain and lose."""
        return [*self.asleep.shared, *self.things_asleep.shared]

    def counts(self) -> dict[str, int]:
        """Return how many accounts are touched and how many rights they gain and lose."""
        return {
            "accounts": len(accounts_in(self.now)),
            "gained": sum(len(each.gained) * each.places for each in self.now),
            "lost": sum(len(each.lost) * each.places for each in self.now),
        }


def accounts_in(effects: Iterable[Shared]) -> set[int]:
    """Return the accounts that gain or lose something."""
    return set[int]().union(*(each.accounts for each in effects))
