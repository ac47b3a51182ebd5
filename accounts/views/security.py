"""Sign-in and security: one's own second factors."""

from base64 import b64encode
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.internal.auth import begin_registration
from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.factors import codes_left, factors_of, has_factor, lacks_factor
from accounts.forms.factors import AppForm, PasskeyForm
from accounts.models import Account
from accounts.running import running_sessions
from accounts.services.factors import add_app, add_passkey, make_codes, remove_factor, use_code
from accounts.sign_in.new_app import forget_secret, secret_to_add
from accounts.sign_in.proof import ask_proof, is_proved
from accounts.sign_in.steps import passkeys_work, stay_signed_in
from adminrights.exceptions import Refused
from adminrights.navigation import Link
from adminrights.views import FormPage, Open, Page


class SecurityPage(Page):
    """A page about how one signs in oneself."""

    open_to = Open.SIGNED_IN

    @property
    def account(self) -> Account:
        account: Account = self.request.user  # type: ignore[assignment]
        return account

    def breadcrumbs(self) -> list[Link]:
        profile = Link(_("My profile"), reverse("accounts:my_profile"))
        return [profile, Link(_("Sign-in and security"), reverse("accounts:my_security"))]


class ProvedPage(SecurityPage):
    """A page for which one has to have proved lately who one is (S5)."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().dispatch(request, *args, **kwargs) if is_proved(request) else ask_proof(request)


class CredentialPage(SecurityPage, FormPage):
    """Changes how one signs in: this session goes on, all others end (S3)."""

    def form_valid(self, form: Any) -> HttpResponse:
        before = self.account.session_epoch
        response = super().form_valid(form)
        if self.account.session_epoch != before:
            stay_signed_in(self.request, response, self.account)
        return response

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"account": self.account}

    def get_success_url(self) -> str:
        # With the first factor comes the question of what happens when it is lost.
        without_codes = has_factor(self.account) and codes_left(self.account) is None
        return reverse("accounts:my_codes" if without_codes else "accounts:my_security")


class MySecurity(SecurityPage):
    title = gettext_lazy("Sign-in and security")
    template_name = "security/security.html"

    def breadcrumbs(self) -> list[Link]:
        return super().breadcrumbs()[:1]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        factors = factors_of(self.account)
        return super().get_context_data(
            factors=factors,
            has_app=any(not factor.is_passkey for factor in factors),
            codes_left=codes_left(self.account),
            must_add=lacks_factor(self.account),
            sessions=running_sessions(self.account, self.request.session.session_key or ""),
            passkeys_work=passkeys_work(self.request),
            **kwargs,
        )

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data())


class AppAdd(ProvedPage, CredentialPage):
    title = gettext_lazy("Add an authenticator app")
    template_name = "security/app_add.html"
    form_class = AppForm
    submit_label = gettext_lazy("Add the app")

    def get_form_kwargs(self) -> dict[str, Any]:
        secret = secret_to_add(self.request.session, again=self.request.method == "POST")
        return super().get_form_kwargs() | {"secret": secret}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        secret: str = context["form"].secret
        adapter = get_adapter()
        drawing = adapter.build_totp_svg(adapter.build_totp_url(self.account, secret))
        parts = [secret[start : start + 4] for start in range(0, len(secret), 4)]
        return context | {
            "secret": " ".join(parts),
            "picture": f"data:image/svg+xml;base64,{b64encode(drawing.encode()).decode()}",
        }

    def apply(self, form: AppForm) -> None:
        add_app(self.account, form.secret)
        # The code that proved it is used up as well.
        use_code(self.account, form.cleaned_data["code"])
        forget_secret(self.request.session)

    def done(self, result: object) -> str:
        return _("The app is added. From now on you are asked for its code when you sign in.")


class PasskeyAdd(ProvedPage, CredentialPage):
    title = gettext_lazy("Add a passkey")
    template_name = "security/passkey_add.html"
    form_class = PasskeyForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        options = {"creation_options": begin_registration(self.account, True)}  # noqa: FBT003 - the library's
        return super().get_context_data(options=options, **kwargs)

    def apply(self, form: PasskeyForm) -> None:
        data = form.cleaned_data
        add_passkey(self.account, name=data["name"], credential=data["credential"])

    def done(self, result: object) -> str:
        return _("The passkey is added. You can sign in with it from now on.")


class FactorRemove(ProvedPage, CredentialPage):
    template_name = "generic/confirm.html"
    form_class = forms.Form
    submit_label = gettext_lazy("Remove")

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        kwargs.pop("account")
        return kwargs

    def get_title(self) -> str:
        return _("Remove this second factor?")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        names = {factor.pk: factor.name for factor in factors_of(self.account)}
        last = len(names) == 1
        alone = _("It is your last one: after that your password alone signs you in.")
        return super().get_context_data(
            sentence=_("“%s” won't be asked for any more.") % names.get(self.kwargs["pk"], ""),
            effects=[{"kind": "lose", "text": alone}] if last else [],
            refusal="" if self.kwargs["pk"] in names else _("There is no such second factor."),
            submit_style="danger",
            **kwargs,
        )

    def find(self) -> None:
        return None

    def apply(self, form: Any) -> None:
        self.removed = remove_factor(self.account, self.kwargs["pk"])

    def done(self, result: object) -> str:
        return _("“%s” is removed.") % self.removed

    def get_success_url(self) -> str:
        return reverse("accounts:my_security")


class MyCodes(ProvedPage):
    """Recovery codes: asked for by a button, shown in the answer to it and never again."""

    title = gettext_lazy("Recovery codes")
    template_name = "security/codes.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(codes=[])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return self.show(codes=make_codes(self.account))
        except Refused as refusal:
            return self.show(codes=[], refusal=str(refusal))

    def show(self, **context: Any) -> HttpResponse:
        left = codes_left(self.account)
        return self.render_to_response(
            self.get_context_data(left=left, has_factor=has_factor(self.account), **context)
        )
