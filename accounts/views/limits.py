"""Who can't sign in right now: the page, letting a place try again, signing everybody out."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.limited import limits_seen_from, locked_in
from accounts.models import Account
from accounts.services.sessions import end_sessions_of_all, lift_sign_in_limit
from accounts.sign_in.proof import ask_proof, is_proved
from accounts.sign_in.steps import stay_signed_in
from adminrights.change import Change
from adminrights.consequences import Line
from adminrights.models import Unit
from adminrights.navigation import Button
from adminrights.views import CommandPage, Page
from adminrights.views.confirm import ConfirmPage
from adminrights.views.units import UnitPage

MOST_SHOWN = 100


class SignInLimits(Page):
    """Places and accounts that are limited, since when, until when, by how many tries (A10)."""

    permission = "accounts:update"
    title = gettext_lazy("Sign-in limits")
    template_name = "security/limits.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            limits=limits_seen_from(self.unit),
            locked=locked_in(self.unit)[:MOST_SHOWN],
            buttons=self.buttons(),
            **kwargs,
        )

    def buttons(self) -> list[Button]:
        root = self.unit.root or self.unit
        if self.unit.pk != root.pk or not self.may("access:delegate"):
            return []
        everybody = reverse("accounts:all_sessions_end", args=[root.pk])
        return [Button(_("Sign everybody out"), everybody, "log-out", style="danger", dialog=True)]


class SignInLimitLift(CommandPage):
    permission = "accounts:update"

    def run(self) -> str:
        place = self.request.POST.get("source", "")[:64]
        lifted = lift_sign_in_limit(place, actor=self.request.user, unit=self.unit)
        return _("Tries from %s are counted anew.") % lifted

    def get_success_url(self) -> str:
        return reverse("accounts:sign_in_limits")


class AllSessionsEnd(UnitPage, ConfirmPage):
    """Signs everybody of the organisation out, whoever does it only elsewhere (S4)."""

    permission = "access:delegate"
    submit_label = gettext_lazy("Sign everybody out")

    def visible(self) -> QuerySet[Unit]:
        return super().visible().roots()  # type: ignore[attr-defined]

    def get_title(self) -> str:
        return _("Sign everybody of %s out?") % self.object

    def get_sentence(self) -> str:
        return _("Whatever is open in any browser ends at once, and all have to sign in again.")

    def get_notes(self) -> list[Line]:
        return [
            {"kind": "note", "text": _("You stay signed in here, and nowhere else.")},
            {"kind": "note", "text": _("Who works in another organisation too is signed out there as well.")},
        ]

    def get_consequences(self, change: Change | None) -> list[Line]:
        return []

    def get_success_url(self) -> str:
        return reverse("accounts:sign_in_limits") if self.may("accounts:update") else reverse("home")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.find()
        if not is_proved(request):
            return ask_proof(request)
        account: Account = request.user  # type: ignore[assignment]
        before = account.session_epoch
        response = super().post(request, *args, **kwargs)
        account.refresh_from_db(fields=["session_epoch", "browser_epoch"])
        if account.session_epoch != before:
            stay_signed_in(request, response, account)
        return response

    def run(self) -> str:
        number = end_sessions_of_all(self.object, actor=self.request.user)
        words = ngettext("%(number)d person is signed out.", "%(number)d people are signed out.", number)
        return words % {"number": number}
