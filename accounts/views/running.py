"""Ending sessions: one's own, one by one or all others; somebody's, by an administrator."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.services.sessions import end_other_sessions, end_session, end_sessions
from accounts.sign_in.steps import stay_signed_in
from accounts.views.accounts import AccountPage
from accounts.views.security import SecurityPage
from adminrights.exceptions import NotFound
from adminrights.views import CommandPage


class SessionEnd(SecurityPage):
    """Ends one of one's own sessions."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            end_session(self.account, self.kwargs["pk"])
        except NotFound as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("That session has ended."))
        return redirect("accounts:my_security")


class OtherSessionsEnd(SecurityPage):
    """Signs out everywhere but here."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        end_other_sessions(self.account)
        response = redirect("accounts:my_security")
        stay_signed_in(request, response, self.account)
        messages.success(request, _("Everywhere else you are signed out."))
        return response


class AccountSessionsEnd(AccountPage, CommandPage):
    """Signs somebody out everywhere."""

    permission = "accounts:update"

    def run(self) -> str:
        end_sessions(self.object, actor=self.request.user, unit=self.unit)
        return _("%s is signed out everywhere.") % self.object.name
