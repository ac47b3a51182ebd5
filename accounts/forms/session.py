"""The forms of people who are not signed in, and of one's own password."""

import unicodedata
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from accounts.sign_in.password_rules import shortest
from adminrights.exceptions import TooManyTries

LONGEST_PASSWORD = 1_000


def focus(form: forms.Form, name: str = "") -> None:
    """Let the page open with this field ready to type in, the first one by default: nothing else is there."""
    form.fields[name or next(iter(form.fields))].widget.attrs["autofocus"] = True


class AddressField(forms.CharField):
    """An address for looking somebody up. What can't be one is simply not found, so nothing leaks (A9)."""

    def __init__(self, **kwargs: Any) -> None:
        shown = {
            "autocomplete": "username",
            "inputmode": "email",
            "autocapitalize": "none",
            "spellcheck": "false",
        }
        super().__init__(label=_("E-mail address"), max_length=254, widget=forms.TextInput(shown), **kwargs)


class PasswordField(forms.CharField):
    """A password exactly as typed, in one Unicode form, so that every keyboard makes the same one (A2)."""

    def __init__(self, *, autocomplete: str, **kwargs: Any) -> None:
        widget = forms.PasswordInput({"autocomplete": autocomplete})
        super().__init__(strip=False, max_length=LONGEST_PASSWORD, widget=widget, **kwargs)

    def to_python(self, value: Any) -> str:
        return unicodedata.normalize("NFC", super().to_python(value) or "")


def password_help(account: Account) -> str:
    """Return what makes a good password, with the length that the account needs."""
    text = _(
        "At least %(length)d characters. Four or more words that don't belong together are easy to remember."
    )
    return str(text) % {"length": shortest(account)}


class OwnAddressForm(forms.Form):
    """A new address for oneself; whether it works shows the mail that goes there."""

    email = forms.EmailField(
        label=_("New e-mail address"),
        max_length=254,
        help_text=_("A link goes there. Your address changes when you follow it."),
        widget=forms.EmailInput({"autocomplete": "email"}),
    )


class SignInForm(forms.Form):
    email = AddressField()
    password = PasswordField(label=_("Password"), autocomplete="current-password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Whoever is known by a link already types only the password.
        focus(self, "password" if self.initial.get("email") else "email")


class PasswordResetForm(forms.Form):
    email = AddressField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        focus(self)


class NewPasswordForm(forms.Form):
    """A password that the person chooses, typed twice."""

    password = PasswordField(label=_("New password"), autocomplete="new-password")
    again = PasswordField(label=_("The same once more"), autocomplete="new-password")

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        self.fields["password"].help_text = password_help(account)
        focus(self)

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.account)
        return password

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise ValidationError(_("This is not the same as the password above. Type both again."))
        return again


class PresentPasswordField(PasswordField):
    """The password of whoever is signed in, once more."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(autocomplete="current-password", **kwargs)


class ChecksPresent(forms.Form):
    """Asks for the present password; `is_present` judges it and counts guesses."""

    def __init__(self, *args: Any, is_present: Callable[[str], bool], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_present = is_present

    def clean_current(self) -> str:
        current: str = self.cleaned_data["current"]
        try:
            right = self.is_present(current)
        except TooManyTries as refusal:
            raise ValidationError(str(refusal)) from refusal
        if not right:
            raise ValidationError(_("This is not your present password."))
        return current


class PresentPasswordForm(ChecksPresent):
    current = PresentPasswordField(label=_("Password"))


class OwnPasswordForm(ChecksPresent, NewPasswordForm):
    """A new password for oneself, from My profile: whoever finds an open window doesn't know the old one."""

    current = PresentPasswordField(label=_("Present password"))
    field_order = ("current", "password", "again")
