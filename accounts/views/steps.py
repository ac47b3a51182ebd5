"""The steps of an account's life, each a button (S0-48, S0-49; T7, T8, T11, T12)."""

from collections.abc import Callable
from typing import Any

from django.forms import BaseForm
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.accounts import ReasonForm
from accounts.models import Account
from accounts.removal import what_goes, what_stays
from accounts.services.lifecycle import (
    disable_account,
    reactivate_account,
    remove_account,
    unlock_account,
)
from accounts.views.accounts import AccountPage
from accounts.views.tabs import has_several_units
from adminrights.change import Change, preview
from adminrights.consequences import Line, consequences
from adminrights.exceptions import Invalid, Moved, Refused
from adminrights.promises import promised, seal
from adminrights.views import CommandPage, FormPage
from adminrights.views.collecting import Collected


class StepPage(AccountPage, Collected, FormPage):
    """Says what a step will do, asks, and does it. What would be refused says why and has no button."""

    template_name = "generic/confirm.html"
    dialog_template_name = "generic/confirm.html"
    form_class: Any = ReasonForm
    submit_style = "danger"
    collects = True

    def step(self, account: Account, reason: str) -> object:
        """Call the service."""
        raise NotImplementedError

    def apply(self, form: Any) -> Account:
        account: Account = self.object
        try:
            with promised(self.looked()[0]):
                self.step(account, form.cleaned_data.get("reason", ""))
        except Refused:
            account.refresh_from_db()
            raise
        return account

    def refused(self, form: BaseForm, refusal: Refused) -> HttpResponse:
        if not isinstance(refusal, Moved):
            return super().refused(form, refusal)
        context = self.get_context_data(form=form, said=str(refusal))
        return self.render_to_response(context, status=409)

    def form_valid(self, form: BaseForm) -> HttpResponse:
        if not self.wants_collecting():
            return super().form_valid(form)
        change, refusal = self.try_out()
        if refusal:
            return self.refused(form, Invalid(refusal))
        try:
            return self.keep(self.lines(change))
        except Invalid as full:
            return self.refused(form, full)

    def do(self) -> None:
        form = self.get_form()
        form.is_valid()
        self.step(self.object, form.cleaned_data.get("reason", ""))

    def sentence(self) -> str:
        """Return what will happen, in one sentence."""
        raise NotImplementedError

    def lines(self, change: Change | None) -> list[Line]:
        """Return the consequences, one line each."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        change, refusal = self.try_out()
        return super().get_context_data(
            sentence="" if refusal else self.sentence(),
            effects=[] if refusal else self.lines(change),
            refusal=refusal,
            previewed="" if refusal else seal(change, self.seal_place),
            submit_style=self.submit_style,
            **kwargs,
        )

    def try_out(self) -> tuple[Change | None, str]:
        """Do it and roll it back: what the page says is what will happen."""
        account = self.visible().get(pk=self.object.pk)
        run: Callable[[], object] = lambda: self.step(account, "")  # noqa: E731 - a name for the closure
        try:
            return preview(run), ""
        except Refused as refusal:
            return None, str(refusal)


class AccountDisable(StepPage):
    permission = "accounts:update"
    submit_label = gettext_lazy("Disable")

    def get_title(self) -> str:
        return _("Disable %s?") % self.object.name

    def sentence(self) -> str:
        return _("%s won't be able to sign in until somebody reactivates the account.") % self.object.name

    def lines(self, change: Change | None) -> list[Line]:
        return [
            {"kind": "lose", "text": _("Everything open in the browser ends at once.")},
            {"kind": "mail", "text": _("A short notice goes to %s.") % self.object.email},
            {
                "kind": "note",
                "text": _("Groups, rights and history are kept, and count again with Reactivate."),
            },
            *consequences(change),
        ]

    def step(self, account: Account, reason: str) -> None:
        disable_account(account, actor=self.request.user, unit=self.unit, reason=reason)

    def done(self, result: Account) -> str:
        return _("%(name)s is disabled. A notice to %(email)s is on its way.") % {
            "name": result.name,
            "email": result.email,
        }


class AccountRemove(StepPage):
    """T12, S4-34."""

    permission = "accounts:delete"
    submit_label = gettext_lazy("Remove")

    def get_title(self) -> str:
        return _("Remove %s?") % self.object.name

    def sentence(self) -> str:
        words = {"name": self.object.name, "unit": self.unit.root.name if self.unit.root else self.unit.name}
        return _("%(name)s loses all access to %(unit)s and is listed here no more.") % words

    def lines(self, change: Change | None) -> list[Line]:
        several = has_several_units(self.request)
        goes, stays = what_goes(change, name_units=several), what_stays(name_units=several)
        return [*goes, *consequences(change), *stays]

    def step(self, account: Account, reason: str) -> None:
        remove_account(account, actor=self.request.user, unit=self.unit, reason=reason)

    def done(self, result: Account) -> str:
        return _("%s has no access here any more.") % result.name

    def get_success_url(self) -> str:
        return reverse("accounts:account_list")

    def get_cancel_url(self) -> str:
        return str(self.object.get_absolute_url())


class AccountReactivate(StepPage):
    """S0-46, S0-47, S0-49."""

    permission = "accounts:update"
    submit_label = gettext_lazy("Reactivate")
    submit_style = "primary"

    def get_title(self) -> str:
        return _("Reactivate %s?") % self.object.name

    def sentence(self) -> str:
        if self.object.confirmed_at is None:
            return _("%s becomes pending again. Resend Invite sends the invitation then.") % self.object.name
        return _("%s may sign in again and has all that is given here.") % self.object.name

    def lines(self, change: Change | None) -> list[Line]:
        mail = {"kind": "mail", "text": _("A short notice goes to %s.") % self.object.email}
        none = {"kind": "note", "text": _("No mail is sent.")}
        return [none if self.object.confirmed_at is None else mail, *consequences(change)]

    def step(self, account: Account, reason: str) -> None:
        reactivate_account(account, actor=self.request.user, unit=self.unit, reason=reason)

    def done(self, result: Account) -> str:
        if result.status == Account.Status.PENDING:
            return _("%s is pending again. No invitation was sent; Resend Invite sends it.") % result.name
        return _("%(name)s is active again. A notice to %(email)s is on its way.") % {
            "name": result.name,
            "email": result.email,
        }


class AccountUnlock(AccountPage, CommandPage):
    """T11."""

    permission = "accounts:update"

    def run(self) -> str:
        unlock_account(self.object, actor=self.request.user, unit=self.unit)
        return _("%s can sign in again.") % self.object.name
