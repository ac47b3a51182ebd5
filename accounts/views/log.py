"""The access log as a page and as a file (S3-T14, S3-116)."""

from collections.abc import Iterator
from typing import Any

import django_filters
import django_tables2 as tables
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from accounts.log import Told, entries_seen_from, event_choices, event_in_words, events_of, newest_first, tell
from accounts.views.files import PeopleFile
from adminrights import cells
from adminrights.models import JournalEntry, Unit
from adminrights.navigation import Button, EmptyState
from adminrights.spreadsheet import csv_lines
from adminrights.text import clean_text
from adminrights.views import ListPage

HEADS = ("time", "person", "event", "outcome", "object", "unit", "address", "channel", "reason", "request")
FOUND_IN = ("actor_label", "target_label", "address", "reason")
SEARCHES = ("q", "event", "outcome", "unit", "since", "until")


class DayInput(forms.DateInput):
    """The browser's own field for a day."""

    input_type = "date"


def units_here(request: Any) -> QuerySet[Unit]:
    return Unit.objects.below(request.unit)


class LogFilter(django_filters.FilterSet):
    """By person, object, address and reason in one search; by kind, outcome, unit and day."""

    q = django_filters.CharFilter(label=gettext_lazy("Name, address, reason"), method="search")
    event = django_filters.ChoiceFilter(
        label=gettext_lazy("Kind"), choices=(), empty_label=gettext_lazy("All"), method="of_kind"
    )
    outcome = django_filters.ChoiceFilter(
        label=gettext_lazy("Outcome"), choices=JournalEntry.Outcome.choices, empty_label=gettext_lazy("All")
    )
    unit = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Unit"), queryset=units_here, empty_label=gettext_lazy("All")
    )
    since = django_filters.DateFilter(
        field_name="at", lookup_expr="date__gte", label=gettext_lazy("From"), widget=DayInput
    )
    until = django_filters.DateFilter(
        field_name="at",
        lookup_expr="date__lte",
        label=pgettext_lazy("end of a period", "To"),
        widget=DayInput,
    )

    class Meta:
        model = JournalEntry
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        several = has_several_units(self.request.unit)
        self.filters["event"].extra["choices"] = event_choices(several=several)
        if not several:
            del self.filters["unit"]

    def of_kind(self, entries: QuerySet[JournalEntry], name: str, kind: str) -> QuerySet[JournalEntry]:
        return entries.filter(event__in=events_of(kind))

    def search(self, entries: QuerySet[JournalEntry], name: str, text: str) -> QuerySet[JournalEntry]:
        for word in clean_text(text).split()[:10]:
            found = Q()
            for field in FOUND_IN:
                found |= Q(**{f"{field}__icontains": word})
            entries = entries.filter(found)
        return entries


def has_several_units(unit: Unit) -> bool:
    """Return whether anything lies below the unit; where nothing does, units are not spoken of."""
    return Unit.objects.below(unit).exclude(pk=unit.pk).exists()


class LogTable(tables.Table):
    """Time, person, what happened, to what, from where."""

    at = tables.Column(gettext_lazy("Time"), order_by=("sequence",))
    person = tables.Column(gettext_lazy("Person"), accessor="actor_label")
    event = tables.Column(gettext_lazy("What happened"))
    object = tables.Column(gettext_lazy("Object"), accessor="target_label")
    unit = tables.Column(gettext_lazy("Unit"), accessor="unit_label")
    address = tables.Column(gettext_lazy("Address"))

    class Meta:
        order_by = "-at"
        attrs = {"caption": gettext_lazy("Access log"), "class": "table table-list table-log"}
        default = "–"

    told: dict[int, Told]
    several = False

    def before_render(self, request: HttpRequest) -> None:
        unit = request.unit  # type: ignore[attr-defined]
        self.told = tell([row.record for row in self.paginated_rows], unit)
        self.several = has_several_units(unit)
        if not self.several:
            self.columns.hide("unit")

    def render_at(self, value: Any) -> SafeString:
        local = timezone.localtime(value)
        shown = formats.date_format(local, "DATETIME_FORMAT")
        return format_html('<time datetime="{}">{}</time>', local.isoformat(), shown)

    def render_person(self, value: str) -> SafeString:
        return named(value)

    def render_object(self, value: str) -> SafeString:
        return named(value)

    def render_event(self, record: JournalEntry) -> SafeString:
        text = event_in_words(record.event, several=self.several)
        refused = record.outcome == JournalEntry.Outcome.REFUSED
        head = format_html("{} {}", text, cells.badge("refused")) if refused else text
        told = self.told.get(record.pk)
        if not told:
            return format_html('<a href="{}">{}</a>', record.get_absolute_url(), head)
        opened = _("Details of: %s") % text
        summary = format_html('<summary aria-label="{}">{}</summary>', opened, head)
        more = format_html('<p><a href="{}">{}</a></p>', record.get_absolute_url(), _("Open this entry"))
        return format_html('<details class="log-entry">{}{}{}</details>', summary, details(told), more)


def named(label: str) -> SafeString:
    """Return a person's name with the address as its title; any other label as it is."""
    name, __, address = label.rpartition(" <")
    return (
        format_html('<span title="{}">{}</span>', address.rstrip(">"), name)
        if name
        else format_html("{}", label)
    )


def details(told: Told) -> SafeString:
    """Return what an entry did as a list."""
    notes = format_html_join("", "<li>{}</li>", ((note,) for note in told.notes))
    changes = format_html_join("", "<li>{}: {}{}{}</li>", (_change(line) for line in told.changes))
    return format_html('<ul class="timeline-changes">{}{}</ul>', notes, changes)


def _change(line: Any) -> tuple[object, ...]:
    before = format_html("<del>{}</del>", line.before) if line.before else ""
    after = format_html("<ins>{}</ins>", line.after) if line.after else ""
    return line.label, before, " → " if before and after else "", after


class LogList(ListPage):
    """What happened here, newest first."""

    permission = "access_log:list"
    title = gettext_lazy("Access log")
    table_class = LogTable
    filterset_class = LogFilter

    def get_queryset(self) -> QuerySet[JournalEntry]:
        return entries_seen_from(self.unit)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        count, query = context["count"], self.request.GET.urlencode()
        return context | {
            "count_text": ngettext("%(count)d entry", "%(count)d entries", count) % {"count": count},
            "export_url": reverse("accounts:log_export") + (f"?{query}" if query else ""),
            "empty": self.empty(),
        }

    def empty(self) -> EmptyState:
        if any(self.request.GET.get(name) for name in SEARCHES):
            everything = Button(_("Show everything"), self.request.path)
            text = _("Try fewer letters, or take a filter away.")
            return EmptyState(_("No entry matches"), text, "search-x", everything)
        return EmptyState(
            _("Nothing happened yet"), _("Every change and every sign-in stands here."), "history"
        )


class LogExport(PeopleFile):
    """The same entries, with the same filters, as CSV; formulas in it are made harmless (N5)."""

    permission = "access_log:list"

    def page_url(self) -> str:
        return reverse("accounts:log_list") + self.filters()

    def file(self) -> HttpResponseBase:
        request = self.request
        found = LogFilter(request.GET, queryset=entries_seen_from(self.unit), request=request)
        entries = found.qs if found.is_valid() else found.queryset.none()
        answer = StreamingHttpResponse(csv_lines(rows_of(entries)), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="access-log.csv"'
        return answer


def rows_of(entries: QuerySet[JournalEntry]) -> Iterator[tuple[object, ...]]:
    """Yield the head of the file and a row for each entry."""
    yield HEADS
    for entry in newest_first(entries).iterator(chunk_size=2000):
        yield (
            entry.at.isoformat(), entry.actor_label, entry.event, entry.outcome, entry.target_label,
            entry.unit_label, entry.address, entry.channel, entry.reason, entry.request_id,
        )  # fmt: skip
