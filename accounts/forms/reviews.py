"""The forms of access reviews: what to look at, and a decision about one right."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import holders
from accounts.models import Account, Review, ReviewLine
from accounts.models.reviews import NAME_LENGTH, NOTES_LENGTH, REASON_LENGTH
from accounts.reviews.scope import Scope
from accounts.services.reviews import NEEDS, Wanted
from adminrights.days import DayField
from adminrights.forms import PlainChoice, PlainChoices
from adminrights.models import Unit
from groups.models import Group
from roles.catalogue import catalogue
from roles.models import Role

Kind = Review.Kind
PLAIN = {"autocomplete": "off"}


class ReviewForm(forms.Form):
    """What is reviewed, how it is called, until when, and who is asked."""

    group = PlainChoice(Group.objects.none(), label=gettext_lazy("Group"))
    role = PlainChoice(Role.objects.none(), label=gettext_lazy("Role"))
    inside = PlainChoice(Unit.objects.none(), label=gettext_lazy("Unit"))
    module = forms.ChoiceField(label=gettext_lazy("Module"))
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=NAME_LENGTH, widget=forms.TextInput(attrs=PLAIN)
    )
    due = DayField(
        label=gettext_lazy("Due"), help_text=gettext_lazy("By when it shall be done, if by any day.")
    )
    notes = forms.CharField(
        label=gettext_lazy("Notes"),
        max_length=NOTES_LENGTH,
        required=False,
        widget=forms.TextInput(attrs=PLAIN),
    )
    reviewers = PlainChoices(
        label=gettext_lazy("Who decides"),
        queryset=Account.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Nobody ticked: whoever may take these rights away."),
    )

    def __init__(self, *args: Any, kind: str, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.unit = kind, unit
        field = "inside" if kind == Kind.UNIT else kind
        for name in {"group", "role", "inside", "module"} - {field}:
            del self.fields[name]
        offered: dict[str, Any] = {
            "group": Group.objects.in_unit(unit),
            "role": Role.objects.offered_in(unit),
            "inside": Unit.objects.open().below(unit).order_by("path"),
        }
        if field in offered:
            self.fields[field].queryset = offered[field]  # type: ignore[attr-defined]
        else:
            modules = catalogue().modules.values()
            choices = [("", "---------"), *((module.key, module.label) for module in modules)]
            self.fields[field].choices = choices  # type: ignore[attr-defined]
        able = [holder.account for holder in holders(NEEDS, unit)]
        people = Account.objects.filter(pk__in=able).order_by("last_name", "first_name", "pk")
        self.fields["reviewers"].queryset = people  # type: ignore[attr-defined]
        self.fields["reviewers"].label_from_instance = lambda account: account.name  # type: ignore[attr-defined]

    def scope(self) -> Scope:
        """Return what shall be reviewed; call it on a valid form."""
        asked = self.cleaned_data
        group: Group | None = asked.get("group")
        unit = group.unit if group is not None else asked.get("inside") or self.unit
        return Scope(self.kind, unit, group, asked.get("role"), asked.get("module", ""))

    def wanted(self) -> Wanted:
        """Return how it is called and who decides; call it on a valid form."""
        asked = self.cleaned_data
        return Wanted(asked["name"], asked["notes"], asked["due"], asked["reviewers"])


class DecisionForm(forms.Form):
    """Keep or revoke, and why."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"), choices=ReviewLine.Decision.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.TextInput(attrs=PLAIN),
        help_text=gettext_lazy("Needed to revoke."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)


class CloseForm(forms.Form):
    """Whether what nobody decided shall stay as it is."""

    leave = forms.BooleanField(required=False)

    def __init__(self, *args: Any, undecided: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leave"].label = undecided


class ReviewSearch(forms.Form):
    """Search, and what to narrow by; all of it in the address."""

    q = forms.CharField(required=False, label=gettext_lazy("Person or right"), max_length=200)
    show = forms.ChoiceField(required=False, label=gettext_lazy("Show"))

    def __init__(self, *args: Any, closed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            ("", _("All")),
            ("undecided", _("Undecided")),
            ("keep", _("Keep")),
            ("revoke", _("Revoke")),
        ]
        self.fields["show"].choices = [*choices, *([("left", _("Left over"))] if closed else [])]  # type: ignore[attr-defined]
