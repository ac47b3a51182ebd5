"""Single permissions of one account: yes or no for each (S2-09, S2-14)."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from roles.catalogue import catalogue

YES, NO = "yes", "no"
PREFIX = "p-"


class PermissionsForm(forms.Form):
    """The answers under their keys; `own` are the permissions that were given when the form was drawn.

    Only what differs from that is asked for. `everything` are the answers that one tick stands for.
    """

    def __init__(self, *args: Any, own: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = frozenset(own)
        self.everything: Mapping[str, bool] = {}

    def answers(self) -> dict[str, bool]:
        """Return the answers as they were sent."""
        sent = ((name, self.data[name]) for name in self.data if name.startswith(PREFIX))
        return {name.removeprefix(PREFIX): answer == YES for name, answer in sent}

    def added(self) -> list[str]:
        """Return the keys that a remedy beside a permission was asked to add."""
        return str(self.data.get("add", "")).split()

    def clean(self) -> dict[str, Any]:
        known = catalogue().holdable_keys()
        values = {self.data[name] for name in self.data if name.startswith(PREFIX)}
        if not known.issuperset([*self.answers(), *self.added()]) or not values <= {YES, NO}:
            raise ValidationError(_("One of the permissions can't be chosen here. Look at the list again."))
        return self.cleaned_data

    def wanted(self) -> dict[str, bool]:
        """Return what is to be given and taken back; call it on a valid form."""
        answers = self.answers() | dict.fromkeys(self.added(), True) | dict(self.everything)
        return {key: given for key, given in answers.items() if given != (key in self.own)}

    def asked(self) -> set[str]:
        """Return all that the account shall have; call it on a valid form."""
        wanted = self.wanted()
        return {key for key in self.own if wanted.get(key, True)} | {key for key in wanted if wanted[key]}
