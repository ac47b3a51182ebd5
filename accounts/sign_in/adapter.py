"""What django-allauth is told: who may sign in, where to, and that all else stays ours."""

from typing import Any, NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.addresses import canonical
from accounts.models import Account
from accounts.services.sessions import record_failed_sign_in
from accounts.sign_in.browsers import known_browser, remember_browser
from accounts.sign_in.throttle import count_try
from adminrights.exceptions import SignInRefused
from adminrights.origin import current_origin

NOWHERE = "0.0.0.0"  # noqa: S104 - stands for an unknown address


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up, no mail is sent and no address is kept by allauth: accounts and the outbox do that."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _lazy("Too many wrong codes. Wait 15 minutes, then try again."),
        "rate_limited": _lazy("Too many wrong codes. Wait 15 minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> NoReturn:
        raise NotImplementedError("Mails are promised in a change; see accounts/mail.py.")

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: the services tell the person."""

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: the pages say what was done."""

    def get_client_ip(self, request: HttpRequest) -> str:
        return current_origin().address or NOWHERE

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Account:
        """Return the account with the address and the password. Raises SignInRefused, TooManyTries.

        One sentence stands for every reason, the lock included (A9).
        """
        email = credentials["email"]
        account = Account.objects.filter(email_key=canonical(email)).first()
        tries = count_try(request, known_browser(request, account) if account else "")
        found = authenticate(request, username=email, password=credentials["password"], spared=tries.spared)
        if not isinstance(found, Account):
            record_failed_sign_in(email)
            raise SignInRefused(_("No account that may sign in has this address and this password."))
        tries.usage.rollback()
        return found

    def respond_user_inactive(self, request: HttpRequest, user: Account) -> HttpResponse:
        return redirect("accounts:sign_in")

    def login(self, request: HttpRequest, user: Account) -> None:
        """Begin the session, unless the account was disabled between two steps of signing in."""
        if not Account.objects.filter(pk=user.pk, status=Account.Status.ACTIVE).exists():
            raise ImmediateHttpResponse(redirect("accounts:sign_in"))
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: Account, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        messages.success(request, _("Welcome, %s.") % user.first_name)
        remember_browser(request, response, user)
        return response
