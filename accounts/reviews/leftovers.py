"""Whether a person still has what was taken away, and by which ways; reads only."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.access import enterable_units, resolve_held
from accounts.dates.kinds import Dated
from accounts.held import Held, held_by
from accounts.models import ReviewLine, UnitAccess
from accounts.policy import Policy, policy_now
from accounts.sources import SourceBook
from adminrights.models import Unit
from adminrights.models.facts import live_now
from groups.models import Membership
from roles.resolver import Resolution, Source

# A way in words, and the permissions held by it.
Left = list[list[object]]
Found = Mapping[Source, set[str]]


def leftovers(lines: Collection[ReviewLine], unit: Unit, at: datetime) -> dict[int, Left]:
    """Return, by line, the ways by which its person has what the line gave; nothing where all is gone.

    It asks the same resolver as every decision, of this moment. Pending and disabled accounts count as if
    they were active: what they would have is what they are left with.
    """
    return _Look(lines, unit, at).found()


def other_ways(line: ReviewLine, fact: Dated, unit: Unit, at: datetime) -> Left:
    """Return by which ways the person would still have what the fact gives if the fact were taken away."""
    return _Look([line], unit, at, without=fact).found().get(line.pk, [])


class _Look:
    """One look at some people: what they hold and the policy are read once."""

    def __init__(
        self, lines: Collection[ReviewLine], unit: Unit, at: datetime, without: Dated | None = None
    ) -> None:
        self.lines, self.unit, self.live, self.without = lines, unit, live_now(at), without
        self.policy: Policy = policy_now(at)
        self.held = held_by({line.account_id for line in lines}, self.live)
        self.names = dict(Unit.objects.values_list("pk", "name"))
        self._resolved: dict[tuple[int, int], Resolution] = {}

    def found(self) -> dict[int, Left]:
        """Return what is left, by line."""
        rights = {line.pk: self.rights(line) for line in self.lines if line.rights}
        pairs = [(line.account_id, source) for line in self.lines for source in rights.get(line.pk, ())]
        book = SourceBook(pairs, self.unit, self.live, links=False)
        left = {line.pk: in_words(line, rights[line.pk], book) for line in self.lines if line.pk in rights}
        left |= {line.pk: self.entrances(line) for line in self.lines if line.access_id}
        return {pk: ways for pk, ways in left.items() if ways}

    def rights(self, line: ReviewLine) -> Found:
        """Return which of the line's rights are effective in its units, by source."""
        found: dict[Source, set[str]] = defaultdict(set)
        for unit in line.units:
            effective = self.resolution(line.account_id, unit).effective
            for key in effective.keys() & set(line.rights):
                for source in effective[key]:
                    if not _comes_of(source, self.without):
                        found[source].add(key)
        return found

    def resolution(self, account: int, unit: int) -> Resolution:
        if (account, unit) not in self._resolved:
            held: Held = self.held[account]
            self._resolved[account, unit] = resolve_held(account, held, self.policy, unit, as_if_active=True)
        return self._resolved[account, unit]

    def entrances(self, line: ReviewLine) -> Left:
        """Return by which ways the person may still enter one of the line's units."""
        facts = self.held[line.account_id].facts(line.account_id, self.policy)
        inside = enterable_units(facts, self.policy) & set(line.units)
        return [[way, []] for way in sorted(set(self._ways_in(line, inside)))]

    def _ways_in(self, line: ReviewLine, inside: Iterable[int]) -> Iterator[str]:
        held = self.held[line.account_id]
        for unit in inside:
            root = self.policy.units[unit].root
            if self.policy.units[root].owner == line.account_id:
                yield _("Owner of %s: everything") % self.names[root]
            above = {unit, *self.policy.units[unit].ancestors}
            gone = self.without.unit_id if isinstance(self.without, UnitAccess) else None
            for access in (each for each in held.accesses if each.unit != gone):
                if access.unit == unit or (access.includes_subunits and access.unit in above):
                    yield _("Access to %s") % self.names[access.unit]


def _comes_of(source: Source, fact: Dated | None) -> bool:
    """Return whether the source is the fact itself."""
    if isinstance(fact, Membership):
        return source.group == fact.group_id
    return fact is not None and source.grant == fact.pk


def in_words(line: ReviewLine, found: Found, book: SourceBook) -> Left:
    """Return the ways in words, each with what is held by it."""
    ways: dict[str, set[str]] = defaultdict(set)
    for source, keys in found.items():
        for told in book.lines(line.account_id, [source]):
            ways[f"{told.text} ({told.unit})" if told.unit else told.text] |= keys
    return [[way, sorted(ways[way])] for way in sorted(ways)]
