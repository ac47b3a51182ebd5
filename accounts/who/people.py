"""Who may do all of it now, as sets of account numbers: the answer of `ask`, without a look at each person.

What gives a permission is known from the process's copy of the policy: some groups, some rights. So who
holds it is read as a few lists of numbers, and what the resolver asks of one account is asked of all of
them at once.
"""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.functional import cached_property

from accounts.models import UnitAccess
from accounts.numbers import numbers_of
from accounts.policy import policy_now
from accounts.who.answer import Counts
from accounts.who.question import Question, asked_for
from accounts.who.search import Search, Way, among
from adminrights.models import Unit
from adminrights.models.facts import live_now


class People:
    """Everybody who may do all that the question names, by account number, and in which ways."""

    def __init__(self, question: Question, left_out: tuple[str, ...], search: Search | None = None) -> None:
        self.question, self.left_out = question, left_out
        self._search = search
        self.everybody: frozenset[int] = search.people() if search else frozenset()

    @cached_property
    def owner(self) -> frozenset[int]:
        """Who has it as owner: one person, or nobody."""
        return self.everybody & self._search.owner if self._search else frozenset()

    @cached_property
    def direct(self) -> frozenset[int]:
        """Who has it by a right of their own, whatever else gives it."""
        return self._search.direct(self.everybody) if self._search else frozenset()

    def counts(self) -> Counts:
        """Return the numbers, each person counted once; the groups are those of whoever counts under them."""
        # Whoever has it neither as owner nor directly has it through a group.
        by_group = self.everybody - self.direct - self.owner
        several = self.through(self.direct | self.owner) | (self.owner & self.direct)
        return Counts(
            people=len(self.everybody),
            owner=len(self.owner),
            handed=0,
            direct=len(self.direct - self.owner),
            through=len(by_group),
            groups=sum(1 for _way in self.used(by_group)),
            several=len(several),
        )

    def used(self, people: frozenset[int]) -> Iterator[Way]:
        """Yield the groups through which any of these people have it."""
        return filter(Way.is_used, self._search.ways(people)) if self._search else iter(())

    def through(
        self, people: frozenset[int], group: int | None = None, role: int | None = None
    ) -> frozenset[int]:
        """Return who of these people has it through any group, or the group, or the role."""
        ways = self._search.ways(people) if self._search else ()
        found: set[int] = set()
        for way in ways:
            if group in {None, way.group} and (role is None or role in way.roles):
                found.update(way.people())
        return frozenset(found)

    def listed(self, unit: Unit) -> frozenset[int]:
        """Return those who are listed in the unit: with access to it, or to something below it."""
        known: frozenset[int] = frozenset()
        if self._search and unit.pk == self.question.unit.pk:
            known = self._search.inside(self.everybody)
        rest = self.everybody - known
        if not rest:
            return self.everybody
        entering = UnitAccess.objects.filter(live_now(timezone.now()), unit__path__startswith=unit.path)
        return known | rest.intersection(numbers_of(entering.filter(among(rest))))


def people_who(question: Question) -> People:
    """Return everybody who may do all that the question names, now: about permissions, not a role or an item.

    In a constant number of statements, and with no work for one person that isn't the same for all.
    """
    now = timezone.now()
    policy = policy_now(now)
    keys = asked_for(question, policy)
    left_out = tuple(key for key in question.keys if key not in keys)
    if question.unit.pk not in policy.units or not keys:
        return People(question, left_out)
    return People(question, left_out, Search(keys, policy, question.unit.pk, live_now(now)))
