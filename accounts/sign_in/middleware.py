"""What every request of somebody who is signed in passes through, besides the unit."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.factors import has_factor, lacks_factor
from accounts.models import Account
from accounts.sign_in import ended
from accounts.sign_in.limits import has_run_out, is_idle, note_presence
from accounts.sign_in.proof import is_proved, proved
from adminrights.going import go

Answer = Callable[[HttpRequest], HttpResponse]


class LimitsMiddleware:
    """Ends a session that has lasted too long, or in which nothing was done; says why one is signed out."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        holder = ended.held_by(request)
        if isinstance(request.user, Account):
            if has_run_out(request.session, request.user):
                self._note(request, ended.IDLE if is_idle(request.session) else ended.TOO_OLD)
                get_adapter().logout(request)
            else:
                note_presence(request.session)
        elif holder is not None:
            self._note(request, ended.reason_for(holder))
            # Django leaves the session of whoever isn't active as it is.
            request.session.flush()
        return self.answer(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: object, kwargs: object
    ) -> None:
        """Tell it where one has to sign in: messages work by now, and other pages go on as they were."""
        reason = getattr(request, "ended_because", None)
        if reason is None:
            return
        if getattr(view, "login_required", True) or request.path == reverse("accounts:sign_in"):
            ended.tell(request, reason)

    def _note(self, request: HttpRequest, reason: object) -> None:
        request.ended_because = reason  # type: ignore[attr-defined]


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
