"""The columns of Mail, and how it is searched and narrowed."""

from typing import Any

import django_tables2 as tables
from django.middleware.csrf import get_token
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet

from accounts.history import MESSAGES
from accounts.letters import again_button, label_of
from accounts.models import Account
from adminrights import cells
from adminrights.models import OutgoingMail
from adminrights.models.mail import OutgoingMailQuerySet

OUTCOMES = [
    ("failed", _("Not sent")),
    ("given_up", _("Given up")),
    ("bounced", _("Came back")),
    ("rejected", _("Refused by the provider")),
    ("complained", _("Marked as spam")),
]


class MailTable(tables.Table):
    """To whom, which mail, what became of it and why, from when, and the button that sends it again."""

    account = tables.Column(_("To"), order_by=("account__last_name", "account__first_name", "pk"))
    message = tables.Column(_("Mail"), order_by=("message", "pk"))
    outcome = tables.Column(_("Status"), orderable=False)
    created_at = tables.Column(_("Date"), order_by=("created_at", "pk"))
    actions = tables.Column("", empty_values=(), orderable=False)

    class Meta:
        order_by = "-created_at"
        attrs = {"caption": _("Mails that didn't arrive")}

    def render_account(self, record: OutgoingMail) -> SafeString:
        name = cells.row_link(record.account.get_absolute_url(), record.account.name)
        return format_html('<div>{}<span class="mail-more">{}</span></div>', name, record.address)

    def render_message(self, record: OutgoingMail) -> str:
        return str(label_of(record))

    def render_outcome(self, record: OutgoingMail) -> SafeString:
        shown, why = cells.badge(record.outcome), record.why_not
        return format_html('<div>{}<span class="mail-more">{}</span></div>', shown, why) if why else shown

    def render_created_at(self, value: Any) -> SafeString:
        return cells.day(value, "")

    def render_actions(self, record: OutgoingMail) -> SafeString:
        return cells.quick_menu([again_button(record)], record.account.name, get_token(self.request))


class MailFilter(FilterSet):
    """Search by name and address, kind of mail, and what became of it."""

    q = CharFilter(label=_("Name or e-mail"), method="search")
    kind = ChoiceFilter(
        label=_("Mail"), choices=list(MESSAGES.items()), method="by_kind", empty_label=_("All")
    )
    outcome = ChoiceFilter(label=_("Status"), choices=OUTCOMES, method="by_outcome", empty_label=_("All"))

    class Meta:
        model = OutgoingMail
        fields: list[str] = []

    def search(self, mails: OutgoingMailQuerySet, name: str, text: str) -> OutgoingMailQuerySet:
        return mails.filter(account__in=Account.objects.search(text))

    def by_kind(self, mails: OutgoingMailQuerySet, name: str, kind: str) -> OutgoingMailQuerySet:
        return mails.filter(message=kind)

    def by_outcome(self, mails: OutgoingMailQuerySet, name: str, outcome: str) -> OutgoingMailQuerySet:
        if outcome == OutgoingMail.State.GIVEN_UP:
            return mails.filter(state=outcome)
        if outcome == OutgoingMail.State.FAILED:
            return mails.filter(state=outcome) | mails.filter(state="sent", delivery=outcome)
        return mails.filter(state="sent", delivery=outcome)
