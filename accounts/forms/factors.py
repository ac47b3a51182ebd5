"""The forms of second factors: codes that are typed, and what a browser answers for a passkey."""

from typing import Any

from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import validate_totp_code
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm, LoginWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from accounts.services.factors import LONGEST_NAME, use_code

# What a browser never sends, and the library doesn't expect.
MALFORMED = (ValueError, TypeError, KeyError, IndexError, AttributeError)


class CodeField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        shown = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        defaults: dict[str, Any] = {"label": _("Code"), "max_length": 40, "widget": forms.TextInput(shown)}
        super().__init__(**defaults | kwargs)


class CodeForm(forms.Form):
    """A code of the app, or a recovery code; a right one is used up."""

    code = CodeField()

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        self.authenticator: Authenticator | None = None

    def clean_code(self) -> str:
        forgive = check_rate_limit(self.account)
        code: str = self.cleaned_data["code"]
        self.authenticator = use_code(self.account, code)
        if self.authenticator is None:
            raise ValidationError(_("This code isn't right, or was used already. Type a new one."))
        forgive()
        return code


class AppForm(forms.Form):
    """The first code of a new authenticator app proves that it is set up."""

    code = CodeField(label=_("Code from the app"))

    def __init__(self, *args: Any, account: Account, secret: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account, self.secret = account, secret

    def clean_code(self) -> str:
        forgive = check_rate_limit(self.account)
        code: str = self.cleaned_data["code"]
        if not validate_totp_code(self.secret, code):
            raise ValidationError(_("This wasn't accepted. Try again, or another way."))
        forgive()
        return code


class Proof:
    """Takes what no browser sends for a wrong answer."""

    def full_clean(self) -> None:
        try:
            super().full_clean()  # type: ignore[misc]
        except MALFORMED:
            self.add_error(None, ValidationError(_("The browser's answer can't be read. Try again.")))  # type: ignore[attr-defined]


class PasskeyForm(Proof, AddWebAuthnForm):
    """A new passkey, with a name by which the person knows it again."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME, required=False)
    # Each passkey can sign in by itself.
    passwordless = None

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, user=account, **kwargs)
        self.fields["name"].help_text = _("For example the device on which it is kept.")


class PasskeyProof(Proof, AuthenticateWebAuthnForm):
    """The second step, by a passkey."""

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, user=account, **kwargs)

    @property
    def authenticator(self) -> Authenticator:
        return self.cleaned_data["credential"]


class PasskeySignInForm(Proof, LoginWebAuthnForm):
    """A passkey alone: the device has asked for its owner."""
