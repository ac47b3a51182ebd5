"""The pages behind the links in mails.

Opening a link consumes nothing: it moves what the link stands for into the session and the secret out of
the address. What it does is done by a POST, which judges the state again (I2, I7).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.session import NewPasswordForm
from accounts.links import read_invitation, read_reset, stamp_holds, stamp_of
from accounts.models import Account, Invitation
from accounts.services.invitations import accept_invitation, open_invitation
from accounts.services.passwords import reset_password
from accounts.views.dead_links import DeadLink, dead_invitation, dead_reset
from adminrights.exceptions import InvitationDead, ResetDead
from adminrights.languages import speak
from adminrights.once import once
from adminrights.views import FormPage, Open, Page
from adminrights.views.access import public

# What the session keeps of opened links, and the address for the sign-in form.
INVITATION, RESET, ADDRESS = "opened_invitation", "opened_reset", "sign_in_address"
NEW_ADDRESS = "opened_address"


@contextmanager
def keep_opened(request: HttpRequest) -> Iterator[str]:
    """Carry an opened invitation over a sign-out, and yield the page to go on to, if there is one."""
    opened = request.session.get(INVITATION)
    yield "accounts:invitation_accept" if opened else ""
    if opened:
        request.session[INVITATION] = opened


class LinkPage(Page):
    """A page that a link in a mail leads to; a dead link gets an explanation."""

    open_to = Open.EVERYONE

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except DeadLink as link:
            for key in (INVITATION, RESET, NEW_ADDRESS):
                request.session.pop(key, None)
            context = self.get_context_data(title=_("This link doesn't work"), link=link, form=None)
            return self.response_class(request, ["accounts/link_dead.html"], context, status=410)


class SecretPage(LinkPage):
    """A page whose address holds a secret: it goes to nobody by way of Referer (I7).

    Only here. On a page with a form `no-referrer` would make browsers send `Origin: null`, which the
    protection against forged requests must refuse; and the addresses of those pages hold no secret.
    """

    http_method_names = ["get", "head"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        return response


class LinkForm(LinkPage, FormPage):
    """The form behind a link, which uses it up; then on to signing in, with a fresh session (S1)."""

    account: Account

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            answer = once(self.request, lambda: self.carry_out(form))
        except (InvitationDead, ResetDead):
            raise self.dead() from None
        self.request.session.flush()
        self.request.session[ADDRESS] = self.account.email
        messages.success(self.request, answer.text)
        return redirect(answer.url)

    def get_success_url(self) -> str:
        return reverse("accounts:sign_in")

    def dead(self) -> DeadLink:
        """Return why the link works no more."""
        raise NotImplementedError


class PasswordPage(LinkForm):
    """A password that the owner of the link chooses."""

    form_class = NewPasswordForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"account": self.account}

    def done(self, result: object) -> str:
        return _("Your password is set. Sign in with it now.")


@public
class InvitationOpen(SecretPage):
    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        invitation = read_invitation(token)
        if invitation is None or not invitation.is_open:
            raise dead_invitation(invitation)
        request.session[INVITATION] = invitation.pk
        return redirect("accounts:invitation_accept")


@public
class InvitationAccept(PasswordPage):
    title = gettext_lazy("Choose your password")
    template_name = "accounts/invitation_accept.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        invitations = Invitation.objects.select_related("account", "unit", "invited_by")
        self.invitation = invitations.filter(pk=request.session.get(INVITATION)).first()
        return super().dispatch(request, *args, **kwargs)

    def opened(self) -> Invitation:
        """Return the opened invitation. Raises DeadLink."""
        if self.invitation is None or not self.invitation.is_open:
            raise dead_invitation(self.invitation)
        self.account = self.invitation.account
        speak(self.account)
        return self.invitation

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        invitation = self.opened()
        if request.user.is_authenticated:
            return self.somebody_else()
        if request.method == "GET":
            open_invitation(invitation)
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.opened()
        if request.user.is_authenticated:
            return self.somebody_else()
        return super().post(request, *args, **kwargs)

    def somebody_else(self) -> HttpResponse:
        """Never give the invitation to whoever happens to be signed in (I4)."""
        context = self.get_context_data(title=_("This invitation is for somebody else"), form=None)
        return self.response_class(self.request, ["accounts/invitation_other.html"], context, status=409)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(invitation=self.invitation, **kwargs)

    def apply(self, form: NewPasswordForm) -> None:
        accept_invitation(self.opened(), password=form.cleaned_data["password"])

    def dead(self) -> DeadLink:
        return dead_invitation(self.invitation)


@public
class PasswordOpen(SecretPage):
    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        account = read_reset(token)
        if account is None:
            raise dead_reset()
        request.session[RESET] = [account.pk, stamp_of(account, token)]
        return redirect("accounts:password_set")


@public
class PasswordSet(PasswordPage):
    title = gettext_lazy("Choose a new password")
    template_name = "accounts/password_set.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.pk, self.stamp = request.session.get(RESET, (None, ""))

    def opened(self) -> None:
        """Look the account up. Raises DeadLink."""
        account = Account.objects.filter(pk=self.pk).first()
        if account is None or not stamp_holds(account, self.stamp):
            raise dead_reset()
        self.account = account
        speak(account)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.opened()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.opened()
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(account=getattr(self, "account", None), **kwargs)

    def apply(self, form: NewPasswordForm) -> None:
        reset_password(self.account, stamp=self.stamp, password=form.cleaned_data["password"])

    def dead(self) -> DeadLink:
        return dead_reset()
