"""The forms of units."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from adminrights.exceptions import Invalid
from adminrights.models import Unit
from adminrights.services import NAME_LENGTH, clean_unit_name


class UnitForm(forms.Form):
    """The name of a unit."""

    name = forms.CharField(
        label=_("Name"), max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def clean_name(self) -> str:
        try:
            return clean_unit_name(self.cleaned_data["name"])
        except Invalid as error:
            raise ValidationError(str(error)) from error


class PlainChoice(forms.ModelChoiceField):
    """A choice by an id as this product writes it: digits of other scripts were never offered."""

    def to_python(self, value: Any) -> Any:
        if not str(value or "").isascii():
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)


class PlainChoices(forms.ModelMultipleChoiceField):
    """Choices by their ids; one that SQLite can't even hold is one that doesn't exist."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except OverflowError:
            words = self.error_messages["invalid_choice"] % {"value": _("This")}
            raise ValidationError(words, code="invalid_choice") from None


class UnitChoice(PlainChoice):
    """A choice among units, each by its whole way from the root."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Unit.objects.none(), **kwargs)
        self.names: dict[int, str] = {}

    def offer(self, units: Any, known: Any) -> None:
        """Set what may be chosen, and the units whose names may be read on the way there."""
        self.queryset = units
        self.names = dict(known.values_list("pk", "name"))

    def label_from_instance(self, obj: Any) -> str:
        line = [int(part) for part in obj.path.split("/") if part]
        return " › ".join(self.names[pk] for pk in line if pk in self.names)


class MoveForm(forms.Form):
    """Where the unit shall lie; `sure` holds the choice whose consequences were shown."""

    parent = UnitChoice(label=_("Below"), empty_label=_("Choose a unit"))
    sure = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, places: Any, known: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].offer(places, known)  # type: ignore[attr-defined]
