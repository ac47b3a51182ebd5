"""One's own e-mail address: the wish, and the link that proves that mail is read there."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.session import OwnAddressForm
from accounts.links import address_stamp_holds, address_stamp_of, read_address
from accounts.models import Account
from accounts.services.own_address import ask_address, confirm_address
from accounts.views.dead_links import DeadLink, dead_address
from accounts.views.links import NEW_ADDRESS, LinkForm, SecretPage
from accounts.views.security import ProvedPage
from adminrights.views import FormPage
from adminrights.views.access import public


class MyAddress(ProvedPage, FormPage):
    """Asks for the new address; nothing changes before its mail was read."""

    title = gettext_lazy("Change e-mail address")
    form_class = OwnAddressForm
    submit_label = gettext_lazy("Send the link")

    def apply(self, form: Any) -> None:
        self.wanted: str = form.cleaned_data["email"]
        ask_address(self.account, self.wanted)

    def done(self, result: object) -> str:
        words = _("We sent a link to %s. Your address changes when you follow it, within an hour.")
        return words % self.wanted

    def get_success_url(self) -> str:
        return reverse("accounts:my_profile")


@public
class AddressOpen(SecretPage):
    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        account = read_address(token)
        if account is None:
            raise dead_address()
        request.session[NEW_ADDRESS] = [account.pk, address_stamp_of(account, token)]
        return redirect("accounts:address_confirm")


@public
class AddressConfirm(LinkForm):
    """Asks before it is done, because programs open links, too (I7)."""

    title = gettext_lazy("Use this address from now on?")
    template_name = "security/address_confirm.html"
    form_class = forms.Form

    def opened(self) -> Account:
        """Return whose link was opened. Raises DeadLink."""
        pk, stamp = self.request.session.get(NEW_ADDRESS, (None, ""))
        account = Account.objects.filter(pk=pk).first()
        if account is None or not address_stamp_holds(account, stamp):
            raise dead_address()
        self.stamp: str = stamp
        return account

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if "link" in kwargs:
            return super().get_context_data(**kwargs)
        return super().get_context_data(account=self.opened(), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.account = self.opened()
        return super().post(request, *args, **kwargs)

    def apply(self, form: Any) -> None:
        confirm_address(self.account, self.stamp)

    def done(self, result: object) -> str:
        return _("Your address is changed. Sign in with it now.")

    def dead(self) -> DeadLink:
        return dead_address()
