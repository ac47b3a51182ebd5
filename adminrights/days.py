"""Days as people enter them, and the moments that they mean: a right holds to the end of its last day."""

from datetime import date, datetime, time
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from adminrights.exceptions import Invalid

# A day after it has its end in no time zone any more.
LAST_YEAR = 9998


class Span(NamedTuple):
    """From when to when something shall hold; without a start it begins at once, without an end it stays."""

    starts: datetime | None = None
    ends: datetime | None = None


ALWAYS = Span()


def start_of(day: date) -> datetime:
    """Return the moment at which the day begins where the product stands."""
    return timezone.make_aware(datetime.combine(day, time.min))


def end_of(day: date) -> datetime:
    """Return the last moment of the day where the product stands."""
    return timezone.make_aware(datetime.combine(day, time.max))


def day_of(moment: datetime | None) -> date | None:
    """Return the day in which the moment lies there."""
    return None if moment is None else timezone.localtime(moment).date()


def zone() -> str:
    """Return the name of the time zone in which days are meant."""
    return timezone.get_current_timezone_name()


def in_words(moment: datetime) -> str:
    """Return the moment for a sentence, with its zone: "the end of 3 March 2026 (Europe/Berlin)"."""
    local = timezone.localtime(moment)
    words = {"day": formats.date_format(local, "DATE_FORMAT"), "time": f"{local:%H:%M}", "zone": zone()}
    if local.time() == time.max:
        return _("the end of %(day)s (%(zone)s)") % words
    if local.time() == time.min:
        return _("the beginning of %(day)s (%(zone)s)") % words
    return _("%(day)s, %(time)s (%(zone)s)") % words


def with_weekday(moment: date) -> str:
    """Return a day, or that of a moment, with the day of the week: "Tuesday 3 March 2026"."""
    local = timezone.localtime(moment) if isinstance(moment, datetime) else moment
    words = {"weekday": formats.date_format(local, "l"), "day": formats.date_format(local, "DATE_FORMAT")}
    return _("%(weekday)s %(day)s") % words


def brief(starts: datetime, ends: datetime | None, now: datetime) -> str:
    """Return the dates as a note beside a right: "from 5 Mar 2026", "until 3 Mar 2026", or nothing."""
    parts = []
    if starts > now:
        parts.append(_("from %s") % _day(starts))
    if ends is not None:
        parts.append(_("until %s") % _day(ends))
    return ", ".join(parts)


def _day(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "SHORT_DATE_FORMAT")


def read_last_day(text: str) -> datetime | None:
    """Return the end of a day that was typed as 2026-03-31, None for nothing. Raises Invalid."""
    if not text.strip():
        return None
    try:
        day = DayField().clean(text.strip())
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from error
    return None if day is None else end_of(day)


def refuse_impossible(span: Span, now: datetime) -> None:
    """Raise Invalid for a start or an end that has passed, and for an end before the start."""
    if span.starts is not None and span.starts < now:
        raise Invalid(_("This first day is over. Choose today, a later day, or none."))
    if span.ends is None:
        return
    if span.ends <= now:
        raise Invalid(_("This last day is over. Choose today, a later day, or none."))
    if span.starts is not None and span.ends <= span.starts:
        raise Invalid(_("The last day lies before the first. Choose a later one."))


class DayInput(forms.DateInput):
    """A day, picked or typed; it is sent as 2026-03-31 in every language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(attrs={"autocomplete": "off"}, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day that has a beginning and an end in every time zone."""

    widget = DayInput
    default_error_messages = {
        "invalid": gettext_lazy("This is no day. Write it as 2026-03-31."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, input_formats=["%Y-%m-%d"], localize=False, **kwargs)

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        if day is not None and not timezone.now().year - 100 <= day.year <= LAST_YEAR:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class SpanForm(forms.Form):
    """The first and the last day of a right; whoever hands no start over is asked for the end alone."""

    starts = DayField(label=gettext_lazy("First day"))
    ends = DayField(label=gettext_lazy("Last day"))

    def __init__(self, *args: Any, now: datetime, had: Span = ALWAYS, planned: bool = True, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.now, self.had = now, had
        if planned:
            self.fields["starts"].help_text = _("It begins at the start of this day. Empty: at once.")
        else:
            del self.fields["starts"]
        self.fields["ends"].help_text = (
            _("It holds to the end of this day, in the time zone %s. Empty: no end.") % zone()
        )

    def clean(self) -> dict[str, Any] | None:
        if self.errors:
            return None
        span = self.span()
        begun = span.starts is not None and span.starts < self.now
        try:
            refuse_impossible(span, self.now)
        except Invalid as error:
            self.add_error("starts" if begun else "ends", str(error))
        return None

    def span(self) -> Span:
        """Return the moments; a day that was left as it was keeps its very time."""
        starts, ends = self.cleaned_data.get("starts"), self.cleaned_data["ends"]
        begins = None if starts is None or starts == day_of(self.now) else start_of(starts)
        if starts is not None and starts == day_of(self.had.starts):
            begins = self.had.starts
        until = self.had.ends if ends == day_of(self.had.ends) else ends and end_of(ends)
        return Span(begins, until)
