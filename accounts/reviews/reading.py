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
from accounts.models import Account, Review, ReviewLine, UnitAccess
from accounts.models.reviews import LEFT_OVER
from accounts.services.reviews import TAKES, may_decide
from adminrights.consequences import in_short
from adminrights.days import brief
from adminrights.models import Unit
from adminrights.models.facts import standing_now
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
    lines = list(lines)
    about = _About(review, reader, here, _only_access(lines, review), ticked)
    rows = [_row(line, about) for line in lines]
    people = groupby(rows, key=lambda row: (row.line.account_id, row.line.person, row.line.email))
    found = []
    for (_account, name, email), some in people:
        own = tuple(some)
        found.append(Person(own[0].line.account, name, email, own))
    return found


class _About:
    """What all rows share: the review, who reads it and from where."""

    def __init__(
        self, review: Review, reader: Account, here: Unit, only: Collection[int], ticked: Collection[int]
    ) -> None:
        self.review, self.reader, self.here, self.only, self.ticked = review, reader, here, only, ticked
        self.reach = Reach(reader) if may_decide(review, reader) else None

    def is_open(self, line: ReviewLine) -> bool:
        """Return whether the line can be decided, by whomever."""
        review = self.review
        return review.completed_at is None and (review.closed_at is None or line.outcome in LEFT_OVER)

    def may(self, line: ReviewLine, kind: str, place: int) -> bool:
        """Return whether the reader can decide it."""
        able = self.reach is not None and self.reach.may_any(TAKES[kind], place)
        return able and self.is_open(line) and line.account_id != self.reader.pk

    def why_not(self, line: ReviewLine) -> str:
        """Return why the reader doesn't decide it, where that needs saying."""
        own = self.is_open(line) and line.account_id == self.reader.pk
        return _("Your own: somebody else decides.") if own else ""


def _row(line: ReviewLine, about: _About) -> Row:
    kind, place = kind_of(line.fact).key, place_of(line.fact)
    rights = gives_in_words(line)
    if kind == "access" and line.account_id in about.only:
        rights = _("the only one: without it the person is removed")
    return Row(
        line=line,
        kind=kind,
        rights=rights,
        dates=brief(line.since, line.until, timezone.now()),
        unit=line.place if place.pk != about.here.pk and kind != "access" else "",
        may=about.may(line, kind, place.pk),
        why_not=about.why_not(line),
        ways=tuple(way_in_words(way, rights) for way, rights in line.left),
        ticked=line.pk in about.ticked,
    )


def _only_access(lines: Iterable[ReviewLine], review: Review) -> set[int]:
    """Return who may enter the organisation by one way alone. One statement."""
    root = f"{review.unit.root_id_or_self}/"
    rows = UnitAccess.objects.filter(standing_now(timezone.now()), unit__path__startswith=root)
    people = rows.filter(account__in={line.account_id for line in lines}).values("account")
    once = people.annotate(number=Count("pk")).filter(number=1).order_by()
    return set(once.values_list("account", flat=True))


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
