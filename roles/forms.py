from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from adminrights.exceptions import Invalid
from roles.catalogue import catalogue
from roles.names import (
    DESCRIPTION_LENGTH,
    DISPLAY_NAME_LENGTH,
    NAME_LENGTH,
    clean_description,
    clean_display_name,
    clean_name,
)
from roles.reading import offered


def named_choices() -> list[tuple[str, str]]:
    """Return every named permission of the catalogue."""
    return [(key, each.label) for key, each in catalogue().named.items()]


class NameForm(forms.Form):
    """The short form for a new role or group: one name for people, one for commands (S1-52, S1-56)."""

    display_name = forms.CharField(
        label=_("Display name"),
        max_length=DISPLAY_NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        required=False,
        help_text=_(
            "For commands and files: a to z, digits, - and _. Left empty, it is made from the display name."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_display_name(self) -> str:
        return _checked(clean_display_name, self.cleaned_data["display_name"])

    def clean_name(self) -> str:
        display_name = self.cleaned_data.get("display_name", "")
        name = self.cleaned_data["name"]
        return _checked(clean_name, name, display_name) if name or display_name else ""


class NamedForm(forms.Form):
    """Which named permissions a role holds; the page draws its own boxes, with the help beside each."""

    named = forms.MultipleChoiceField(required=False, choices=named_choices)


class DetailsForm(NameForm):
    """Name, display name and description."""

    description = forms.CharField(
        label=_("Description"),
        max_length=DESCRIPTION_LENGTH,
        required=False,
        help_text=_("Who this is for, in a sentence."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_description(self) -> str:
        return _checked(clean_description, self.cleaned_data["description"])


class RuleForm(forms.Form):
    """The actions of one rule: offers only what the chosen resource offers (S1-57, S1-58)."""

    actions = forms.MultipleChoiceField(
        label=_("Actions"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one action."),
            "invalid_choice": _("The action %(value)s isn't offered for this resource."),
        },
    )

    def __init__(self, *args: Any, target: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.target = target
        self.offered = offered(target)
        self.fields["actions"].choices = [(a.key, a.label) for a in self.offered]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        if not self.offered:
            self.errors.pop("actions", None)
            raise ValidationError(_("Choose a resource from the list."), code="target")
        return self.cleaned_data

    @property
    def chosen(self) -> list[str]:
        """The actions that are ticked now: as sent, else as the rule has them."""
        return [str(value) for value in self["actions"].value() or ()]


def _checked(clean: Callable[..., str], *texts: str) -> str:
    try:
        return clean(*texts)
    except Invalid as error:
        raise ValidationError(str(error)) from error
