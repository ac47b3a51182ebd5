"""The forms of units that are about people."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.session import PasswordField
from accounts.models import Account
from accounts.services.units import MOST
from adminrights.forms import PlainChoice


class LimitsForm(forms.Form):
    """How many may be in use; empty for any number."""

    seat_limit = forms.IntegerField(
        label=_("Seats"),
        required=False,
        min_value=0,
        max_value=MOST,
        help_text=_("Each pending or active account takes one. Empty: as many as you like."),
    )
    unit_limit = forms.IntegerField(
        label=_("Units below the organisation"),
        required=False,
        min_value=0,
        max_value=MOST,
        help_text=_("Empty: as many as you like."),
    )


class TransferForm(forms.Form):
    """Whom the organisation shall belong to, and the password of whoever says so (S2-28)."""

    account = PlainChoice(Account.objects.none(), label=_("Owner"), widget=forms.HiddenInput)
    password = PasswordField(label=_("Your password"), autocomplete="current-password")

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = people  # type: ignore[attr-defined]
