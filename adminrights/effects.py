"""What a change does to people, as plain values."""

from collections.abc import Mapping
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


@dataclass(slots=True)
class Effects:
    """Everything a change does to people.

    `real` holds the differences in effective access; `given` holds what accounts newly hold when each
    counts as active, which is what the ceiling is judged by; `asleep` holds what those who can't sign in,
    before and after, would gain and lose if they could. `things` and `things_asleep` are the same about
    single things that are handed to people; what holds in a whole unit is never in them.
    """

    real: list[Effect] = field(default_factory=list)
    given: list[Effect] = field(default_factory=list)
    asleep: list[Effect] = field(default_factory=list)
    things: list[Effect] = field(default_factory=list)
    things_asleep: list[Effect] = field(default_factory=list)

    @property
    def now(self) -> list[Effect]:
        """What people gain and lose at once."""
        return [*self.real, *self.things]

    @property
    def later(self) -> list[Effect]:
        """What people who can't sign in would gain and lose."""
        return [*self.asleep, *self.things_asleep]

    def counts(self) -> dict[str, int]:
        """Return how many accounts are touched and how many rights they gain and lose."""
        return {
            "accounts": len({effect.account for effect in self.now}),
            "gained": sum(len(effect.gained) for effect in self.now),
            "lost": sum(len(effect.lost) for effect in self.now),
        }
