"""Sign in, sign out, forgotten password."""

from time import monotonic
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.http import HttpResponseClientRedirect

from accounts.forms.session import PasswordResetForm, SignInForm
from accounts.models import Account
from accounts.services.passwords import ask_password_reset
from accounts.services.sessions import record_sign_out
from accounts.sign_in.pace import sleep_from, steady
from accounts.sign_in.steps import passkeys_work, sign_in_by_password, wanted_page
from accounts.sign_in.throttle import count_reset
from accounts.views.links import ADDRESS, keep_opened
from adminrights.exceptions import SignInRefused, TooManyTries
from adminrights.views import FormPage, Open, Page
from adminrights.views.access import public


@public
class SignIn(FormPage):
    open_to = Open.EVERYONE
    title = gettext_lazy("Sign in")
    template_name = "accounts/sign_in.html"
    form_class = SignInForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect(self.get_success_url())
        if request.htmx:  # type: ignore[attr-defined]
            # A session ended while a page was open: the whole window must come here, not a part of it.
            query = request.GET.copy()
            query["next"] = page_behind(request)
            return HttpResponseClientRedirect(f"{request.path}?{query.urlencode()}")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            next=wanted_page(self.request), passkeys_work=passkeys_work(self.request), **kwargs
        )

    def get_initial(self) -> dict[str, Any]:
        return {"email": self.request.session.get(ADDRESS, "")}

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            account = self.authenticate(form.cleaned_data)
        except SignInRefused as refusal:
            form.add_error(None, str(refusal))
            response = self.form_invalid(form)
            response.status_code = 429 if isinstance(refusal, TooManyTries) else 422
            return response
        return sign_in_by_password(self.request, account, wanted=self.get_success_url())

    def authenticate(self, credentials: dict[str, str]) -> Account:
        """Return who signs in. Raises SignInRefused, after the same time for everybody, and TooManyTries."""
        begun = monotonic()
        try:
            return get_adapter().authenticate(self.request, **credentials)
        except TooManyTries:
            raise
        except SignInRefused:
            sleep_from(begun)
            raise

    def get_success_url(self) -> str:
        return wanted_page(self.request) or resolve_url(settings.LOGIN_REDIRECT_URL)


def page_behind(request: HttpRequest) -> str:
    """Return the path of the page that asked by htmx; nothing for a page elsewhere, or for no address."""
    try:
        path: str | None = request.htmx.current_url_abs_path  # type: ignore[attr-defined]
    except ValueError:
        return ""
    return path or ""


@public
class SignOut(Page):
    open_to = Open.EVERYONE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if isinstance(request.user, Account):
            record_sign_out(request.user)
        with keep_opened(request) as target:
            get_adapter().logout(request)
        messages.success(request, _("You are signed out."))
        return redirect(target or "accounts:sign_in")


@public
class PasswordReset(FormPage):
    open_to = Open.EVERYONE
    title = gettext_lazy("Forgotten password")
    template_name = "accounts/password_reset.html"
    form_class = PasswordResetForm

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            count_reset(self.request)
        except TooManyTries as refusal:
            form.add_error(None, str(refusal))
            return self.render_to_response(self.get_context_data(form=form), status=429)
        with steady():
            ask_password_reset(form.cleaned_data["email"])
        return redirect(reverse("accounts:password_reset_sent"))


@public
class PasswordResetSent(Page):
    open_to = Open.EVERYONE
    title = gettext_lazy("Look into your mail")
    template_name = "accounts/password_reset_sent.html"
