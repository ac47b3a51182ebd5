"""Who of many may do it: the same answer as for one, worked out once for all who hold the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from accounts.access import enterable_units
from accounts.held import Held
from accounts.policy import Policy
from roles.resolver import Facts, Source, allows, sources_of

# In how many ways somebody can have it; who has it in several is counted under the first of them.
OWNER, HANDED, DIRECT, GROUP = "owner", "handed", "directly", "group"
WAYS = (OWNER, HANDED, DIRECT, GROUP)
# The number of a grant that no row of the database stands for: that of an item that was handed over.
BY_HAND = 0


@dataclass(frozen=True, slots=True)
class Having:
    """How somebody has what was asked for: which of it, in which ways, through which groups and roles."""

    keys: tuple[str, ...]
    ways: frozenset[str]
    groups: frozenset[int]
    roles: frozenset[int]

    @property
    def counted(self) -> str:
        """The way under which the person is counted."""
        return next(way for way in WAYS if way in self.ways)


def having(keys: tuple[str, ...], sources: Iterable[Source]) -> Having:
    """Return the sources in short."""
    found = list(sources)
    return Having(
        keys,
        frozenset(map(way_of, found)),
        frozenset(source.group for source in found if source.group),
        frozenset(source.role for source in found if source.role),
    )


def way_of(source: Source) -> str:
    """Return in which way a source gives something."""
    if source.kind == "grant":
        return HANDED if source.grant == BY_HAND else DIRECT
    return OWNER if source.kind == "owner" else GROUP


class Judge:
    """Answers by one policy, for one unit, about some permissions: all of them, or any."""

    def __init__(self, asked: Iterable[str], policy: Policy, unit: int, *, every: bool = True) -> None:
        self._asked, self._every = tuple(asked), every
        self._policy, self._place = policy, policy.place(unit)
        self._owners = {node.owner for node in policy.units.values()}
        self._known: dict[tuple[Any, ...], Having | None] = {}

    def of(self, account: int, held: Held) -> Having | None:
        """Return how the account has it; None if it hasn't."""
        # Grants without their numbers, except that of an item; in the order in which they were read.
        grants = tuple((grant.id == BY_HAND, *grant[1:]) for grant in held.grants)
        owner = account if account in self._owners else None
        key = (held.active, owner, tuple(held.accesses), grants, tuple(held.groups))
        if key not in self._known:
            self._known[key] = self._decided(held.facts(account, self._policy))
        return self._known[key]

    def _decided(self, facts: Facts) -> Having | None:
        units = len(enterable_units(facts, self._policy))
        known, place = self._policy.catalogue, self._place
        answers = ((key, allows(facts, known, place, key, enterable_units=units)) for key in self._asked)
        if self._every:
            found = self._asked if self._asked and all(yes for _key, yes in answers) else ()
        else:
            found = tuple(key for key, yes in answers if yes)
        return having(found, self._sources(facts, found)) if found else None

    def sources(self, account: int, held: Held) -> tuple[Source, ...]:
        """Return every source of what the account has of it; none if it hasn't."""
        found = self.of(account, held)
        return self._sources(held.facts(account, self._policy), found.keys) if found else ()

    def _sources(self, facts: Facts, keys: Iterable[str]) -> tuple[Source, ...]:
        known, place = self._policy.catalogue, self._place
        found = (source for key in keys for source in sources_of(facts, known, place, key))
        return tuple(dict.fromkeys(found))
