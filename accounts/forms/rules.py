"""The forms of access rules: one for each kind, and the one that lets somebody off."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import AccessRule, Account
from accounts.services.rules import MOST, REASON_LENGTH, Wanted
from adminrights.forms import PlainChoice
from adminrights.models import Unit
from groups.models import Group
from roles.catalogue import catalogue

Kind = AccessRule.Kind
# The fields of each kind beside the permission.
FIELDS = {
    Kind.BOTH: ("first", "second"),
    Kind.NOBODY: ("first",),
    Kind.GROUP: ("first", "group"),
    Kind.UNIT: ("first", "inside"),
    Kind.LEAST: ("first", "least"),
}


def permission_choices() -> list[Any]:
    """Return every permission under the heading of its module."""
    modules = catalogue().modules.values()
    every = [(m.label, [(p.key, p.label) for p in m.permissions]) for m in modules]
    return [("", _("Choose a permission")), *every]


class AccessRuleForm(forms.Form):
    """What the rule says; the sentence is that of its kind."""

    first = forms.ChoiceField(label=gettext_lazy("Permission"))
    second = forms.ChoiceField(label=gettext_lazy("And this one"))
    group = PlainChoice(Group.objects.none(), label=gettext_lazy("Only members of"))
    inside = PlainChoice(Unit.objects.none(), label=gettext_lazy("Only people of"))
    least = forms.IntegerField(label=gettext_lazy("How many people"), min_value=1, max_value=MOST)

    def __init__(self, *args: Any, kind: str, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for name in set(self.fields) - set(FIELDS[Kind(kind)]):
            del self.fields[name]
        for name in {"first", "second"} & set(self.fields):
            self.fields[name].choices = permission_choices()  # type: ignore[attr-defined]
        if "group" in self.fields:
            self.fields["group"].queryset = Group.objects.in_unit(unit)  # type: ignore[attr-defined]
        if "inside" in self.fields:
            below = Unit.objects.open().below(unit)
            self.fields["inside"].queryset = below.exclude(pk=unit.pk)  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """Return the rule that is asked for; call it on a valid form."""
        return Wanted(kind=self.kind, **self.cleaned_data)

    def ask_despite(self) -> None:
        """Ask whether the rule is wanted though it doesn't hold."""
        self.fields["despite"] = forms.BooleanField(
            label=_("Add it all the same. What breaks it stays until somebody mends it."), required=False
        )

    @property
    def despite(self) -> bool:
        """Whether that was answered with yes."""
        return self.data.get("despite") == "on"


class WaiverForm(forms.Form):
    """Whom the rule shall not hold for, until when and why."""

    account = PlainChoice(Account.objects.none(), label=gettext_lazy("Person"))
    until = forms.DateField(
        label=gettext_lazy("Until the end of"), widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=REASON_LENGTH)

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = people  # type: ignore[attr-defined]

    def clean_until(self) -> datetime:
        day = self.cleaned_data["until"]
        if day.year > 9000:
            raise forms.ValidationError(_("Choose a nearer date."))
        return timezone.make_aware(datetime.combine(day, time.max))
