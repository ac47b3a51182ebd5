"""The dashboard of units, the page of one, and what is done there to the people in it."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_tables2 import RequestConfig

from accounts.access import state_for
from accounts.forms.units import LimitsForm
from accounts.organisation import (
    Reader,
    as_tree,
    features_of,
    found_in_tree,
    of_limit,
    people_url,
    with_accounts,
)
from accounts.people_count import people_count, seats_shown
from accounts.services.units import close_unit, open_unit, set_limits, switch_feature
from accounts.tables_units import UnitFilter, UnitTable
from accounts.unit_history import history_of
from adminrights.conflicts import Sheet, sheet_of
from adminrights.consequences import Line
from adminrights.forms import UnitForm
from adminrights.models import Unit, UnitFeature
from adminrights.navigation import Button, EmptyState, Link
from adminrights.services import units_in_use
from adminrights.views import DetailPage
from adminrights.views.confirm import ConfirmPage
from adminrights.views.editing import EditPage
from adminrights.views.parts import Part, Values
from adminrights.views.previewed import Previewed
from adminrights.views.units import UnitPage
from groups.models import Group

UNITS_A_PAGE = 100
LIMITS = ("seat_limit", "unit_limit")
# From so many on the tree can be searched.
MANY = 8


class Counted(DetailPage):
    """A page that tells how many people units have."""

    @property
    def state(self) -> str:
        return state_for(self.request.user)  # type: ignore[arg-type]


class UnitList(UnitPage, Counted):
    """Every unit from here downwards, as a tree (S4-16, S4-39)."""

    permission = "units:list"
    template_name = "generic/list.html"

    def breadcrumbs(self) -> list[Link]:
        return []

    def get_title(self) -> str:
        return _("Units") if len(self.request.units) > 1 else _("Organisation")  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        every = as_tree(with_accounts(self.visible()))
        found = UnitFilter(self.request.GET, queryset=self.visible(), request=self.request)
        text = found.form["q"].value() or ""
        units, count = found_in_tree(every, text)
        features = UnitFeature.objects.live().filter(unit__in=[unit.pk for unit in units])
        reader = Reader(self.request.user, units)  # type: ignore[arg-type]
        root = self.unit.root or self.unit
        table = UnitTable(units, features=features, reader=reader, taken=seats_shown(root, self.state))
        RequestConfig(self.request, paginate={"per_page": UNITS_A_PAGE, "silent": True}).configure(table)
        words = ngettext("%(count)d unit", "%(count)d units", count) % {"count": count}
        extra = {"table": table, "count": count, "count_text": words, "buttons": self.buttons()}
        if text or len(every) >= MANY:
            extra |= {"filter": found, "empty": self.empty()}
        return super().get_context_data(**extra | kwargs)

    def get_template_names(self) -> list[str]:
        asked: Any = self.request.htmx  # type: ignore[attr-defined]
        partial = asked and not asked.history_restore_request
        return ["generic/results.html" if partial else self.template_name]

    def empty(self) -> EmptyState:
        everything = Button(_("Show all units"), self.request.path)
        return EmptyState(_("No unit has this name"), _("Try another word."), "search-x", everything)

    def buttons(self) -> list[Button]:
        if not self.may("units:create"):
            return []
        add = reverse("accounts:unit_create", args=[self.unit.pk])
        return [Button(_("Add a unit below"), add, "plus", style="primary", dialog=True)]


class UnitDetail(UnitPage, Counted):
    """What a unit has: seats, features, an owner, units below it."""

    permission = "units:get"
    template_name = "units/unit_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        unit: Unit = self.object
        root = unit.root or unit
        several = len(self.request.units) > 1  # type: ignore[attr-defined]
        below = with_accounts(Unit.objects.open().filter(parent=unit).order_by("name"))
        reader = Reader(self.request.user, [unit, *below])  # type: ignore[arg-type]
        limits = {
            "seats": of_limit(seats_shown(unit, self.state), unit.seat_limit),
            "units": of_limit(units_in_use(unit), unit.unit_limit),
        }
        for each in below:
            each.people_url = self.accounts_url(each)  # type: ignore[attr-defined]
        return super().get_context_data(
            unit_shown=unit,
            is_root=unit.pk == root.pk,
            below=below,
            accounts=people_count(unit, self.state),
            accounts_url=self.accounts_url(unit),
            log_url=reverse("accounts:log_list") + (f"?unit={unit.pk}" if several else ""),
            history=history_of(unit, self.unit, several=several) if self.may("access_log:list") else None,
            limits=limits,
            features=features_of(unit),
            may_license=reader.may("units:update", root),
            may_transfer=root.owner == self.request.user or reader.may("access:delegate", root),
            may_rule=self.may("access:delegate", root),
            buttons=reader.buttons(unit, on_page=True),
            **kwargs,
        )

    def accounts_url(self, unit: Unit) -> str:
        """Return where the unit's accounts are listed, for whoever may list them."""
        return people_url(self.request, unit) if self.may("accounts:list") else ""


class UnitCreate(UnitPage, Previewed):
    """A unit below this one; whoever makes it is let in (S4-39)."""

    permission = "units:create"
    form_class = UnitForm
    template_name = "generic/dialog_form.html"
    submit_label = gettext_lazy("Add unit")

    def get_title(self) -> str:
        return _("Add a unit below %s") % self.object

    def apply(self, form: Any) -> Unit:
        return open_unit(self.object, form.cleaned_data["name"], actor=self.request.user)

    def done(self, result: Unit) -> str:
        return _("%s is there. Choose now who may enter it.") % result


class UnitClose(UnitPage, ConfirmPage):
    """Asks first, and says who loses what (Z10)."""

    permission = "units:delete"
    collects = True
    submit_label = gettext_lazy("Close unit")

    def get_title(self) -> str:
        return _("Close %s?") % self.object

    def get_sentence(self) -> str:
        return _("Nobody enters it any more. What was given in it ends; the people and their history stay.")

    def get_notes(self) -> list[Line]:
        groups = Group.objects.present().filter(unit=self.object)
        gone = [{"kind": "lose", "text": _("The group %s goes with it.") % group} for group in groups]
        return [*gone, {"kind": "note", "text": _("In %s, and only there:") % self.object}]

    def run(self) -> str:
        close_unit(self.object, actor=self.request.user)
        return _("%s is closed.") % self.object

    def get_success_url(self) -> str:
        # One can't stay in what is closed.
        return reverse("home" if self.object.pk == self.unit.pk else "accounts:unit_list")


class UnitLimits(UnitPage, EditPage):
    """How many seats and units the organisation has (C-15, S4-39)."""

    permission = "units:update"
    form_class = LimitsForm
    template_name = "generic/dialog_form.html"

    def visible(self) -> QuerySet[Unit]:
        return super().visible().roots()  # type: ignore[attr-defined]

    def get_title(self) -> str:
        return _("Limits of %s") % self.object

    def parts(self) -> list[Part]:
        return [Values(self.object, LimitsForm, LIMITS, empty=_("any number"))]

    def sheet(self) -> Sheet:
        return sheet_of(self.object, LIMITS)

    def get_initial(self) -> dict[str, Any]:
        return self.sheet()

    def apply(self, form: Any) -> Unit:
        set_limits(self.object, form.cleaned_data, actor=self.request.user, seen=self.seen)
        return self.object

    def done(self, result: Unit) -> str:
        return _("The limits are saved.")


class FeaturePage(UnitPage, ConfirmPage):
    """Says first who gains or loses what by a feature (S3-90, S3-91)."""

    permission = "units:update"
    collects = True
    on = False

    def label(self) -> str:
        features = {feature.key: feature.label for feature in features_of(self.object)}
        return features.get(self.kwargs["feature"], self.kwargs["feature"])

    def run(self) -> str:
        words = _("%s is on.") if self.on else _("%s is off.")
        if not switch_feature(self.object, self.kwargs["feature"], on=self.on, actor=self.request.user):
            words = _("%s was on already.") if self.on else _("%s was off already.")
        return words % self.label()


class FeatureOn(FeaturePage):
    on = True
    submit_label = gettext_lazy("Switch on")
    submit_style = "primary"

    def get_title(self) -> str:
        return _("Switch on %s?") % self.label()

    def get_sentence(self) -> str:
        return _("Rights that waited for it work at once, in %s and below it.") % self.object


class FeatureOff(FeaturePage):
    submit_label = gettext_lazy("Switch off")

    def get_title(self) -> str:
        return _("Switch off %s?") % self.label()

    def get_sentence(self) -> str:
        return _("Rights that need it are kept and marked; they work again when it is back.")
