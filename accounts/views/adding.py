"""Adding by address: the first step where there are several units (S4-07 to S4-10, S4-43)."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.addresses import validate_address
from accounts.forms.accounts import LastDayForm
from accounts.known import Known, Standing, look_up
from accounts.models import Account
from accounts.services.known_accounts import add_known_account
from adminrights.exceptions import Invalid, Refused
from adminrights.going import go
from adminrights.models import Unit
from adminrights.navigation import Link
from adminrights.views import FormPage


class AddressForm(LastDayForm):
    """The address alone (S4-07); of somebody who is known, also until when."""

    email = forms.CharField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "off"}),
        validators=[validate_address],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False


class AddressCheck(FormPage):
    """Four answers: here, known elsewhere, removed before, unknown; none tells more than one may know."""

    permission = "accounts:create"
    title = gettext_lazy("Add Account")
    template_name = "accounts/account_address.html"
    form_class = AddressForm
    submit_label = gettext_lazy("Continue")

    def breadcrumbs(self) -> list[Link]:
        return [Link(_("All Accounts"), reverse("accounts:account_list"))]

    def form_valid(self, form: Any) -> HttpResponse:
        email = form.cleaned_data["email"]
        if "add" in self.request.POST:
            return super().form_valid(form)
        try:
            known = look_up(email, unit=self.unit, reader=self.request.user)
        except Invalid as refusal:
            form.add_error("email", str(refusal))
            return self.form_invalid(form)
        if known.can_be_added:
            return self.render_to_response(self.get_context_data(form=form, known=known))
        if known.standing is Standing.HERE:
            return self.already_here(form, known)
        return go(self.request, f"{reverse('accounts:account_create')}?{urlencode({'email': email})}")

    def already_here(self, form: Any, known: Known) -> HttpResponse:
        if known.account is None or not self.may("accounts:get"):
            form.add_error("email", _("Somebody with this address is here already."))
            return self.form_invalid(form)
        messages.info(self.request, _("%s is here already.") % known.account.name)
        return go(self.request, known.account.get_absolute_url())

    def apply(self, form: Any) -> Account:
        email, actor = form.cleaned_data["email"], self.request.user
        return add_known_account(email, unit=self.unit, actor=actor, ends=form.ends())

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show it again; what is wrong with the last day, beside the person."""
        email = form.cleaned_data.get("email") if "last_day" in form.errors else None
        known = known_of(self.request, self.unit, email) if email else None
        if known is None or not known.can_be_added:
            return super().form_invalid(form)
        return self.render_to_response(self.get_context_data(form=form, known=known), status=422)

    def done(self, result: Account) -> str:
        words = {"name": result.name, "unit": self.unit.name}
        if result.status == Account.Status.DISABLED:
            return _("%(name)s has access to %(unit)s. The account is disabled; Reactivate it.") % words
        if result.status == Account.Status.PENDING:
            return _("%(name)s has access to %(unit)s. The invitation is on its way, or still open.") % words
        return _("%(name)s has access to %(unit)s, with the details as they are.") % words

    def get_success_url(self) -> str:
        if not self.may("accounts:get"):
            return reverse("home")
        return str(self.object.get_absolute_url())


def starts_with_address() -> bool:
    """Return whether adding begins with the address: where a person may be known from another unit."""
    return Unit.objects.open().count() > 1


def known_of(request: HttpRequest, unit: Unit, email: str) -> Known | None:
    """Return what to say of an address that was typed into the form for a new account; None for a new one."""
    try:
        known = look_up(email, unit=unit, reader=request.user)
    except Refused:
        return None
    return None if known.standing is Standing.UNKNOWN else known
