"""What ends by itself in the next 90 days, week by week."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.dates.ending import end_condition
from accounts.dates.kinds import KINDS, Kind
from accounts.overview.drawing import Mark, Picture, Table, draw
from adminrights.models import Unit
from adminrights.navigation import EmptyState, Link
from adminrights.pictures import columns

DAYS, SOON, WEEK = 90, 30, 7
STARTS = tuple(range(0, DAYS, WEEK))
LOOKS = {"membership": ("accent", ""), "right": ("wait", "lines"), "access": ("off", "dots")}


def counted(unit: Unit, now: datetime) -> dict[str, dict[str, int]]:
    """Return by kind how many end in each week, named by its first day, and "soon"; a statement a kind."""
    return {kind.key: _of_kind(kind, unit, now) for kind in KINDS.values()}


def _of_kind(kind: Kind, unit: Unit, now: datetime) -> dict[str, int]:
    weeks = {str(first): Count("pk", filter=_within(now, first, first + WEEK)) for first in STARTS}
    soon = Count("pk", filter=_within(now, 0, SOON))
    found = kind.model.objects.filter(end_condition(kind, unit, now, DAYS))
    counts: dict[str, int] = found.order_by().aggregate(**weeks, soon=soon)
    return counts


def _within(now: datetime, first: int, until: int) -> Q:
    last = now + timedelta(days=min(until, DAYS))
    return Q(expires_at__gt=now + timedelta(days=first), expires_at__lte=last)


def picture(unit: Unit) -> Picture:
    """Return what ends here and below, week by week and kind by kind."""
    now = timezone.now()
    number = counted(unit, now)
    marks = [_mark(kind, number[kind.key]) for kind in KINDS.values()]
    soon = sum(each["soon"] for each in number.values())
    total = sum(mark.count for mark in marks)
    drawn = columns([[number[key][str(first)] for key in KINDS] for first in STARTS])
    days = [timezone.localtime(now + timedelta(days=first)) for first in STARTS]
    shown = [date_format(day, "MONTH_DAY_FORMAT") for day in days]
    return Picture(
        key="ends",
        finding=_finding(total, soon),
        marks=marks,
        beside=[
            Mark(_("Within 30 days"), soon, _listed(days=SOON)),
            Mark(_("Within 90 days"), total, _listed(days=DAYS)),
        ],
        drawn=draw(drawn.boxes, marks),
        levels=(drawn.top, drawn.middle, 0),
        days=(shown[0], shown[len(shown) // 2], shown[-1]),
        table=Table(_heads(), list(_rows(number, shown))),
        empty=None if total else _nothing(),
    )


def _mark(kind: Kind, weeks: dict[str, int]) -> Mark:
    tone, pattern = LOOKS[kind.key]
    total = sum(weeks[str(first)] for first in STARTS)
    return Mark(str(kind.label), total, _listed(days=DAYS, kind=kind.key), tone, pattern)


def _heads() -> tuple[str, ...]:
    return (_("Week from"), *(str(kind.label) for kind in KINDS.values()))


def _rows(number: dict[str, dict[str, int]], shown: list[str]) -> Iterator[tuple[str | int | Link, ...]]:
    for first, day in zip(STARTS, shown, strict=True):
        yield (day, *(number[key][str(first)] for key in KINDS))


def _finding(total: int, soon: int) -> str:
    if not total:
        return _("No right ends in the next 90 days")
    if soon == total:
        return (
            ngettext("%d right ends in the next 30 days", "%d rights end in the next 30 days", total) % total
        )
    if not soon:
        return (
            ngettext(
                "%d right ends in the next 90 days, but not within 30",
                "%d rights end in the next 90 days, but none within 30",
                total,
            )
            % total
        )
    words = ngettext(
        "%(count)d right ends in the next 90 days, %(soon)d of them within 30",
        "%(count)d rights end in the next 90 days, %(soon)d of them within 30",
        total,
    )
    return words % {"count": total, "soon": soon}


def _listed(**query: object) -> str:
    return reverse("accounts:ending_list", query=query)


def _nothing() -> EmptyState:
    text = _("Rights with a last day show here. Dates are set on the page of an account or a group.")
    return EmptyState(_("Nothing ends soon"), text, "calendar-check")
