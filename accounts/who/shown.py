"""What the page of an answer shows of its people: all that were looked at, or only those of one page."""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from functools import cache
from typing import Any

from django.utils.functional import cached_property
from django_tables2.data import TableData

from accounts.addresses import canonical
from accounts.models import Account
from accounts.models.accounts import MOST_WORDS
from accounts.numbers import numbers_of
from accounts.sources import SourceLine
from accounts.who.answer import Answer, Counts, ask, count
from accounts.who.judge import DIRECT, GROUP, OWNER
from accounts.who.listing import ONLY_GROUPS, Row, Wanted, lines_of, narrowed, people_of, rows_of
from accounts.who.people import People, people_who
from accounts.who.question import Question
from accounts.who.search import FEW, among
from adminrights.models import Unit

Lines = dict[int, tuple[SourceLine, ...]]


class Whole:
    """Everybody was looked at: what a role, an item, a moment of the past, or an end asks for."""

    def __init__(self, answer: Answer, listed: list[Row], wanted: Wanted | None) -> None:
        self._answer, self._listed = answer, listed
        self.left_out = answer.left_out
        self.anybody = bool(listed)
        self.others = len(answer.having) - len(listed)
        self.groups = frozenset().union(*(row.having.groups for row in listed))
        self.roles = frozenset().union(*(row.having.roles for row in listed))
        self.data: Any = narrowed(listed, wanted) if wanted else []

    def counts(self) -> Counts:
        """Return the numbers of everybody."""
        return count(self._answer.having.values())

    def lines(self, accounts: Collection[int], *, links: bool) -> Lines:
        """Return the sources of some of the people in words."""
        return lines_of(self._answer, accounts, links=links)


class ByName:
    """The people are known as numbers; only who stands on the page is looked at."""

    def __init__(self, people: People, unit: Unit, wanted: Wanted | None, whole: Callable[[], Whole]) -> None:
        self._people, self._whole = people, whole
        self._listed = people.listed(unit)
        self.left_out = people.left_out
        self.anybody = bool(self._listed)
        self.others = len(people.everybody) - len(self._listed)
        self.data = _Pages(people.question, fitting(people, self._listed, wanted) if wanted else (), whole)

    @cached_property
    def _ways(self) -> list[tuple[int, frozenset[int]]]:
        return [(way.group, way.roles) for way in self._people.used(self._listed)]

    @property
    def groups(self) -> frozenset[int]:
        """The groups through which anybody who is listed has it."""
        return frozenset(group for group, _roles in self._ways)

    @property
    def roles(self) -> frozenset[int]:
        """The roles through which anybody who is listed has it."""
        return frozenset().union(*(roles for _group, roles in self._ways))

    def counts(self) -> Counts:
        """Return the numbers of everybody."""
        return self._people.counts()

    def lines(self, accounts: Collection[int], *, links: bool) -> Lines:
        """Return the sources of those who stand on the page in words."""
        return self.data.lines(accounts, links=links)


def shown(
    question: Question, unit: Unit | None, wanted: Wanted | None, at: datetime | None
) -> Whole | ByName:
    """Return what the page shows of the people, who are listed in the unit and have all that is wanted.

    Without anything wanted nobody is on the page: what the form says can't be read.
    """

    @cache
    def whole() -> Whole:
        answer = ask(question, at)
        return Whole(answer, people_of(answer, unit), wanted)

    plain = question.role is None and question.item is None and at is None and unit is not None
    if plain and unit and (wanted is None or _is_of_sets(wanted)):
        return ByName(people_who(question), unit, wanted, whole)
    return whole()


def _is_of_sets(wanted: Wanted) -> bool:
    """Whether sets answer what is wanted: when somebody's rights end is known of whom was looked at alone."""
    return wanted.days is None and len(set(canonical(wanted.text).split())) <= MOST_WORDS


def fitting(people: People, listed: frozenset[int], wanted: Wanted) -> frozenset[int]:
    """Return who of the listed has all that is wanted, as `narrowed` says it of rows."""
    ways = {
        OWNER: lambda: listed & people.owner,
        DIRECT: lambda: listed & people.direct,
        GROUP: lambda: people.through(listed),
        ONLY_GROUPS: lambda: listed - people.direct - people.owner,
    }
    found = listed
    if wanted.way:
        found &= ways[wanted.way]() if wanted.way in ways else frozenset()
    if wanted.group is not None or wanted.role is not None:
        found = people.through(found, wanted.group) & people.through(found, None, wanted.role)
    if wanted.status not in ("", Account.Status.ACTIVE):
        found = frozenset()
    if wanted.text and found:
        named = Account.objects.filter(among(found, "pk")).search(wanted.text)
        found = found.intersection(numbers_of(named, "pk"))
    return found


class _Pages(TableData):
    """The people by name, for a table that shows a page of them."""

    def __init__(self, question: Question, people: Collection[int], whole: Callable[[], Whole]) -> None:
        super().__init__(people)
        self._question, self._people, self._whole = question, people, whole
        self._backwards = False
        self._rows: list[Row] | None = None
        self._answer: Answer | None = None

    def __len__(self) -> int:
        return len(self._people)

    def __iter__(self) -> Iterator[Row]:
        return iter(self[: len(self)])

    def __getitem__(self, key: slice) -> list[Row]:
        if self._rows is not None:
            return self._rows[key]
        numbers = by_name(self._people, *key.indices(len(self))[:2], backwards=self._backwards)
        self._answer = ask(self._question, among=numbers)
        # Who lost it a moment ago is on no page.
        return rows_of(self._answer, [number for number in numbers if number in self._answer.having])

    def order_by(self, aliases: Any) -> None:
        """Sort by name, or by status, which all have in common; to sort by ends all are looked at."""
        if any(str(alias).lstrip("-") == "until" for alias in aliases):
            whole = TableData.from_data(self._whole().data)
            whole.set_table(self.table)
            whole.order_by(aliases)
            self._rows = list(whole)
        elif aliases:
            self._backwards = str(aliases[0]).startswith("-")

    def lines(self, accounts: Collection[int], *, links: bool) -> Lines:
        """Return the sources of those who stand on the page in words."""
        if self._rows is not None:
            return self._whole().lines(accounts, links=links)
        return lines_of(self._answer, accounts, links=links) if self._answer and accounts else {}


def by_name(people: Collection[int], start: int, stop: int, *, backwards: bool = False) -> list[int]:
    """Return those of the people from one place to another in the order of their names.

    Where they are many, names are read from the beginning, more and more of them, until enough are found.
    """
    order = ("-last_name", "-first_name", "-pk") if backwards else ("last_name", "first_name", "pk")
    accounts = Account.objects.order_by(*order).values_list("pk", flat=True)
    if len(people) <= FEW:
        return list(accounts.filter(pk__in=people)[start:stop]) if start < stop else []
    found: list[int] = []
    read, step = 0, 4 * stop
    while len(found) < stop and (numbers := list(accounts[read : read + step])):
        found += (number for number in numbers if number in people)
        read, step = read + step, 4 * step
    return found[start:stop]
