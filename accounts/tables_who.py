"""The columns of "Who can"."""

from collections.abc import Iterator, Mapping
from typing import Any

import django_tables2 as tables
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.sources import SourceLine
from accounts.who.judge import HANDED
from accounts.who.listing import Row, what_of
from accounts.who.question import Question
from adminrights import cells
from adminrights.days import brief
from adminrights.navigation import path_of

SHOWN = 3


class WhoTable(tables.Table):
    """Who, in what state, what of it, through what, until when, and why."""

    name = tables.Column(gettext_lazy("Name"), order_by=("order",), empty_values=())
    status = tables.Column(gettext_lazy("Status"), order_by=("status", "order"), empty_values=())
    what = tables.Column(pgettext_lazy("what somebody may do", "May"), orderable=False, empty_values=())
    how = tables.Column(gettext_lazy("How"), orderable=False, empty_values=())
    until = tables.Column(gettext_lazy("Until"), order_by=("ends", "order"), empty_values=())
    why = tables.Column(gettext_lazy("Why"), orderable=False, empty_values=())

    class Meta:
        order_by = "name"
        attrs = {"caption": gettext_lazy("People")}

    # Of the people that the page shows: set by the page, in one go for all.
    lines: Mapping[int, tuple[SourceLine, ...]] = {}
    question: Question
    past = False

    def before_render(self, request: HttpRequest) -> None:
        reader: Any = request.user
        self.opens = reader.may("accounts:get", request.unit)  # type: ignore[attr-defined]
        hidden = {"what": self.question.item is None, "until": self.past, "why": not self.explained(request)}
        for name in (name for name, gone in hidden.items() if gone):
            self.columns.hide(name)

    def explained(self, request: Any) -> bool:
        """Whether "Why" answers the same question: for today, in the unit one works in."""
        here = self.question.unit.pk == request.unit.pk
        return self.opens and here and not self.past and self.question.role is None

    def render_name(self, record: Row) -> SafeString:
        # Of whoever isn't listed any more there is no address, and no page.
        if not record.email:
            return format_html("<span>{}</span>", record.name)
        address = format_html('<span class="muted who-address">{}</span>', cells.address(record.email))
        if not self.opens:
            return format_html("<span>{} {}</span>", record.name, address)
        link = cells.row_link(path_of("accounts:account_detail", record.pk), record.name)
        return format_html("<span>{} {}</span>", link, address)

    def render_status(self, record: Row) -> SafeString:
        return cells.badge(record.status)

    def render_what(self, record: Row) -> SafeString:
        return cells.tags([{"label": label, "title": label} for label in what_of(record)])

    def render_how(self, record: Row) -> SafeString:
        lines = self.lines.get(record.pk, ())
        shown = format_html_join("", "{}", ((_source(line),) for line in lines[:SHOWN]))
        if more := lines[SHOWN:]:
            title = "; ".join(line.text for line in more)
            shown += format_html('<li class="muted" title="{}">{}</li>', title, _("and %d more") % len(more))
        return format_html('<ul class="sources">{}</ul>', shown)

    def render_until(self, record: Row) -> SafeString:
        return cells.day(record.until, "") if record.until else cells.EMPTY

    def render_why(self, record: Row) -> SafeString:
        asked = self.question.permission or next(iter(record.having.keys), "")
        if record.having.counted == HANDED or not asked:
            return cells.EMPTY
        if self.question.why:
            url = reverse("accounts:account_access", args=[record.pk], query={"q": self.question.why})
        else:
            url = reverse("accounts:account_why", args=[record.pk, asked])
        label = _("Why %s may do it") % record.name
        return format_html('<a href="{}" aria-label="{}">{}</a>', url, label, _("Why"))


def _source(line: SourceLine) -> SafeString:
    text = (
        format_html('<a href="{}">{}</a>', line.url, line.text) if line.url else format_html("{}", line.text)
    )
    notes = format_html_join("", ' <span class="muted">· {}</span>', ((note,) for note in _notes(line)))
    sign = cells.icon(cells.SOURCES.get(line.kind, "info"), 14)
    return format_html('<li class="source source-{}">{}<span>{}{}</span></li>', line.kind, sign, text, notes)


def _notes(line: SourceLine) -> Iterator[str]:
    if line.unit:
        yield line.unit
    if line.until and line.since:
        yield brief(line.since, line.until, line.until)
