"""The second step of signing in, and signing in by a passkey alone."""

from typing import Any

from allauth.account.internal.stagekit import clear_login
from allauth.account.stages import LoginStageController
from allauth.core.internal.ratelimit import consume
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.internal.auth import begin_authentication
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.factors import factors_of
from accounts.forms.factors import CodeForm, PasskeyProof, PasskeySignInForm
from accounts.models import Account
from accounts.services.sessions import record_failed_sign_in
from accounts.sign_in.steps import holds, is_shut_out, sign_in_by_passkey, wanted_page
from adminrights.views import FormPage, Open, Page
from adminrights.views.access import public


@public
class SecondStep(FormPage):
    """A code or a passkey, after the password."""

    open_to = Open.EVERYONE
    title = gettext_lazy("Second step")
    template_name = "security/second_step.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return redirect("home")
        self.stage = LoginStageController.enter(request, AuthenticateStage.key)
        if self.stage is None or not holds(self.stage.login):
            clear_login(request)
            return redirect("accounts:sign_in")
        self.account: Account = self.stage.login.user
        return super().dispatch(request, *args, **kwargs)

    def get_form_class(self) -> Any:
        return PasskeyProof if "credential" in self.request.POST else CodeForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"account": self.account}

    def form_valid(self, form: Any) -> HttpResponse:
        post_authentication(self.request, form.authenticator)
        response: HttpResponse = self.stage.exit()
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        # Whoever gets here knows the password: guesses count as wrong passwords do.
        record_failed_sign_in(self.account.email)
        return super().form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        typed = isinstance(context["form"], CodeForm)
        factors = factors_of(self.account)
        passkeys = any(factor.is_passkey for factor in factors)
        return context | {
            "code_form": context["form"] if typed else CodeForm(account=self.account),
            "refused_passkey": None if typed else context["form"],
            "has_app": any(not factor.is_passkey for factor in factors),
            "options": {"request_options": begin_authentication(self.account)} if passkeys else None,
        }


@public
class PasskeySignIn(Page):
    """Gives scripts the question, and takes the answer of a passkey."""

    open_to = Open.EVERYONE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.headers.get("Accept") != "application/json":
            return redirect("accounts:sign_in")
        return JsonResponse({"request_options": begin_authentication(None)})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = PasskeySignInForm(data=request.POST)
        allowed = consume(request, app="allauth.mfa", action="webauthn_login")
        if not allowed or not form.is_valid():
            return self.refuse_passkey()
        passkey = form.cleaned_data["credential"]
        if is_shut_out(request, passkey.user):
            return self.refuse_passkey()
        return sign_in_by_passkey(request, passkey, wanted=wanted_page(request) or resolve_url("home"))

    def refuse_passkey(self) -> HttpResponse:
        """Say the same for every reason (A9)."""
        messages.error(self.request, _("No account that may sign in has this passkey."))
        return redirect("accounts:sign_in")
