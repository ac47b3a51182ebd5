"""A review as its page shows it: how far it is, and its lines, person by person; reads only."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.dates.kinds import kind_of, place_of
from accounts.dates.reading import Reach
from accounts.models import Account, Review, ReviewLine
from accounts.models.reviews import LEFT_OVER
from accounts.services.reviews import TAKES, may_decide
from adminrights.consequences import in_short
from adminrights.days import brief
from adminrights.models import Unit
from roles.catalogue import catalogue

Decision, Outcome = ReviewLine.Decision, ReviewLine.Outcome
# What the lines can be narrowed to.
SHOWN = {
    "": Q(),
    "undecided": Q(decision=""),
    "keep": Q(decision=Decision.KEEP),
    "revoke": Q(decision=Decision.REVOKE),
    "left": Q(outcome__in=LEFT_OVER),
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How many lines there are, and what was decided."""

    lines: int
    undecided: int
    keep: int
    revoke: int
    left: int

    @property
    def decided(self) -> int:
        return self.lines - self.undecided

    @property
    def in_words(self) -> str:
        words = {"decided": self.decided, "lines": self.lines}
        return (
            ngettext("%(decided)d of %(lines)d decided", "%(decided)d of %(lines)d decided", self.lines)
            % words
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One line in words. `why_not` says why the reader doesn't decide it, where that needs saying."""

    line: ReviewLine
    kind: str
    rights: str
    dates: str
    unit: str
    may: bool
    why_not: str
    ways: tuple[str, ...]
    ticked: bool = False

    @property
    def state(self) -> str:
        """What stands in its badge: what became of it, or what was decided."""
        return self.line.outcome or self.line.decision or "undecided"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, and the lines about him."""

    account: Account
    name: str
    email: str
    rows: tuple[Row, ...]


def progress_of(review: Review) -> Progress:
    """Return how far the review is, in one statement."""
    counted = {name: Count("pk", filter=condition) for name, condition in SHOWN.items() if name}
    return Progress(**review.lines.aggregate(lines=Count("pk"), **counted))


def lines_of(review: Review, shown: str = "", text: str = "") -> QuerySet[ReviewLine]:
    """Return the lines, narrowed, in the order of the page."""
    lines: QuerySet[ReviewLine] = review.lines.filter(SHOWN.get(shown, Q()))
    for word in text.split()[:10]:
        lines = lines.filter(Q(person__icontains=word) | Q(email__icontains=word) | Q(what__icontains=word))
    along = ("account", "membership__group__unit", "grant__unit", "access__unit")
    return lines.select_related(*along)


def people_in(
    lines: Iterable[ReviewLine], review: Review, reader: Account, here: Unit, ticked: Collection[int] = ()
) -> list[Person]:
    """Return the lines person by person, with what the reader may do about each."""
    reach, asked = Reach(reader), may_decide(review, reader)
    rows = [_row(line, review, reader, here, reach if asked else None, ticked) for line in lines]
    people = groupby(rows, key=lambda row: (row.line.account_id, row.line.person, row.line.email))
    found = []
    for (_account, name, email), some in people:
        own = tuple(some)
        found.append(Person(own[0].line.account, name, email, own))
    return found


def _row(
    line: ReviewLine,
    review: Review,
    reader: Account,
    here: Unit,
    reach: Reach | None,
    ticked: Collection[int],
) -> Row:
    kind, place = kind_of(line.fact).key, place_of(line.fact)
    able = reach is not None and reach.may_any(TAKES[kind], place.pk)
    own = line.account_id == reader.pk
    is_open = review.completed_at is None and (review.closed_at is None or line.outcome in LEFT_OVER)
    return Row(
        line=line,
        kind=kind,
        rights=gives_in_words(line),
        dates=brief(line.since, line.until, timezone.now()),
        unit=line.place if place.pk != here.pk and kind != "access" else "",
        may=is_open and able and not own,
        why_not=_("Your own: somebody else decides.") if is_open and own else "",
        ways=tuple(way_in_words(way, rights) for way, rights in line.left),
        ticked=line.pk in ticked,
    )


def gives_in_words(line: ReviewLine) -> str:
    """Return what the fact gave, in short."""
    known = catalogue().permissions
    rights = [key for key in line.rights if key in known]
    if line.access_id:
        return ""
    return in_short(rights) if rights else _("gives nothing here")


def way_in_words(way: str, rights: Collection[str]) -> str:
    """Return one way by which something is still held."""
    known = [key for key in rights if key in catalogue().permissions]
    return f"{way}: {in_short(known)}" if known else way
