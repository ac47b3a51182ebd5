"""What every request of somebody who is signed in passes through, besides the unit."""

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.factors import has_factor, lacks_factor
from accounts.models import Account
from accounts.sign_in.limits import has_run_out, note_presence
from accounts.sign_in.proof import is_proved, proved
from adminrights.going import go

Answer = Callable[[HttpRequest], HttpResponse]


class LimitsMiddleware:
    """Ends a session that has lasted too long, or in which nothing was done."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, Account):
            if has_run_out(request.session, request.user):
                get_adapter().logout(request)
            else:
                note_presence(request.session)
        return self.answer(request)


class FactorMiddleware:
    """Leads to what comes before anything else: a second factor, or a longer password."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        account = request.user
        if isinstance(account, Account) and not self._is_on_the_way(request.path):
            if lacks_factor(account):
                return go(request, reverse("accounts:my_security"))
            if account.password_is_short and not has_factor(account):
                return go(request, reverse("accounts:my_password"))
        return self.answer(request)

    def _is_on_the_way(self, path: str) -> bool:
        ways = ("accounts:my_security", "accounts:sign_out", "accounts:my_password", "accounts:prove")
        return any(path.startswith(reverse(way)) for way in ways)


class ProofMiddleware:
    """Says to the guards whether the person has lately proved who they are."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not isinstance(request.user, Account):
            return self.answer(request)
        with proved(fresh=is_proved(request)):
            return self.answer(request)
