"""The person's details in a dialog, with Update and Delete (S4-32, S4-33)."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.addresses import validate_address
from accounts.forms.accounts import NameField
from accounts.models import Account
from accounts.services.lifecycle import update_account
from accounts.views.accounts import AccountPage
from adminrights.conflicts import Sheet, sheet_of
from adminrights.views.editing import EditPage
from adminrights.views.parts import Part, Values

FIELDS = ("first_name", "last_name", "email", "phone")


class DetailsForm(forms.Form):
    """Name, address and telephone."""

    first_name = NameField(label=gettext_lazy("First name"), max_length=150)
    last_name = NameField(label=gettext_lazy("Last name"), max_length=150)
    email = forms.CharField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput,
        validators=[validate_address],
    )
    phone = NameField(label=gettext_lazy("Telephone"), max_length=40, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        for name in FIELDS:
            self.fields[name].widget.attrs["autocomplete"] = "off"


class AccountDetails(AccountPage, EditPage):
    """Opened from the account's row; it works as a page too."""

    permission = "accounts:update"
    template_name = dialog_template_name = "accounts/account_details.html"
    form_class = DetailsForm
    submit_label = gettext_lazy("Update")

    def get_title(self) -> str:
        return _("Details of %s") % self.object.name

    def parts(self) -> list[Part]:
        return [Values(self.object, DetailsForm, FIELDS)]

    def sheet(self) -> Sheet:
        return sheet_of(self.object, FIELDS)

    def get_initial(self) -> dict[str, Any]:
        return self.sheet()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        removable = self.may("accounts:delete") and self.object.pk != self.request.user.pk
        url = reverse("accounts:account_remove", args=[self.object.pk]) if removable else ""
        return super().get_context_data(remove_url=url, **kwargs)

    def apply(self, form: Any) -> Account:
        actor, account = self.request.user, Account.objects.get(pk=self.object.pk)
        update_account(account, actor=actor, unit=self.unit, seen=self.seen, **form.cleaned_data)
        return account

    def done(self, result: Account) -> str:
        return _("Saved.")

    def get_success_url(self) -> str:
        return reverse("accounts:account_list")
