from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from adminrights.conflicts import Sheet, sheet_of
from adminrights.navigation import Button, EmptyState, Link
from adminrights.views import DetailPage, FormPage, ListPage
from adminrights.views.confirm import ConfirmPage
from adminrights.views.editing import EditPage
from adminrights.views.pages import Page
from adminrights.views.parts import Part, Values
from adminrights.views.previewed import PreviewedPage
from groups.buttons import group_buttons
from groups.filters import GroupFilter
from groups.forms import LevelsForm, RolesForm
from groups.models import Group
from groups.parts import RolesPart
from groups.reading import (
    find_accounts,
    find_removed,
    levels_of,
    matrix_of,
    member_counts,
    members_of,
    planned_members,
    roles_of,
    with_contents,
    with_dates,
)
from groups.services import (
    create_group,
    delete_group,
    levels_sheet,
    roles_sheet,
    set_levels,
    set_roles,
    update_group,
)
from groups.tables import GroupTable
from roles.forms import DetailsForm, NameForm
from roles.history import history_of
from roles.parts import GroupLevelPart
from roles.views import DETAILS

MEMBERS_A_PAGE = 12


class GroupPage(Page):
    """A page about a group of the unit or of one below; any other is not found."""

    def visible(self) -> QuerySet[Group]:
        return Group.objects.in_unit(self.unit).select_related("unit")

    def may_there(self, permission: str) -> bool:
        """Return whether the account may do it in the group's own unit."""
        return self.may(permission, self.object.unit)

    def breadcrumbs(self) -> list[Link]:
        crumbs = [Link(_("All Groups"), reverse("groups:group_list"))] if self.may("groups:list") else []
        if self.object is not None and not isinstance(self, DetailPage):
            crumbs.append(Link(str(self.object), self.object.get_absolute_url()))
        return crumbs


class GroupList(GroupPage, ListPage):
    """All Groups: every group and its members (S0-23, S1-29)."""

    permission = "groups:list"
    title = gettext_lazy("All Groups")
    table_class = GroupTable
    filterset_class = GroupFilter

    def breadcrumbs(self) -> list[Link]:
        return []

    def get_queryset(self) -> QuerySet[Group]:
        return with_contents(self.visible())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        count = context["count"]
        add = Button(_("Create Group"), reverse("groups:group_create"), "plus", "primary", dialog=True)
        buttons = [add] if self.may("groups:create") else []
        return context | {
            "buttons": buttons,
            "count_text": ngettext("%(count)d group", "%(count)d groups", count) % {"count": count},
            "empty": self._empty(buttons),
        }

    def _empty(self, buttons: list[Button]) -> EmptyState:
        if self.request.GET.get("q"):
            return EmptyState(_("No group has this name"), _("Try another word."), "search")
        text = _("A group gives everybody in it the same roles. Make one for each kind of work.")
        return EmptyState(_("No groups yet"), text, "boxes", buttons[0] if buttons else None)


class GroupCreate(GroupPage, FormPage):
    """New Group: a short dialog that also works as a page (S0-51, S1-31, S1-52, C-06)."""

    permission = "groups:create"
    title = gettext_lazy("New Group")
    form_class = NameForm
    template_name = "generic/dialog_form.html"
    submit_label = gettext_lazy("Create Group")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intro = _("Name the group first. Its members and roles come next, on its page.")
        return super().get_context_data(**{"intro": intro} | kwargs)

    def apply(self, form: Form) -> Group:
        return create_group(unit=self.unit, actor=self.request.user, **form.cleaned_data)

    def done(self, result: Group) -> str:
        return _("%s is there. Choose its members and roles now.") % result


class GroupDetail(GroupPage, DetailPage):
    """Members, roles, module levels and history of a group (S1-28, S1-32)."""

    permission = "groups:get"
    template_name = "groups/group_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        group = self.object
        carried = roles_of(group)
        context = {
            "group": group,
            "subtitle": group.description,
            "buttons": group_buttons(group, self.request.user, on_page=True),
            "roles": [fact for fact in carried if not fact.role.module_id],
            "levels": [fact for fact in carried if fact.role.module_id],
            "may_assign": self.may_there("roles:assign"),
            "history": history_of(group, self.unit) if self.may("access_log:list") else [],
        }
        return super().get_context_data(**kwargs) | context | self._members()

    def _members(self) -> dict[str, Any]:
        """Return one page of the members, and whom the search found."""
        if not self.may_there("group_members:list"):
            return {"may_list": False, "member_count": members_of(self.object).count()}
        pages = Paginator(members_of(self.object), MEMBERS_A_PAGE)
        pages.count, planned = member_counts(self.object)
        may_add = self.may_there("group_members:create")
        text = self.request.GET.get("find", "") if may_add else ""
        may_remove = self.may_there("group_members:delete")
        members = pages.get_page(self.request.GET.get("page"))
        members.object_list = list(with_dates(members.object_list))
        return {
            "may_list": True,
            "may_add": may_add,
            "may_remove": may_remove,
            "may_set": may_add and may_remove,
            "member_count": pages.count,
            "members": members,
            "planned": list(with_dates(planned_members(self.object))) if planned else [],
            "find": text,
            "find_next": may_add and self.request.GET.get("find") == "",
            "found": find_accounts(self.object, text, self.unit),
            "removed": self._removed() if may_add else None,
        }

    def _removed(self) -> Any:
        """Return whom the last step took out of the group."""
        return find_removed(self.object, self.request.GET.get("removed", ""), self.unit)


class GroupEdit(GroupPage, EditPage):
    """Name, display name and description (S0-24, S0-54)."""

    permission = "groups:update"
    form_class = DetailsForm
    template_name = "generic/dialog_form.html"

    def get_title(self) -> str:
        return _("Edit %s") % self.object

    def parts(self) -> list[Part]:
        return [Values(self.object, DetailsForm, DETAILS)]

    def sheet(self) -> Sheet:
        return sheet_of(self.object, DETAILS)

    def get_initial(self) -> dict[str, Any]:
        return self.sheet()

    def apply(self, form: Form) -> Group:
        update_group(self.object, actor=self.request.user, seen=self.seen, **form.cleaned_data)
        return self.object

    def done(self, result: Group) -> str:
        return _("The details of %s are saved.") % result


class GroupRoles(GroupPage, PreviewedPage):
    """Assignment: the roles that the group carries (S1-34, S1-53)."""

    permission = "roles:assign"
    asks = True
    form_class = RolesForm
    template_name = "groups/roles_form.html"
    dialog_template_name = "groups/roles_form.html"
    submit_label = gettext_lazy("Save roles")

    def get_title(self) -> str:
        return _("Roles of %s") % self.object

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"unit": self.object.unit}

    def parts(self) -> list[Part]:
        return [RolesPart(self.object)]

    def sheet(self) -> Sheet:
        return roles_sheet(self.object)

    def get_initial(self) -> dict[str, Any]:
        return {"roles": [fact.role_id for fact in roles_of(self.object)]}

    def apply(self, form: Form) -> Group:
        set_roles(self.object, form.cleaned_data["roles"], actor=self.request.user, seen=self.seen)
        return self.object

    def done(self, result: Group) -> str:
        return _("The roles of %s are saved, and in force for its members.") % result


class GroupLevels(GroupPage, PreviewedPage):
    """The module matrix: each tick is the built-in role of that module and level (S0-52, C-02)."""

    permission = "roles:assign"
    asks = True
    form_class = LevelsForm
    template_name = "groups/levels_form.html"
    dialog_template_name = "groups/levels_form.html"
    submit_label = gettext_lazy("Save module levels")

    def get_title(self) -> str:
        return _("Module levels of %s") % self.object

    def parts(self) -> list[Part]:
        return [GroupLevelPart(self.object.pk)]

    def sheet(self) -> Sheet:
        return levels_sheet(self.object)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.setdefault("form", self.get_form())
        shown = form.ticked() if form.is_bound else levels_of(roles_of(self.object))
        return super().get_context_data(**{"matrix": matrix_of(shown, editable=True)} | kwargs)

    def apply(self, form: Form) -> Group:
        set_levels(self.object, form.cleaned_data["levels"], actor=self.request.user, seen=self.seen)
        return self.object

    def done(self, result: Group) -> str:
        return _("The module levels of %s are saved, and in force for its members.") % result


class GroupDelete(GroupPage, ConfirmPage):
    """Asks first, and says who loses what."""

    permission = "groups:delete"
    collects = True
    submit_label = gettext_lazy("Delete group")

    def get_title(self) -> str:
        return _("Delete %s?") % self.object

    def get_sentence(self) -> str:
        count = members_of(self.object).count()
        if not count:
            return _("The group is deleted for good. Nobody is in it.")
        return ngettext(
            "The group is deleted for good. Its %(count)d member keeps what comes from elsewhere.",
            "The group is deleted for good. Its %(count)d members keep what comes from elsewhere.",
            count,
        ) % {"count": count}

    def run(self) -> str:
        delete_group(self.object, actor=self.request.user)
        return _("The group %s is deleted.") % self.object

    def get_success_url(self) -> str:
        return reverse("groups:group_list")
