from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from adminrights.forms import PlainChoices
from adminrights.models import Unit
from roles.catalogue import catalogue
from roles.matrix import levels_ticked
from roles.models import Role


class RolesForm(forms.Form):
    """Assignment: pick from the roles of the organisation (S1-34)."""

    roles = PlainChoices(
        label=_("Roles"),
        queryset=Role.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"invalid_choice": _("One of the roles doesn't exist here any more.")},
    )

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Roles of levels have a page of their own, where they are ticks in a matrix.
        self.fields["roles"].queryset = Role.objects.offered_in(unit).filter(module=None)  # type: ignore[attr-defined]


class LevelsForm(forms.Form):
    """The ticks of the module matrix, "<module>:<level>" each (S0-52)."""

    levels = forms.MultipleChoiceField(
        label=_("Module levels"),
        required=False,
        error_messages={"invalid_choice": _("%(value)s is not a level that a module offers.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        modules = catalogue().modules.values()
        values = [f"{module.key}:{int(level)}" for module in modules for level in module.levels]
        self.fields["levels"].choices = [(value, value) for value in values]  # type: ignore[attr-defined]

    def clean_levels(self) -> dict[str, int]:
        """Return the highest ticked level of each module."""
        return levels_ticked(self.cleaned_data["levels"])

    def ticked(self) -> dict[str, int]:
        """Return the same as it was sent, valid or not, for drawing the matrix."""
        return levels_ticked(self["levels"].value())
