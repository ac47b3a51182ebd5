"""Least privilege: what nobody would miss, each with the step by which it goes."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.dates.kinds import place_of, words
from accounts.dates.views import DatedPage
from accounts.least.finding import Finding
from accounts.least.remedies import remedies
from accounts.least.report import DAYS, KINDS, USUAL, Chapter, Report, csv_of, report
from accounts.least.taking import take_grant
from accounts.views.files import PeopleFile
from accounts.views.tabs import has_several_units
from adminrights.navigation import Button
from adminrights.spreadsheet import csv_lines
from adminrights.views import DetailPage, Page
from adminrights.views.confirm import ConfirmPage

# Of a long chapter the page shows the beginning; the file has all of it.
MOST_SHOWN = 100


class DaysForm(forms.Form):
    """How far one looks back."""

    days = forms.ChoiceField(
        required=False, label=gettext_lazy("Not used for"), choices=lambda: [(d, _days(d)) for d in DAYS]
    )


def _days(days: int) -> str:
    return ngettext("%d day", "%d days", days) % days


@dataclass(frozen=True, slots=True)
class Row:
    """A finding as the page draws it."""

    finding: Finding
    label: str
    url: str
    buttons: list[Button]


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter as the page draws it."""

    chapter: Chapter
    count: str
    rows: list[Row]
    more: str
    export_url: str
    # Where nothing was found: what that means, and a drawing for it.
    nothing: str
    icon: str


class LeastPage(Page):
    """Reads the address: how many days, and which chapters the reader may see."""

    permission = "accounts:list"

    @cached_property
    def days(self) -> int:
        asked = self.request.GET.get("days", "")
        return next((days for days in DAYS if str(days) == asked), USUAL)

    def open_chapters(self) -> list[str]:
        return [kind.key for kind in KINDS.values() if self.may(kind.needs)]


class LeastPrivilege(LeastPage, DetailPage):
    """Chapter by chapter what could go without being missed."""

    title = gettext_lazy("Least privilege")
    template_name = "least/least.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = report(self.unit, self.days, self.open_chapters())
        count = ngettext("%d thing could go", "%d things could go", found.count) % found.count
        return super().get_context_data(
            form=DaysForm({"days": self.days}),
            subtitle=f"{count}. {self._since(found)}",
            sections=[self._section(chapter) for chapter in found.chapters],
            **kwargs,
        )

    def _since(self, found: Report) -> str:
        if found.since is None:
            return ""
        return _("Use has been recorded since %s.") % date_format(found.since, "SHORT_DATE_FORMAT")

    def _section(self, chapter: Chapter) -> Section:
        total, shown = len(chapter.found), chapter.found[:MOST_SHOWN]
        more = _("The first %(shown)d of %(total)d. The file has them all.")
        export = reverse("accounts:least_export", args=[chapter.kind.key])
        return Section(
            chapter=chapter,
            count=str(total) if total else "",
            rows=[self._row(finding) for finding in shown],
            more=more % {"shown": len(shown), "total": total} if total > len(shown) else "",
            export_url=f"{export}?days={self.days}" if total else "",
            nothing=str(chapter.later or chapter.kind.empty),
            icon="hourglass" if chapter.later else "circle-check",
        )

    def _row(self, finding: Finding) -> Row:
        reader: Any = self.request.user
        kind = type(finding.of)._meta.model_name
        seen = self.may(f"{kind}s:get", finding.unit)
        label = getattr(finding.of, "name" if kind == "account" else "display_name")
        return Row(finding, label, finding.of.get_absolute_url() if seen else "", remedies(finding, reader))


class LeastExport(PeopleFile, LeastPage):
    """One chapter as CSV, with everything that it found; formulas in it are made harmless (N5)."""

    def page_url(self) -> str:
        return reverse("accounts:least_privilege") + self.filters()

    def file(self) -> HttpResponseBase:
        key = self.kwargs["chapter"]
        if key not in self.open_chapters():
            raise Http404
        self.needs(KINDS[key].needs)
        lines = csv_lines(csv_of(report(self.unit, self.days, [key]).chapters))
        answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="least-privilege-{key}.csv"'
        return answer


class GrantTake(DatedPage, ConfirmPage):
    """Take one own right back; it asks first, and says what the person loses."""

    collects = True
    submit_label = gettext_lazy("Take back")

    def get_title(self) -> str:
        return _("Take back a right of %s?") % self.object.name

    def get_sentence(self) -> str:
        text = _("%(what)s in %(unit)s ends.") if has_several_units(self.request) else _("%(what)s ends.")
        return text % {"what": words(self.fact), "unit": place_of(self.fact).name}

    def run(self) -> str:
        take_grant(self.fact, actor=self.request.user)
        return _("%(what)s of %(who)s ended.") % {"what": words(self.fact), "who": self.object.name}
