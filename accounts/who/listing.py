"""The people of an answer as rows: narrowed, in words, as CSV."""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.addresses import canonical
from accounts.last_use import last_days
from accounts.models import Account, StatusPeriod
from accounts.sources import SourceBook, SourceLine
from accounts.who.answer import Answer
from accounts.who.judge import GROUP, HANDED, Having, way_of
from accounts.who.question import Question
from adminrights.models import Unit
from adminrights.models.facts import live_at, live_now
from adminrights.past import as_then
from roles.catalogue import catalogue
from roles.resolver import Source
from roles.services import permissions_of

ONLY_GROUPS = "only"
# More would not fit into one statement of every database; then all are read, and the others passed over.
FEW = 900
READ = ("first_name", "last_name", "email", "status", "search_text")
HEADS = ("name", "email", "status", "how", "what", "sources", "until", "last_used")


@dataclass(frozen=True, slots=True)
class Row:
    """One person: what the list shows and sorts by."""

    pk: int
    name: str
    email: str
    status: str
    order: tuple[str, str, int]
    searched: str
    having: Having
    until: datetime | None

    @property
    def ends(self) -> datetime:
        """The end by which the list is sorted: what has none comes last."""
        return self.until or datetime.max.replace(tzinfo=timezone.get_default_timezone())


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to."""

    text: str = ""
    way: str = ""
    group: int | None = None
    role: int | None = None
    status: str = ""
    days: int | None = None


def people_of(answer: Answer, unit: Unit | None) -> list[Row]:
    """Return the people by name: those of the unit and below, as accounts are listed; without one, all.

    Of somebody who was listed then, and isn't any more, the address of today is not for the reader: the row
    has none, and is found by the name of then alone.
    """
    accounts = Account.objects.all() if unit is None else Account.objects.in_unit(unit, answer.at)
    if len(answer.having) <= FEW:
        accounts = accounts.filter(pk__in=list(answer.having))
    read = accounts.only(*READ)
    there = [account for account in read if account.pk in answer.having]
    statuses = statuses_at(answer.at, accounts) if answer.at else {}
    here = _here(answer, unit, there)
    rows = [
        _row(account, answer, statuses, here, place)
        for place, account in enumerate(as_then(there, answer.at))
    ]
    return sorted(rows, key=lambda row: row.order)


def rows_of(answer: Answer, accounts: Sequence[int]) -> list[Row]:
    """Return some of the people of today's answer, all of them listed, in this order."""
    known = Account.objects.only(*READ).in_bulk(accounts)
    return [_row(known[pk], answer, {}, known, place) for place, pk in enumerate(accounts)]


def statuses_at(at: datetime, accounts: QuerySet[Account]) -> dict[int, str]:
    """Return the status that each account had at the moment."""
    periods = StatusPeriod.objects.filter(live_at(at), account__in=accounts.order_by().values("pk"))
    return dict(periods.values_list("account_id", "status"))


def _here(answer: Answer, unit: Unit | None, people: Collection[Account]) -> set[int]:
    """Return who of the people is listed today; without a unit everybody."""
    if unit is None or answer.at is None:
        return {account.pk for account in people}
    listed = set(Account.objects.in_unit(unit).values_list("pk", flat=True))
    return listed.intersection(account.pk for account in people)


def _row(
    account: Account, answer: Answer, statuses: Mapping[int, str], here: Container[int], place: int
) -> Row:
    there = account.pk in here
    # By the names of then; today in the order in which accounts are listed everywhere, that of the database.
    names = (account.last_name.casefold(), account.first_name.casefold(), account.pk)
    return Row(
        account.pk,
        account.name,
        account.email if there else "",
        statuses.get(account.pk, account.status),
        names if answer.at else ("", "", place),
        " ".join([account.search_text] * there + [canonical(account.name)] * (answer.at is not None)),
        answer.having[account.pk],
        answer.ends.get(account.pk),
    )


def narrowed(rows: Iterable[Row], wanted: Wanted) -> list[Row]:
    """Return the rows that have all that is wanted."""
    words = canonical(wanted.text).split()
    latest = None if wanted.days is None else timezone.now() + timedelta(days=wanted.days)

    def fits(row: Row) -> bool:
        has = row.having
        return (
            all(word in row.searched for word in words)
            and (not wanted.way or _is_way(has, wanted.way))
            and (wanted.group is None or wanted.group in has.groups)
            and (wanted.role is None or wanted.role in has.roles)
            and wanted.status in ("", row.status)
            and (latest is None or (row.until is not None and row.until <= latest))
        )

    return [row for row in rows if fits(row)]


def _is_way(has: Having, way: str) -> bool:
    return has.counted == GROUP if way == ONLY_GROUPS else way in has.ways


def lines_of(
    answer: Answer, accounts: Collection[int], *, links: bool = False
) -> dict[int, tuple[SourceLine, ...]]:
    """Return the sources of some of the people in words, each way once."""
    every = {account: answer.sources(account) for account in accounts}
    written = {account: [s for s in found if way_of(s) != HANDED] for account, found in every.items()}
    live = live_now(timezone.now()) if answer.at is None else live_at(answer.at)
    pairs = {(account, source) for account, found in written.items() for source in found}
    book = SourceBook(pairs, answer.question.unit, live, links=links, at=answer.at)
    return {
        account: (*_by_hand(every[account]), *_each_once(book.lines(account, found)))
        for account, found in written.items()
    }


def _by_hand(sources: Iterable[Source]) -> Iterator[SourceLine]:
    if any(way_of(source) == HANDED for source in sources):
        yield SourceLine("grant", _("It was handed to them"))


def _each_once(lines: Iterable[SourceLine]) -> Iterator[SourceLine]:
    """Yield each way once: a role gives many permissions, and each of its rules is a source."""
    known: dict[tuple[str, str, str], SourceLine] = {}
    for line in lines:
        way = (line.kind, line.text, line.unit)
        if way not in known or _lasts_longer(line, known[way]):
            known[way] = line
    yield from known.values()


def _lasts_longer(line: SourceLine, other: SourceLine) -> bool:
    return other.until is not None and (line.until is None or line.until > other.until)


def what_of(row: Row) -> list[str]:
    """Return what the person may do, in words."""
    known = catalogue().permissions
    return [known[key].label for key in row.having.keys if key in known]


def csv_of(answer: Answer, rows: Collection[Row]) -> Iterator[tuple[object, ...]]:
    """Yield the head of the file and a line for each row."""
    lines = lines_of(answer, [row.pk for row in rows])
    used = {} if answer.at else last_days(answer.question.unit, rights_of(answer.question))
    yield HEADS
    for row in rows:
        until = row.until.isoformat() if row.until else ""
        told = "; ".join(text_of(line) for line in lines[row.pk])
        what = "; ".join(what_of(row)) or answer.question.label
        last = used[row.pk].isoformat() if row.pk in used else ""
        yield (row.name, row.email, row.status, row.having.counted, what, told, until, last)


def rights_of(question: Question) -> frozenset[str]:
    """Return what is asked about as rights: for a role, all that it gives."""
    return frozenset(permissions_of(question.role) if question.role else question.keys)


def text_of(line: SourceLine) -> str:
    """Return a source as one text: what, where, until when."""
    parts = [line.text]
    if line.unit:
        parts.append(_("in %s") % line.unit)
    if line.until:
        parts.append(_("until %s") % f"{timezone.localtime(line.until):%Y-%m-%d %H:%M}")
    return ", ".join(parts)
