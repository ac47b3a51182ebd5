"""The columns of All Accounts (S0-12 to S0-21, S1-08, S1-09, C-04)."""

from collections.abc import Callable, Hashable
from copy import copy
from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.middleware.csrf import get_token
from django.urls import get_script_prefix
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, gettext_noop

from accounts.models import Account
from accounts.names import Names
from accounts.standing import SHORT
from accounts.states import marks_of, quick_buttons, time_left
from adminrights import cells
from adminrights.escaping import filled
from adminrights.navigation import ANY, path_of
from adminrights.rows import SUBJECT, Kinds

SHOWN_GROUPS = 2
DETAILS, NEVER = gettext_noop("Details of %s"), gettext_noop("never")
BY_NAME = ("last_name", "first_name", "pk")


class AccountTable(tables.Table):
    """Details, Status, ID, Name, Email, Groups, Last sign-in, and what can be done."""

    select = tables.Column(gettext_lazy("Tick"), empty_values=(), orderable=False)
    details = tables.Column(gettext_lazy("Details"), empty_values=(), orderable=False)
    status = tables.Column(gettext_lazy("Status"), order_by=("status", *BY_NAME), empty_values=())
    id = tables.Column(gettext_lazy("ID"), attrs={"td": {"class": "num"}}, empty_values=())
    name = tables.Column(gettext_lazy("Name"), order_by=BY_NAME, empty_values=())
    email = tables.Column(gettext_lazy("Email"), order_by=("email_key",), empty_values=())
    groups = tables.Column(gettext_lazy("Groups"), empty_values=(), orderable=False)
    last_login = tables.Column(
        gettext_lazy("Last sign-in"), order_by=("last_login", *BY_NAME), empty_values=()
    )
    actions = tables.Column("", empty_values=(), orderable=False)

    class Meta:
        order_by = "name"
        attrs = {"caption": gettext_lazy("Accounts")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The groups of the accounts that the page shows: set by the page, in one statement for all.
        self.joined: dict[int, list[tuple[int, str]]] = {}
        self.names: Names
        # Whether something can be done with ticked rows.
        self.ticks = False

    def before_render(self, request: Any) -> None:
        if not self.ticks:
            self.columns.hide("select")
        several = len(getattr(request, "units", ())) > 1
        if not several or not request.user.may("accounts:update", request.unit):
            self.columns.hide("details")

    def render_select(self, record: Account) -> SafeString:
        return cells.tick(record.pk, record.name)

    def render_details(self, record: Account) -> SafeString:
        """The sign at the left of the row that opens the person's details (S4-32)."""
        url = path_of("accounts:account_details", record.pk)
        return cells.dialog_sign(url, "id-card", cells.said(DETAILS) % record.name)

    def render_status(self, record: Account) -> SafeString:
        shown = cells.badges([record.status, *marks_of(record)])
        left = time_left(record)
        return filled('{} <span class="muted">{}</span>', shown, left) if left else shown

    def render_id(self, record: Account) -> int:
        return record.pk

    def render_name(self, record: Account) -> SafeString:
        return cells.row_link(path_of("accounts:account_detail", record.pk), record.name)

    def render_email(self, record: Account) -> SafeString:
        return cells.address(record.email)

    def render_groups(self, record: Account) -> SafeString:
        groups = self.joined.get(record.pk, [])
        shown = [self.group_drawn(pk, name) for pk, name in groups[:SHOWN_GROUPS]]
        if more := groups[SHOWN_GROUPS:]:
            names = ", ".join(name for _pk, name in more)
            shown.append(cells.tag({"label": f"+{len(more)}", "title": names}))
        return cells.drawn_tags(shown)

    def group_drawn(self, pk: int, name: str) -> SafeString:
        """Return the group's tag, the same in every row."""
        if pk not in self.tags:
            self.tags[pk] = cells.tag(group_tag(pk, name, linked=self.linked) | self.short(pk))
        return self.tags[pk]

    @cached_property
    def tags(self) -> dict[int, SafeString]:
        """The tags of groups that are drawn already for readers like this one."""
        return self.names.drawn[get_language(), get_script_prefix(), self.linked]

    @cached_property
    def linked(self) -> bool:
        """Whether the reader may open groups."""
        return bool(self.request.user.may("groups:get", self.request.unit))

    def short(self, group: int) -> dict[str, str]:
        """Return the unit and the level of a group of the role matrix, where a long name is cut."""
        role, unit = self.names.levels.get(group, ("", ""))
        return {"label": unit, "detail": str(SHORT[role])} if role in SHORT else {}

    def render_last_login(self, record: Account) -> SafeString:
        return self.day(record.last_login)

    @cached_property
    def day(self) -> Callable[[datetime | None], SafeString]:
        return cells.days(cells.said(NEVER))

    def render_actions(self, record: Account) -> SafeString:
        several = len(getattr(self.request, "units", ())) > 1
        buttons = quick_buttons(record, self.request.user, self.request.unit, several=several)
        return cells.quick_menu(buttons, record.name, self.csrf_token)

    @property
    def kinds(self) -> Kinds:
        """Rows differ by the status, its marks and the days left; the reader's own row is like no other."""
        viewer = self.request.user.pk

        def of(record: Account) -> Hashable:
            if record.pk == viewer:
                return None
            return record.status, *marks_of(record), time_left(record)

        return Kinds(of, _anyone, ("email", "groups", "last_login"))

    @cached_property
    def csrf_token(self) -> str:
        return get_token(self.request)


def _anyone(record: Account) -> Account:
    """Return what stands for every account whose row is like this one's."""
    other = copy(record)
    other.pk, other.first_name, other.last_name = ANY, SUBJECT, ""
    return other


def group_tag(pk: int, name: str, *, linked: bool) -> dict[str, str]:
    """Return the group as a tag, leading to its page for whoever may open it (S1-17)."""
    url = path_of("groups:group_detail", pk) if linked else ""
    return {"label": name, "url": url, "title": name}
