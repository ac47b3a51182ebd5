from typing import Any

import django_tables2 as tables
from django.middleware.csrf import get_token
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from adminrights import cells
from adminrights.consequences import some
from groups.buttons import group_buttons
from groups.models import Group


class GroupTable(tables.Table):
    """All Groups: ID, Name, Members, Roles, and the quick actions at the far right (S0-23, S1-29, S1-30)."""

    id = tables.Column(accessor="pk", verbose_name=_("ID"))
    name = tables.Column(accessor="display_name", verbose_name=_("Name"))
    members = tables.Column(accessor="member_count", verbose_name=_("Members"))
    roles = tables.Column(accessor="role_count", verbose_name=_("Roles"))
    actions = tables.Column(empty_values=(), orderable=False)

    class Meta:
        order_by = "name"
        attrs = {"caption": _("Groups")}

    def render_name(self, record: Group) -> SafeString:
        return cells.row_link(record.get_absolute_url(), record.display_name)

    def render_members(self, value: int, record: Any) -> str:
        if not value:
            return "–"
        if not self.request.user.may("group_members:list", self.request.unit):
            return ngettext("%(count)d member", "%(count)d members", value) % {"count": value}
        names = [membership.account.name for membership in record.first_members]
        return some(names, value)

    def render_roles(self, value: int, record: Any) -> str:
        return some([fact.role.label for fact in record.first_roles], value) if value else "–"

    def render_actions(self, record: Group) -> SafeString:
        buttons = group_buttons(record, self.request.user)
        return cells.quick_menu(buttons, record.display_name, get_token(self.request))
