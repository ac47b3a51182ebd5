"""The forms of requests: what one needs it for, until when, and why not."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.services.requests import REASON_LENGTH
from adminrights.days import DayField, Span, day_of, end_of, refuse_impossible, zone
from adminrights.exceptions import Invalid
from adminrights.text import validate_visible


class ReasonField(forms.CharField):
    """A few words for somebody else to read."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)

    def clean(self, value: Any) -> Any:
        text = " ".join(str(super().clean(value)).split())
        validate_visible(text)
        return text


class AskForm(forms.Form):
    """Why, and until when."""

    reason = ReasonField(label=gettext_lazy("What do you need it for?"))
    until = DayField(label=gettext_lazy("Last day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("Whoever answers reads it.")
        self.fields["until"].help_text = (
            _("It holds to the end of this day, in the time zone %s. Empty: no end.") % zone()
        )

    def clean_until(self) -> datetime | None:
        day = self.cleaned_data["until"]
        return last_moment(None if day is None else end_of(day))


class UntilForm(forms.Form):
    """Until when it is to be given; without `until` in the address it is as long as was asked for."""

    until = DayField(label=gettext_lazy("Last day"))

    def __init__(self, data: Any, asked: datetime | None) -> None:
        given = data if "until" in data else {"until": str(day_of(asked) or "")}
        super().__init__(given)
        self.fields["until"].widget.attrs["class"] = "form-control"
        self.asked = asked

    def clean_until(self) -> datetime | None:
        day = self.cleaned_data["until"]
        if day == day_of(self.asked):
            return self.asked
        return last_moment(None if day is None else end_of(day))


def last_moment(ends: datetime | None) -> datetime | None:
    """Return the end. Raises ValidationError for one that has passed."""
    try:
        refuse_impossible(Span(None, ends), timezone.now())
    except Invalid as error:
        raise forms.ValidationError(str(error)) from error
    return ends


class DeclineForm(forms.Form):
    """Why not."""

    answer = ReasonField(label=gettext_lazy("Why not?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].help_text = _("Whoever asked reads it.")
