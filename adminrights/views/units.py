"""Units by themselves: working in another one, another name, another place."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from adminrights.change import preview
from adminrights.conflicts import Sheet, sheet_of
from adminrights.exceptions import NotAllowed, Refused, Stale
from adminrights.forms import MoveForm, UnitForm
from adminrights.models import Unit
from adminrights.navigation import Link
from adminrights.promises import seal
from adminrights.services import move_unit, rename_unit
from adminrights.units import SESSION_KEY
from adminrights.views.access import AccessMixin, Open
from adminrights.views.editing import EditPage
from adminrights.views.pages import DetailPage, Page
from adminrights.views.parts import Part, Reference, Values
from adminrights.views.previewed import PreviewedPage


class UnitSwitch(AccessMixin):
    """Works in another unit from now on: one that the account may enter, any other is not found."""

    open_to: ClassVar[Open | None] = Open.SIGNED_IN
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = request.POST.get("unit", "")
        unit = next((each for each in request.units if str(each.pk) == chosen), None)  # type: ignore[attr-defined]
        if unit is None:
            raise Http404
        request.session[SESSION_KEY] = unit.pk
        return redirect(self.next_page(request.POST.get("next", ""), known="known" in request.POST))

    def next_page(self, path: str, *, known: bool) -> str:
        """Return the page one was on, unless it is about one thing: the other unit may not have it.

        `known` says that it has: whoever offered the step looked before.
        """
        if not url_has_allowed_host_and_scheme(path, allowed_hosts=None):
            return reverse("home")
        try:
            return reverse("home") if resolve(path).kwargs and not known else path
        except Resolver404:
            return reverse("home")


class UnitPage(Page):
    """A page about the unit in which one works or one below it; any other is not found."""

    def visible(self) -> QuerySet[Unit]:
        return Unit.objects.open().below(self.unit).select_related("parent", "root", "owner")

    def breadcrumbs(self) -> list[Link]:
        words = _("Units") if len(self.request.units) > 1 else _("Organisation")  # type: ignore[attr-defined]
        crumbs = [Link(words, reverse("accounts:unit_list"))] if self.may("units:list") else []
        if self.object is not None and not isinstance(self, DetailPage):
            crumbs.append(Link(self.object.name, self.object.get_absolute_url()))
        return crumbs


class UnitRename(UnitPage, EditPage):
    """Another name (S4-15)."""

    permission = "units:update"
    form_class = UnitForm
    template_name = "generic/dialog_form.html"
    submit_label = gettext_lazy("Rename")

    def get_title(self) -> str:
        return _("Rename %s") % self.object

    def parts(self) -> list[Part]:
        return [Values(self.object, UnitForm, ("name",))]

    def sheet(self) -> Sheet:
        return sheet_of(self.object, ("name",))

    def get_initial(self) -> dict[str, Any]:
        return self.sheet()

    def apply(self, form: Any) -> Unit:
        rename_unit(self.object, form.cleaned_data["name"], actor=self.request.user, seen=self.seen)
        return self.object

    def done(self, result: Unit) -> str:
        return _("It is called %s now.") % result


class UnitMove(UnitPage, PreviewedPage):
    """Another place in the tree: says first who gains and who loses what by it."""

    permission = "units:update"
    form_class = MoveForm
    template_name = "units/move.html"

    def get_title(self) -> str:
        return _("Move %s") % self.object

    def parts(self) -> list[Part]:
        return [Reference(self.object, MoveForm, "parent_id", "parent")]

    def sheet(self) -> Sheet:
        return sheet_of(self.object, ("parent_id",))

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | self.places()

    def places(self) -> dict[str, Any]:
        """Return where the unit may go: anywhere but below itself and, at first, where it is."""
        known = self.visible().order_by("path")
        places = known.exclude(path__startswith=self.object.path)
        if self.request.method == "GET":
            places = places.exclude(pk=self.object.parent_id)
        return {"places": places, "known": known}

    def form_valid(self, form: Any) -> HttpResponse:
        chosen = form.cleaned_data["parent"]
        if form.cleaned_data["sure"] == chosen.pk:
            return super().form_valid(form)
        try:
            asked = self.asked(chosen)
        except Stale as stale:
            return self.refused(form, stale)
        shown = MoveForm({"parent": chosen.pk, "sure": chosen.pk}, **self.places())
        return self.render_to_response(self.get_context_data(form=shown, **asked))

    def asked(self, chosen: Unit) -> dict[str, Any]:
        """Return what the move will do, or why it is refused. Raises Stale."""
        unit, actor, seen = Unit.objects.get(pk=self.object.pk), self.request.user, self.seen
        try:
            change = preview(lambda: move_unit(unit, chosen, actor=actor, seen=seen))
        except (NotAllowed, Stale):
            raise
        except Refused as refusal:
            return {"refusal": str(refusal)}
        note = {"kind": "note", "text": _("In %s and below it:") % self.object}
        previewed = seal(change, self.seal_place, str(chosen.pk))
        return {
            "ahead": [note, *self.told(change)],
            "previewed": previewed,
            "submit_label": _("Move it there"),
        }

    def typed(self, form: Any) -> str:
        return str(form.cleaned_data["parent"].pk)

    def apply(self, form: Any) -> Unit:
        move_unit(self.object, form.cleaned_data["parent"], actor=self.request.user, seen=self.seen)
        return self.object

    def done(self, result: Unit) -> str:
        return _("%(unit)s lies below %(parent)s now.") % {"unit": result, "parent": result.parent}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"submit_label": _("Continue"), "previews": False} | kwargs)
