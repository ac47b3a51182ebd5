"""The tab Permissions of an account: single permissions of its own (S2-08 to S2-21)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.permissions import PermissionsForm
from accounts.models import Account
from accounts.parts import PermissionPart
from accounts.services.grants import permissions_sheet, set_permissions
from accounts.single_rights import Permissions, passable, permissions_of
from accounts.views.previewed import PreviewedFormPage
from accounts.views.tabs import account_head, has_several_units
from adminrights.conflicts import Sheet
from adminrights.navigation import Link
from adminrights.views.parts import Part


class AccountPermissions(PreviewedFormPage):
    """Yes or no for each permission; whoever may hand out nothing only reads.

    Allow all and Allow none fill the form in and save nothing; the tick "All permissions" does the same as
    Allow all when the form is saved (S2-11, S2-12, S2-15, S2-16).
    """

    permission = "accounts:get"
    template_name = "accounts/account_permissions.html"
    form_class = PermissionsForm
    submit_label = gettext_lazy("Save")

    def breadcrumbs(self) -> list[Link]:
        return super().breadcrumbs()[:1]

    def get_title(self) -> str:
        return str(self.object.name)

    def get_collected_title(self) -> str:
        return _("Permissions of %s") % self.object.name

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.find()
        form = self.get_form()
        if request.POST.get("all") in {"yes", "no"} and form.is_valid():
            chosen = passable(self.shown(), given=request.POST["all"] == "yes")
            said = _("Everything that you may change here is filled in. Look at it, then save.")
            return self.render_to_response(self.get_context_data(form=form, chosen=chosen, filled_in=said))
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

    def shown(self, chosen: dict[str, bool] | None = None) -> Permissions:
        actor: Any = self.request.user
        return permissions_of(self.object, self.unit, actor, chosen)

    def parts(self) -> list[Part]:
        return [PermissionPart(self.object, self.unit)]

    def sheet(self) -> Sheet:
        return permissions_sheet(self.object, self.unit)

    def get_form_kwargs(self) -> dict[str, Any]:
        own = self.opened.sheet if self.opened else self.sheet()
        return super().get_form_kwargs() | {"own": [key.partition(":")[2] for key in own]}

    def apply(self, form: PermissionsForm) -> Account:
        account: Account = self.object
        if "all_permissions" in self.request.POST:
            form.everything = passable(self.shown(), given=True)
        set_permissions(account, form.wanted(), actor=self.request.user, unit=self.unit, seen=self.seen)
        return account

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        account: Account = self.object
        form = kwargs.setdefault("form", self.get_form())
        chosen = kwargs.pop("chosen", None)
        shown = self.shown(form.answers() if chosen is None and form.is_bound else chosen)
        return super().get_context_data(
            **account_head(self.request, account, "account_permissions"),
            where=self.where(),
            shown=shown,
            editable=shown.passing.anything,
            units_url=self.units_url(),
            **kwargs,
        )

    def where(self) -> str:
        """Say for where the permissions count (C-16)."""
        if not has_several_units(self.request):
            return _("Permissions of this person alone.")
        words = {"unit": self.unit.name}
        if self.unit.parent_id is None:
            return _("Default permissions in %(unit)s and in every unit below that one may enter.") % words
        return _("Permissions in %(unit)s, for this unit and what is below it.") % words

    def units_url(self) -> str:
        """Return where access to a second unit is given, for whoever may."""
        if has_several_units(self.request) and self.may("accounts:update"):
            return reverse("accounts:account_units", args=[self.object.pk])
        return ""

    def get_success_url(self) -> str:
        return reverse("accounts:account_permissions", args=[self.object.pk])
