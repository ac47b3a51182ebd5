"""Proving anew who one is: by a second factor where there is one, else by the password."""

from functools import partial
from typing import Any

from allauth.mfa.webauthn.internal.auth import begin_authentication
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.factors import factors_of
from accounts.forms.factors import CodeForm, PasskeyProof
from accounts.forms.session import PresentPasswordForm
from accounts.services.sessions import record_failed_sign_in
from accounts.sign_in.present import is_present_password
from accounts.sign_in.proof import note_proof, waiting
from accounts.sign_in.steps import wanted_page
from accounts.views.security import SecurityPage
from adminrights.views import FormPage


class Prove(SecurityPage, FormPage):
    """Asks, and goes on with what waited."""

    title = gettext_lazy("Confirm that it is you")
    template_name = "security/prove.html"
    submit_label = gettext_lazy("Confirm")

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.factors = factors_of(self.account) if request.user.is_authenticated else []

    def breadcrumbs(self) -> list[Any]:
        return []

    def get_cancel_url(self) -> str:
        return wanted_page(self.request) or reverse("home")

    def get_form_class(self) -> Any:
        if not self.factors:
            return PresentPasswordForm
        return PasskeyProof if "credential" in self.request.POST else CodeForm

    def get_form_kwargs(self) -> dict[str, Any]:
        if self.factors:
            return super().get_form_kwargs() | {"account": self.account}
        is_present = partial(is_present_password, self.request, self.account)
        return super().get_form_kwargs() | {"is_present": is_present}

    def form_valid(self, form: Any) -> HttpResponse:
        note_proof(self.request)
        kept = waiting(self.request)
        if kept is None:
            messages.success(self.request, _("Thank you. You can go on now."))
            return redirect(wanted_page(self.request) or "home")
        context = self.get_context_data(title=_("One more click"), kept=kept, form=None)
        return self.response_class(self.request, ["security/go_on.html"], context)

    def form_invalid(self, form: Any) -> HttpResponse:
        # Counted as wrong passwords are, which count themselves.
        if self.factors:
            record_failed_sign_in(self.account.email)
        return super().form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        passkeys = any(factor.is_passkey for factor in self.factors)
        typed = not isinstance(context["form"], PasskeyProof)
        return context | {
            "next": wanted_page(self.request),
            "typed_form": context["form"] if typed else CodeForm(account=self.account),
            "refused_passkey": None if typed else context["form"],
            "options": {"request_options": begin_authentication(self.account)} if passkeys else None,
        }
