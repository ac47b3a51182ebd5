"""The columns of Requests, and how they are searched and narrowed."""

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_filters import CharFilter, ChoiceFilter, FilterSet

from accounts.models import AccessRequest, Account
from accounts.models.requests import AccessRequestQuerySet
from adminrights import cells
from adminrights.navigation import path_of

STATES = [("open", pgettext_lazy("status", "Open")), ("answered", _("Answered"))]


class RequestTable(tables.Table):
    """Who asks for what, why, until when, since when, and what became of it."""

    account = tables.Column(_("Name"), order_by=("account__last_name", "account__first_name", "pk"))
    permission = tables.Column(_("Asks for"), order_by=("permission", "pk"))
    unit = tables.Column(_("Unit"), order_by=("unit__name", "pk"))
    until = tables.Column(_("Until"), order_by=("until", "pk"), empty_values=())
    asked_at = tables.Column(_("Asked"), order_by=("asked_at", "pk"))
    state = tables.Column(_("Status"), orderable=False)

    class Meta:
        order_by = "-asked_at"
        attrs = {"caption": _("Requests for access")}

    def render_account(self, record: AccessRequest) -> SafeString:
        return cells.row_link(path_of("accounts:request_detail", record.pk), record.account.name)

    def render_permission(self, record: AccessRequest) -> SafeString:
        return format_html('<div>{}<span class="mail-more">{}</span></div>', record.label, record.reason)

    def render_unit(self, record: AccessRequest) -> str:
        return record.unit.name

    def render_until(self, record: AccessRequest) -> SafeString:
        return cells.day(record.until, "–")

    def render_asked_at(self, value: Any) -> SafeString:
        return cells.day(value, "")

    def render_state(self, record: AccessRequest) -> SafeString:
        return cells.badge(record.state_now)


class RequestFilter(FilterSet):
    """Search by person, and whether it waits for an answer; it is asked for those that do."""

    q = CharFilter(label=_("Name or e-mail"), method="search")
    state = ChoiceFilter(label=_("Status"), choices=STATES, method="by_state", empty_label=_("All"))

    class Meta:
        model = AccessRequest
        fields: list[str] = []

    def __init__(self, data: Any, *args: Any, **kwargs: Any) -> None:
        data = data.copy()
        data.setdefault("state", "open")
        super().__init__(data, *args, **kwargs)

    def search(self, requests: AccessRequestQuerySet, name: str, text: str) -> AccessRequestQuerySet:
        return requests.filter(account__in=Account.objects.search(text))

    def by_state(self, requests: AccessRequestQuerySet, name: str, state: str) -> AccessRequestQuerySet:
        waiting = requests.open()
        return waiting if state == "open" else requests.exclude(pk__in=waiting.order_by().values("pk"))
