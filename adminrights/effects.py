"""What a change does to people, as plain values."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Effect:
    """What one account gains and loses in one unit: permission keys."""

    account: int
    unit: int
    gained: frozenset[str]
    lost: frozenset[str]


@dataclass(slots=True)
class Effects:
    """Everything a change does to people.

    `real` holds the differences in effective access; `given` holds what accounts newly hold when each
    counts as active, which is what the ceiling is judged by; `asleep` holds what those who can't sign in,
    before and after, would gain and lose if they could.
    """

    real: list[Effect] = field(default_factory=list)
    given: list[Effect] = field(default_factory=list)
    asleep: list[Effect] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Return how many accounts are touched and how many rights they gain and lose."""
        return {
            "accounts": len({effect.account for effect in self.real}),
            "gained": sum(len(effect.gained) for effect in self.real),
            "lost": sum(len(effect.lost) for effect in self.real),
        }
