"""The moment that a page looks at; it stands in the address."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WRITTEN = "%Y-%m-%dT%H:%M"


class MomentInput(forms.DateTimeInput):
    """The browser's own field for a day and a time."""

    input_type = "datetime-local"


class MomentField(forms.DateTimeField):
    """A day and a time that the calendars of all databases have."""

    default_error_messages = {"invalid": gettext_lazy("Enter a day and a time, such as 2026-03-03 12:00.")}

    def __init__(self, **kwargs: Any) -> None:
        widget = MomentInput(format=WRITTEN, attrs={"class": "form-control"})
        super().__init__(label=gettext_lazy("As of"), widget=widget, **kwargs)

    def clean(self, value: Any) -> datetime | None:
        at: datetime | None = super().clean(value)
        if at is not None and not 1970 < at.year < 9000:
            raise forms.ValidationError(_("Choose a year between 1971 and 8999."))
        return at
