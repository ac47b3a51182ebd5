"""The forms of accounts: add, edit, and the reason of a step."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.addresses import validate_address
from accounts.models import Account
from accounts.offers import Offer
from accounts.services.editing import Wanted
from adminrights.days import DayField, Span, end_of, refuse_impossible, zone
from adminrights.exceptions import Invalid
from adminrights.languages import REGIONS, zones
from adminrights.text import clean_text, validate_visible
from groups.models import Group

DETAILS = ("first_name", "last_name", "email", "phone", "campaign_notifications")


class NameField(forms.CharField):
    """A name people type: no invisible characters, one normal form (N2)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validators=[validate_visible], **kwargs)

    def clean(self, value: Any) -> str:
        return clean_text(super().clean(value))


class AccountForm(forms.Form):
    """What adding and editing have in common. Fields that one may not change are not there (Z5)."""

    first_name = NameField(label=_("First name"), max_length=150)
    last_name = NameField(label=_("Last name"), max_length=150)
    email = forms.CharField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput, validators=[validate_address]
    )
    phone = NameField(label=_("Telephone"), max_length=40, required=False)
    campaign_notifications = forms.BooleanField(
        label=_("E-mail notifications from campaigns"), required=False
    )

    def __init__(self, *args: Any, offer: Offer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer = offer
        self.use_required_attribute = False
        for name in ("first_name", "last_name", "email", "phone"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        if offer.shows_groups:
            self.fields["groups"] = self._groups()

    def _groups(self) -> forms.Field:
        return forms.TypedMultipleChoiceField(
            label=_("Groups"),
            choices=[(group.pk, group.display_name) for group in self.offer.groups],
            coerce=int,
            required=False,
            initial=sorted(self.offer.current),
            error_messages={"invalid_choice": _("One of the groups can't be chosen here.")},
        )

    def wanted(self) -> Wanted:
        """Return what was asked for; call it on a valid form."""
        return Wanted(
            details={name: self.cleaned_data[name] for name in DETAILS},
            groups=self.offer.picked(self.cleaned_data["groups"]) if "groups" in self.fields else None,
            ticks=self._sent("levels") if self.offer.levels else None,
            drawn=self.offer.picked(self._sent("drawn")) if self.offer.levels else None,
        )

    def ticked(self) -> frozenset[str]:
        """Return the numbers of the groups ticked right now, valid or not, and of those that stay."""
        sent = self.is_bound and "groups" in self.fields
        return frozenset(
            map(str, (*(self._sent("groups") if sent else self.offer.current), *self.offer.fixed))
        )

    def chosen_groups(self) -> list[Group]:
        """Return the groups ticked right now, valid or not, for drawing the matrix."""
        return self.offer.picked(self.ticked())

    def drawn_groups(self) -> list[Group]:
        """Return the groups with which the matrix was drawn that sent this form."""
        return self.offer.picked(self._sent("drawn")) if self.is_bound else self.chosen_groups()

    def ticks(self) -> list[str] | None:
        """Return the ticks as they were sent; None for a form not sent yet."""
        return self._sent("levels") if self.is_bound else None

    def _sent(self, name: str) -> list[str]:
        data = self.data
        return data.getlist(name) if isinstance(data, QueryDict) else []


class LastDayForm(forms.Form):
    """The day with which access that is given now ends by itself, if it shall."""

    last_day = DayField(label=_("Last day of access"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_day"].help_text = (
            _("The access ends by itself with this day, in the time zone %s. Empty: no end.") % zone()
        )

    def clean_last_day(self) -> date | None:
        day: date | None = self.cleaned_data["last_day"]
        try:
            refuse_impossible(Span(None, end_of(day) if day else None), timezone.now())
        except Invalid as error:
            raise forms.ValidationError(str(error)) from error
        return day

    def ends(self) -> datetime | None:
        """Return the end of that day; call it on a valid form."""
        day = self.cleaned_data["last_day"]
        return end_of(day) if day else None


class AddAccountForm(LastDayForm, AccountForm):
    # C-05, S1-22: saving asks, and the answer is yes unless somebody unticks it.
    invite = forms.BooleanField(
        label=_("Send the invitation now"),
        help_text=_("The person gets a mail with a link to choose a password. Without it no mail goes out."),
        required=False,
        initial=True,
    )

    def wanted(self) -> Wanted:
        return replace(super().wanted(), ends=self.ends())


class EditAccountForm(AccountForm):
    """The same fields of an account that is there."""


class ReasonForm(forms.Form):
    reason = NameField(
        label=_("Reason"),
        help_text=_("Optional. It is kept in the history."),
        max_length=500,
        required=False,
    )


class PreferencesForm(forms.Form):
    """What people choose about themselves. Languages and zones are offered when the form is drawn."""

    campaign_notifications = forms.BooleanField(
        label=_("Send me e-mail notifications from campaigns"), required=False
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        help_text=_("Pages and mails come in this language."),
        error_messages={
            "invalid_choice": _("The pages can't be shown in this language. Choose one of the list.")
        },
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        error_messages={
            "invalid_choice": _(
                "There is no time zone with this name. Choose one of the list, such as Europe/Berlin."
            )
        },
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("As the browser asks")), *settings.LANGUAGES]  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = [("", "–"), *by_region(account.time_zone)]  # type: ignore[attr-defined]
        self.fields["time_zone"].help_text = (
            gettext("Pages and mails tell times in this zone. Empty: %s.") % settings.TIME_ZONE
        )


def by_region(present: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the time zones by continent and ocean, with the present one whatever became of it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name in sorted({*zones(), *filter(None, [present])}):
        region, _slash, place = name.partition("/")
        found.setdefault(str(REGIONS.get(region, region)), []).append(
            (name, (place or name).replace("_", " "))
        )
    return list(found.items())
