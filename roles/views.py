from typing import Any

from django.db.models import QuerySet
from django.forms import Form
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from adminrights.change import Change
from adminrights.conflicts import Sheet, sheet_of
from adminrights.consequences import Line
from adminrights.models import JournalEntry
from adminrights.models.journal import JournalQuerySet
from adminrights.navigation import Button, EmptyState, Link
from adminrights.views import DetailPage, FormPage, ListPage
from adminrights.views.confirm import ConfirmPage
from adminrights.views.editing import EditPage
from adminrights.views.pages import Page
from adminrights.views.parts import Part, Values
from adminrights.views.previewed import Previewed
from roles.buttons import role_buttons
from roles.filters import RoleFilter
from roles.forms import DetailsForm, NameForm
from roles.history import history_of
from roles.models import Role
from roles.naming import named_areas
from roles.reading import (
    carrying_in,
    counted,
    groups_with,
    people_with,
    rules_by_module,
    unseen,
    with_numbers,
)
from roles.services import (
    copy_role,
    create_role,
    delete_role,
    organisation,
    permissions_of,
    update_role,
)
from roles.tables import RoleTable, group_lines

PEOPLE_SHOWN = 12
DETAILS = ("name", "display_name", "description")


class RolePage(Page):
    """A page about a role that is offered in the unit; any other is not found."""

    def visible(self) -> QuerySet[Role]:
        return Role.objects.offered_in(self.unit).select_related("module")

    def may_here(self, permission: str) -> bool:
        """Return whether the account may do it where roles belong: in the organisation."""
        return self.may(permission, organisation(self.unit))

    def breadcrumbs(self) -> list[Link]:
        crumbs = [Link(_("All Roles"), reverse("roles:role_list"))] if self.may("roles:list") else []
        if self.object is not None and not isinstance(self, DetailPage):
            crumbs.append(Link(self.object.label, self.object.get_absolute_url()))
        return crumbs


class RoleList(RolePage, ListPage):
    """All Roles (S1-40)."""

    permission = "roles:list"
    title = gettext_lazy("All Roles")
    table_class = RoleTable
    filterset_class = RoleFilter

    def breadcrumbs(self) -> list[Link]:
        return []

    def get_queryset(self) -> QuerySet[Role]:
        return with_numbers(self.visible(), self.unit)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        count = context["count"]
        add = Button(_("Create Role"), reverse("roles:role_create"), "plus", "primary", dialog=True)
        buttons = [add] if self.may_here("roles:create") else []
        return context | {
            "buttons": buttons,
            "count_text": ngettext("%(count)d role", "%(count)d roles", count) % {"count": count},
            "empty": self._empty(buttons),
        }

    def _empty(self, buttons: list[Button]) -> EmptyState:
        if self.request.GET.get("q"):
            return EmptyState(
                _("No role has this name"), _("Try another word, or look among all roles."), "search"
            )
        text = _("A role is a set of rules: what may be done with which kind of data. Groups carry roles.")
        return EmptyState(
            _("No roles of your own yet"), text, "shield-check", buttons[0] if buttons else None
        )


class RoleCreate(RolePage, FormPage):
    """New Role: a short dialog that also works as a page (S1-42, S1-56, C-06)."""

    permission = "roles:create"
    title = gettext_lazy("New Role")
    form_class = NameForm
    template_name = "generic/dialog_form.html"
    submit_label = gettext_lazy("Create Role")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intro = _("Name the role first. What it allows comes next, on its page.")
        return super().get_context_data(**{"intro": intro} | kwargs)

    def apply(self, form: Form) -> Role:
        return create_role(unit=self.unit, actor=self.request.user, **form.cleaned_data)

    def done(self, result: Role) -> str:
        return _("%s is there. Add its rules now.") % result


class RoleDetail(RolePage, DetailPage):
    """The role's rules, who has it through what, and its history (S1-43)."""

    permission = "roles:get"
    template_name = "roles/role_detail.html"

    def get_title(self) -> str:
        return str(self.object.label)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        role = self.object
        editable = not role.built_in and self.may_here("roles:update")
        people = people_with(role, self.unit)
        count, idle = counted(people)
        keys = permissions_of(role)
        add = Button(_("Add Rule"), reverse("roles:rule_add", args=[role.pk]), "plus", "primary", dialog=True)
        choose = Button(_("Choose"), reverse("roles:role_named", args=[role.pk]), "list-checks")
        return super().get_context_data(**kwargs) | {
            "role": role,
            "subtitle": role.help,
            "buttons": role_buttons(role, self.request.user, self.unit, on_page=True),
            "modules": rules_by_module(keys),
            "editable": editable,
            "add_rule": add if editable else None,
            "named": named_areas(set(keys), only_chosen=True),
            "unseen": ", ".join(unseen(keys)),
            "choose_named": choose if editable else None,
            "groups": group_lines(groups_with(role, self.unit), linked=self.may("groups:get")),
            "people": people[:PEOPLE_SHOWN],
            "people_count": count,
            "idle_count": idle,
            "people_more": max(count - PEOPLE_SHOWN, 0),
            "history": history_of(role, self.unit) if self.may("access_log:list") else [],
        }


class RoleEditPage(RolePage, EditPage):
    """A page on which a role is edited: what happened to it is read where roles belong."""

    def entries(self) -> JournalQuerySet:
        return JournalEntry.objects.about(self.object).seen_from(organisation(self.unit))


class RolePreviewedPage(Previewed, RoleEditPage):
    """What is saved here reaches everybody who has the role: the page says whom."""

    asks = True
    collects = is_whole = True

    def told(self, change: Change | None) -> list[Line]:
        lines = super().told(change)
        if not carrying_in(organisation(self.unit)).filter(role=self.object).exists():
            text = _("No group carries this role, so nobody has it yet.")
            lines.append({"kind": "note", "text": text})
        return lines


class RoleEdit(RoleEditPage):
    """Name, display name and description of an own role."""

    permission = "roles:update"
    title = gettext_lazy("Edit details")
    form_class = DetailsForm
    template_name = "generic/dialog_form.html"

    def parts(self) -> list[Part]:
        return [Values(self.object, DetailsForm, DETAILS)]

    def sheet(self) -> Sheet:
        return sheet_of(self.object, DETAILS)

    def get_initial(self) -> dict[str, Any]:
        return self.sheet()

    def apply(self, form: Form) -> Role:
        actor: Any = self.request.user
        update_role(self.object, actor=actor, unit=self.unit, seen=self.seen, **form.cleaned_data)
        return self.object

    def done(self, result: Role) -> str:
        return _("The details of %s are saved.") % result


class RoleCopy(RolePage, FormPage):
    """A new role with the same rules; the way to change a built-in one (C-18)."""

    permission = "roles:create"
    form_class = NameForm
    template_name = "generic/dialog_form.html"
    submit_label = gettext_lazy("Copy role")

    def get_title(self) -> str:
        return _("Copy %s") % self.object.label

    def get_initial(self) -> dict[str, Any]:
        return {"display_name": _("%s (copy)") % self.object.label, "name": f"{self.object.name}_copy"}

    def apply(self, form: Form) -> Role:
        return copy_role(self.object, unit=self.unit, actor=self.request.user, **form.cleaned_data)

    def done(self, result: Role) -> str:
        return _("%s is there, with the same rules.") % result


class RoleDelete(RolePage, ConfirmPage):
    """Asks first, and lists the groups that carry the role and what each person loses (C-18, scenario 9)."""

    permission = "roles:delete"
    collects = True
    submit_label = gettext_lazy("Delete role")

    def get_title(self) -> str:
        return _("Delete %s?") % self.object

    def get_sentence(self) -> str:
        return _("The role is deleted for good. What people have only through it ends at once.")

    def get_notes(self) -> list[Line]:
        return [
            {
                "kind": "lose",
                "text": ngettext(
                    "Group %(group)s (%(count)d member) no longer carries it",
                    "Group %(group)s (%(count)d members) no longer carries it",
                    group.member_count,
                )
                % {"group": group, "count": group.member_count},
            }
            for group in groups_with(self.object, organisation(self.unit))
        ]

    def run(self) -> str:
        delete_role(self.object, actor=self.request.user, unit=self.unit)
        return _("The role %s is deleted.") % self.object

    def get_success_url(self) -> str:
        return reverse("roles:role_list")
