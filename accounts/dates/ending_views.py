"""Ends soon: what will end by itself, as a list and as CSV."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import django_tables2 as tables
from django import forms
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.dates.ending import Ending, csv_of, ending
from accounts.dates.kinds import KINDS
from accounts.dates.reading import Reach, address
from accounts.models import Account
from accounts.views.files import PeopleFile
from accounts.views.tabs import has_several_units
from adminrights import cells
from adminrights.days import brief, in_words
from adminrights.navigation import EmptyState, path_of
from adminrights.spreadsheet import csv_lines
from adminrights.views import ListPage

DAYS = {"7": 7, "30": 30, "90": 90, "365": 365}
SEARCHES = ("q", "days", "kind")


class EndingForm(forms.Form):
    """Search, and what to narrow by; all of it in the address."""

    q = forms.CharField(required=False, label=gettext_lazy("Name, e-mail or right"), max_length=200)
    days = forms.ChoiceField(required=False, label=gettext_lazy("Ends within"))
    kind = forms.ChoiceField(required=False, label=gettext_lazy("Kind"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spans = [(key, ngettext("%d day", "%d days", days) % days) for key, days in DAYS.items()]
        kinds = [(kind.key, kind.label) for kind in KINDS.values()]
        self.fields["days"].choices = [("", _("Any time")), *spans]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [("", _("All")), *kinds]  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a list page asks of its filters: the form, and what is left."""

    form: EndingForm
    qs: list[Ending]

    def is_valid(self) -> bool:
        """Return True: what can't be read finds nothing, and the form says why."""
        return True


class EndingTable(tables.Table):
    """Who, what, where, until when, by whom."""

    until = tables.Column(gettext_lazy("Until"), empty_values=())
    name = tables.Column(gettext_lazy("Name"), order_by=("name", "until"), empty_values=())
    what = tables.Column(gettext_lazy("What ends"), order_by=("what", "until"), empty_values=())
    unit = tables.Column(gettext_lazy("Unit"), order_by=("unit_name", "until"), empty_values=())
    by = tables.Column(gettext_lazy("Given by"), orderable=False, empty_values=())
    actions = tables.Column("", orderable=False, empty_values=())

    class Meta:
        order_by = "until"
        attrs = {"caption": gettext_lazy("Rights that end")}

    reach: Callable[[Ending], bool]

    def before_render(self, request: HttpRequest) -> None:
        self.now = timezone.now()
        if not has_several_units(request):
            self.columns.hide("unit")

    def render_until(self, record: Ending) -> SafeString:
        note = ""
        if record.fact.starts_at > self.now:
            planned = brief(record.fact.starts_at, None, self.now)
            note = format_html(' <span class="muted">{}</span>', planned)
        shown = cells.day(record.until, "")
        return format_html('<span title="{}">{}</span>{}', in_words(record.until), shown, note)

    def render_name(self, record: Ending) -> SafeString:
        account = record.account
        linked = self.request.user.may("accounts:get", self.request.unit)
        name = (
            cells.row_link(path_of("accounts:account_detail", account.pk), account.name)
            if linked
            else format_html("{}", account.name)
        )
        if account.status == Account.Status.ACTIVE:
            return name
        return format_html("{} {}", name, cells.badge(account.status))

    def render_what(self, record: Ending) -> str:
        return record.what

    def render_unit(self, record: Ending) -> str:
        return record.unit.name

    def render_by(self, record: Ending) -> SafeString:
        return format_html("{}", record.by.name) if record.by else cells.EMPTY

    def render_actions(self, record: Ending) -> SafeString:
        if not self.reach(record):
            return SafeString("")
        label = _("Set dates of %(what)s, %(who)s") % {"what": record.what, "who": record.account.name}
        return cells.dialog_sign(address("dates", record.fact), "calendar-clock", label)


def narrowed(request: HttpRequest, unit: Any) -> Narrowed:
    """Return what the address asks for."""
    form = EndingForm(request.GET)
    if not form.is_valid():
        return Narrowed(form, [])
    asked = form.cleaned_data
    days = DAYS.get(asked["days"])
    return Narrowed(form, ending(unit, days=days, kind=asked["kind"], text=asked["q"]))


class EndingList(ListPage):
    """What will end by itself here and below, the next end first."""

    permission = "accounts:list"
    title = gettext_lazy("Ends soon")
    table_class = EndingTable

    def get_filter(self) -> Narrowed:
        return narrowed(self.request, self.unit)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["table"].reach = self.may_set()
        count, query = context["count"], self.request.GET.urlencode()
        return context | {
            "count_text": ngettext("%(count)d right ends", "%(count)d rights end", count) % {"count": count},
            "export_url": reverse("accounts:ending_export") + (f"?{query}" if query else ""),
            "empty": self.empty(),
        }

    def may_set(self) -> Callable[[Ending], bool]:
        """Return the question whether the reader may set the dates of a line; never of his own."""
        reader: Any = self.request.user
        reach = Reach(reader)

        def may(end: Ending) -> bool:
            return end.account.pk != reader.pk and reach.may_set(end.kind, end.unit.pk)

        return may

    def empty(self) -> EmptyState:
        if any(self.request.GET.get(name) for name in SEARCHES):
            return EmptyState(_("Nothing matches"), _("Choose more days, or take a filter away."), "search-x")
        text = _("Rights with a last day stand here. Dates are set on the page of an account or a group.")
        return EmptyState(_("Nothing ends by itself"), text, "calendar-check")


class EndingExport(PeopleFile):
    """The same lines, with the same filters, as CSV; formulas in it are made harmless (N5)."""

    permission = "accounts:list"

    def page_url(self) -> str:
        return reverse("accounts:ending_list") + self.filters()

    def file(self) -> HttpResponseBase:
        found = narrowed(self.request, self.unit).qs
        answer = StreamingHttpResponse(csv_lines(csv_of(found)), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="ends-soon.csv"'
        return answer
