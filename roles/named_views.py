"""Choosing the named permissions of a role (S3-109)."""

from typing import Any

from django.forms import Form
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from adminrights.conflicts import Sheet
from adminrights.views.parts import Part
from roles.catalogue import catalogue
from roles.forms import NamedForm
from roles.models import Role
from roles.naming import named_areas
from roles.parts import RulePart
from roles.services import permissions_of, rules_sheet, set_named
from roles.views import RolePreviewedPage


class RoleNamed(RolePreviewedPage):
    """Every named permission with a box, its help and what it needs; saving replaces the role's choice."""

    permission = "roles:update"
    title = gettext_lazy("Choose named permissions")
    form_class = NamedForm
    template_name = "roles/role_named.html"
    submit_label = gettext_lazy("Save permissions")

    def parts(self) -> list[Part]:
        return [RulePart(self.object, "named")]

    def sheet(self) -> Sheet:
        return rules_sheet(self.object, list(catalogue().named))

    def get_initial(self) -> dict[str, Any]:
        return {"named": permissions_of(self.object)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.setdefault("form", self.get_form())
        return super().get_context_data(areas=named_areas(set(form["named"].value())), **kwargs)

    def apply(self, form: Form) -> Role:
        named, actor = form.cleaned_data["named"], self.request.user
        set_named(self.object, named, actor=actor, unit=self.unit, seen=self.seen)
        return self.object

    def done(self, result: Role) -> str:
        return _("The named permissions of %s are saved.") % result
