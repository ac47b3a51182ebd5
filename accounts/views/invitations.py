"""Resend Invite and Cancel Invite (S0-43 to S0-45; T3, T4)."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from accounts.services.invitations import cancel_invitation, resend_invitation
from accounts.views.accounts import AccountPage
from accounts.views.steps import StepPage
from adminrights.change import Change
from adminrights.consequences import Line
from adminrights.views import CommandPage


class InvitationResend(AccountPage, CommandPage):
    permission = "accounts:update"

    def run(self) -> str:
        resend_invitation(self.object, actor=self.request.user, unit=self.unit)
        return _("A new invitation to %s is on its way. The link sent before is dead.") % self.object.email


class InvitationCancel(StepPage):
    permission = "accounts:update"
    submit_label = gettext_lazy("Cancel Invite")
    # "Cancel" would be the name of both buttons.
    extra_context: Any = {"cancel_label": gettext_lazy("Keep it")}
    # The service takes no reason.
    form_class: Any = forms.Form

    def get_title(self) -> str:
        return _("Cancel the invitation of %s?") % self.object.name

    def sentence(self) -> str:
        return _("The account becomes disabled, and the link that was sent stops working.")

    def lines(self, change: Change | None) -> list[Line]:
        return [
            {"kind": "note", "text": _("No mail is sent.")},
            {
                "kind": "note",
                "text": _("Groups and rights are kept; Reactivate makes it pending again."),
            },
        ]

    def step(self, account: Account, reason: str) -> None:
        cancel_invitation(account, actor=self.request.user, unit=self.unit)

    def done(self, result: Account) -> str:
        return _("The invitation of %s is cancelled and the account disabled.") % result.name
