"""How often people signed in, and failed to, week by week; for whoever reads the access log of everybody."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.core.cache import cache
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.log import entries_seen_from
from accounts.overview.drawing import Mark, Picture, Table, draw
from adminrights.events import Event
from adminrights.models import JournalEntry, Unit
from adminrights.navigation import EmptyState, Link
from adminrights.pictures import columns

WEEKS, WEEK = 13, 7
KEPT = 24 * 60 * 60
# In the order of a column, from below.
EVENTS = (Event.SIGNED_IN, Event.SIGN_IN_FAILED)


def counted(root: Unit, first: date) -> dict[str, list[int]]:
    """Return by event how many there were in each of the weeks that begin with the day.

    The journal is append-only, so days that are over are counted once a day and kept: where a hundred
    thousand people sign in, that takes seconds.
    """
    today = timezone.localdate()
    # Where a day begins is the reader's: each time zone has counts of its own.
    zone = timezone.get_current_timezone_name()
    key = f"overview:sign-ins:{root.pk}:{first}:{today}:{zone}"
    over = cache.get_or_set(key, lambda: _by_day(root, first, today), KEPT) or []
    found: Counter[tuple[str, int]] = Counter()
    for event, day, number in [*over, *_by_day(root, today, None)]:
        # What is written while the page is drawn on the stroke of midnight belongs to the last week.
        found[event, min((day - first).days // WEEK, WEEKS - 1)] += number
    return {event: [found[event, week] for week in range(WEEKS)] for event in EVENTS}


def _by_day(root: Unit, first: date, before: date | None) -> list[tuple[str, date, int]]:
    """Return how often each event happened on each day, up to now or to the day before another."""
    until = {"at__lt": _start(before)} if before else {}
    entries = _entries(root).filter(event__in=EVENTS, at__gte=_start(first), **until).order_by()
    return list(entries.values_list("event", TruncDate("at")).annotate(number=Count("*")))


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _entries(root: Unit) -> QuerySet[JournalEntry]:
    """Return the entries that the access log shows at the root: all of them where it is the only one.

    The index of events and times then answers alone, without a look at whose each entry is.
    """
    others = Unit.objects.roots().exclude(pk=root.pk)
    return entries_seen_from(root) if others.exists() else JournalEntry.objects.all()


def picture(root: Unit) -> Picture:
    """Return the sign-ins of the last 13 weeks; they are of the organisation, and so seen at its root."""
    first = timezone.localdate() - timedelta(days=WEEKS * WEEK - 1)
    number = counted(root, first)
    done, failed = (number[event] for event in EVENTS)
    marks = (
        Mark(_("Signed in"), sum(done), _listed(Event.SIGNED_IN, first), "accent"),
        Mark(_("Sign-in failed"), sum(failed), _listed(Event.SIGN_IN_FAILED, first), "bad", "lines"),
    )
    drawn = columns(list(zip(done, failed, strict=True)))
    days = [first + timedelta(days=week * WEEK) for week in range(WEEKS)]
    shown = [date_format(day, "MONTH_DAY_FORMAT") for day in days]
    return Picture(
        key="sign_ins",
        finding=_finding(marks[0].count, marks[1].count),
        marks=marks,
        drawn=draw(drawn.boxes, marks),
        levels=(drawn.top, drawn.middle, 0),
        days=(shown[0], shown[WEEKS // 2], shown[-1]),
        table=Table(
            (_("Week from"), *(str(mark.label) for mark in marks)), list(_rows(days, shown, done, failed))
        ),
        empty=None if any(mark.count for mark in marks) else _nobody(),
    )


def _rows(
    days: list[date], shown: list[str], done: list[int], failed: list[int]
) -> Iterator[tuple[str | int | Link, ...]]:
    for day, words, *numbers in zip(days, shown, done, failed, strict=True):
        last = day + timedelta(days=WEEK - 1)
        links = (
            Link(str(number), _listed(event, day, last)) if number else 0
            for event, number in zip(EVENTS, numbers, strict=True)
        )
        yield (words, *links)


def _listed(event: Event, first: date, last: date | None = None) -> str:
    until = {"until": last.isoformat()} if last else {}
    return reverse("accounts:log_list", query={"event": event.value, "since": first.isoformat(), **until})


def _finding(done: int, failed: int) -> str:
    words = ngettext(
        "%(count)d sign-in in 13 weeks, and %(failed)d that failed",
        "%(count)d sign-ins in 13 weeks, and %(failed)d that failed",
        done,
    )
    return words % {"count": done, "failed": failed}


def _nobody() -> EmptyState:
    return EmptyState(_("Nobody signed in yet"), _("Sign-ins show here from the first one on."), "log-in")
