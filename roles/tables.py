from collections.abc import Iterable
from typing import Any

import django_tables2 as tables
from django.middleware.csrf import get_token
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from adminrights import cells
from adminrights.escaping import filled
from roles.buttons import role_buttons
from roles.catalogue import catalogue
from roles.models import Role


def group_lines(groups: Iterable[Any], *, linked: bool) -> SafeString:
    """Return the groups that carry a role as a list, or nothing without any; joined here for hundreds."""
    one, sign = '<li>{}{} <span class="muted">{}</span></li>', cells.icon("boxes")
    lines = []
    for group in groups:
        name = filled(
            '<a href="{}">{}</a>' if linked else "<span>{1}</span>", group.get_absolute_url(), group
        )
        count = group.member_count
        members = ngettext("%(count)d member", "%(count)d members", count) % {"count": count}
        lines.append(filled(one, sign, name, members))
    return SafeString(f'<ul class="plain-list">{"".join(lines)}</ul>' if lines else "")


class RoleTable(tables.Table):
    """All Roles: ID, Name, Rules, Used by, and the quick actions at the far right (S1-40, S1-41)."""

    id = tables.Column(accessor="pk", verbose_name=_("ID"))
    name = tables.Column(accessor="display_name", verbose_name=_("Name"))
    rules = tables.Column(accessor="rule_count", verbose_name=_("Rules"), attrs={"td": {"class": "num"}})
    used_by = tables.Column(accessor="group_count", verbose_name=_("Used by"))
    actions = tables.Column(empty_values=(), orderable=False)

    class Meta:
        order_by = "name"
        attrs = {"caption": _("Roles")}

    def render_name(self, record: Role) -> SafeString:
        return cells.row_link(record.get_absolute_url(), record.label)

    def render_rules(self, value: int, record: Any) -> str | int:
        """Return the number of rules, and of named permissions where there are any."""
        if record.right:
            return len({key.split(":")[0] for key in catalogue().given_by(record.right)})
        if not record.named_count:
            return value
        named = str(_("%d named")) % record.named_count
        return f"{value} + {named}" if value else named

    def render_used_by(self, value: int) -> str:
        return ngettext("%(count)d group", "%(count)d groups", value) % {"count": value} if value else "–"

    def render_actions(self, record: Role) -> SafeString:
        buttons = role_buttons(record, self.request.user, self.request.unit)
        return cells.quick_menu(buttons, record.label, get_token(self.request))
