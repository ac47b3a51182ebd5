"""Mail that didn't arrive: the list, and sending it again."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.letters import undelivered_in
from accounts.models import may_enter
from accounts.services.mail import send_all_again
from accounts.tables_mail import MailFilter, MailTable
from adminrights.exceptions import WrongStatus
from adminrights.models import OutgoingMail
from adminrights.models.mail import OutgoingMailQuerySet
from adminrights.navigation import Button, EmptyState
from adminrights.outbox import send_again
from adminrights.views import CommandPage, ListPage

AT_ONCE = 100


class MailList(ListPage):
    """Every mail to people of the unit that never left or didn't arrive."""

    permission = "accounts:update"
    title = gettext_lazy("Mail that didn't arrive")
    table_class = MailTable
    filterset_class = MailFilter

    def get_queryset(self) -> OutgoingMailQuerySet:
        return undelivered_in(self.unit).select_related("account")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        count = context["count"]
        words = ngettext("%(count)d mail", "%(count)d mails", count) % {"count": count}
        extra = {"buttons": self.buttons(count), "count_text": words, "empty": self.empty()}
        return context | extra | {"explains": "mail"}

    def buttons(self, count: int) -> list[Button]:
        if count < 2:
            return []
        url = reverse("accounts:mail_again_all")
        return [Button(_("Send all again"), url, "send", style="primary", post=True)]

    def empty(self) -> EmptyState:
        if any(self.request.GET.get(name) for name in ("q", "kind", "outcome")):
            everything = Button(_("Show all of them"), self.request.path)
            return EmptyState(_("No mail matches"), _("Take a filter away."), "search-x", everything)
        text = _("Whatever never leaves, or comes back from the receiver, will stand here.")
        return EmptyState(_("No mail went astray"), text, "mail-check")


class MailAgain(CommandPage):
    """One mail once more."""

    permission = "accounts:update"

    def visible(self) -> OutgoingMailQuerySet:
        mails = OutgoingMail.objects.filter(may_enter(self.unit, "account"))
        return mails.select_related("account")

    def run(self) -> str:
        send_again(self.object, actor=self.request.user, unit=self.unit)
        return _("The mail to %s is on its way again.") % self.object.address

    def get_success_url(self) -> str:
        if self.request.POST.get("back") == "account":
            return str(self.object.account.get_absolute_url())
        return reverse("accounts:mail_list")


class MailAgainAll(CommandPage):
    """Everything that didn't arrive once more, as after an outage of the provider."""

    permission = "accounts:update"

    def run(self) -> str:
        mails = undelivered_in(self.unit).select_related("account")[:AT_ONCE]
        done = send_all_again(mails, actor=self.request.user, unit=self.unit)
        if not done.mails:
            raise WrongStatus(_("There is nothing to send again: nobody needs these mails any more."))
        number = len(done.mails)
        words = ngettext(
            "%(number)d mail is on its way again.", "%(number)d mails are on their way again.", number
        )
        if done.left:
            words += " " + _("What nobody needs any more was left.")
        return words % {"number": number}

    def get_success_url(self) -> str:
        return reverse("accounts:mail_list")
