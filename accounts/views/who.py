"""Who can: the people for a permission, a module, a role or an item, and through what; list and CSV."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.http import Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.compare.choosing import PAST
from accounts.items import seen_by
from accounts.models import Account, Item
from accounts.permission_book import entry
from accounts.tables_who import WhoTable
from accounts.views.files import PeopleFile
from accounts.who.answer import ask, was_there
from accounts.who.form import WhoForm
from accounts.who.listing import csv_of, narrowed, people_of
from accounts.who.question import (
    Question,
    about_item,
    about_level,
    about_permission,
    about_role,
)
from accounts.who.shown import ByName, Whole, shown
from adminrights.exceptions import NotAllowed
from adminrights.navigation import Button, EmptyState, Link
from adminrights.spreadsheet import csv_lines
from adminrights.views import ListPage, Open, Page
from roles.catalogue import Module, UnknownPermission, catalogue
from roles.models import Role


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a list page asks of its filters: the form, and what is left."""

    form: WhoForm
    qs: Any

    def is_valid(self) -> bool:
        """Return True: what can't be read finds nothing, and the page says why."""
        return True


class WhoPart(Page):
    """What the list and the file of one kind of question have in common."""

    permission = "accounts:list"
    # The fields of the form that make no sense for this kind.
    leave_out: ClassVar[tuple[str, ...]] = ("level", "action", "status")
    list_name: ClassVar[str]

    def question(self) -> Question:
        """Return what is asked. Raises Http404."""
        raise NotImplementedError

    def address(self, suffix: str = "") -> str:
        """Return the page of the question, or with a suffix its file."""
        return reverse(f"accounts:{self.list_name}{suffix}", kwargs=self.kwargs)

    def above(self) -> list[Link]:
        """Return the pages above this one that the reader may open."""
        return []

    def breadcrumbs(self) -> list[Link]:
        return self.above()

    def prepare(self, form: WhoForm) -> None:
        """Give the form the choices of the question's kind."""

    @cached_property
    def form(self) -> WhoForm:
        hidden = () if self.may(PAST) else ("at",)
        form = WhoForm(self.request.GET, leave_out={*self.leave_out, *hidden})
        self.prepare(form)
        form.is_valid()
        return form

    @cached_property
    def asked(self) -> Question:
        """The question, worked out once."""
        return self.question()

    @property
    def at(self) -> datetime | None:
        """The moment that is asked about; none is now."""
        at: datetime | None = self.form.cleaned_data.get("at")
        return at


class WhoList(WhoPart, ListPage):
    """The people, their number in words, and how each has it."""

    template_name = "accounts/who/list.html"
    results_template_name = "accounts/who/results.html"
    table_class = WhoTable

    @cached_property
    def shown(self) -> Whole | ByName:
        """What is shown of the people; nobody on the page for what can't be read."""
        wanted = self.form.wanted() if self.form.is_valid() else None
        return shown(self.asked, self.unit, wanted, self.at)

    def get_filter(self) -> Narrowed:
        self.form.sources_of(self.shown.groups, self.shown.roles, self.at)
        return Narrowed(self.form, self.shown.data)

    def get_title(self) -> str:
        return _("Who can: %s") % self.asked.label

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        table, number, counts = context["table"], context["count"], self.shown.counts()
        page = [row.record.pk for row in table.paginated_rows]
        table.lines = self.shown.lines(page, links=self.may("groups:get") and self.at is None)
        table.question, table.past = self.asked, self.at is not None
        words = ngettext("%(count)d person listed", "%(count)d people listed", number) % {"count": number}
        query = self.request.GET.urlencode()
        return context | {
            "sentence": counts.sentence(),
            "note": counts.note(),
            "at": self.at,
            "left_out": [catalogue().permissions[key].label for key in self.shown.left_out],
            "others": self.shown.others,
            "count_text": words,
            "file_url": self.address("_export") + (f"?{query}" if query else ""),
            "history_url": self.history_url(self.asked),
            "empty": self.empty(),
        }

    def history_url(self, question: Question) -> str:
        """Return the timeline of the permission that is asked about, for whoever may look back."""
        if not question.permission or not self.may(PAST):
            return ""
        return reverse("accounts:permission_past", args=[question.permission]) + "#results"

    def empty(self) -> EmptyState:
        if not self.form.is_valid():
            return EmptyState(_("This can't be read"), self.unread(), "circle-alert")
        if self.shown.anybody:
            everybody = Button(_("Show everybody"), self.address())
            text = _("Try fewer letters of the name or the address, or take a filter away.")
            return EmptyState(_("Nobody matches"), text, "search-x", everybody)
        return EmptyState(_("Nobody"), _("No own right, no group and no ownership gives it here."), "users")

    def unread(self) -> str:
        """Return what is wrong with what the address asks."""
        return " ".join(
            f"{self.form[name].label}: {each}" for name, e in self.form.errors.items() for each in e
        )


class WhoExport(PeopleFile, WhoPart):
    """The people that the filters of the page leave, as CSV; formulas in it are made harmless (N5)."""

    def page_url(self) -> str:
        return self.address() + self.filters()

    def file(self) -> HttpResponseBase:
        # Worked out before the answer begins, so that what is not there is not found.
        found, form = ask(self.asked, self.at), self.form
        people = narrowed(people_of(found, self.unit), form.wanted()) if form.is_valid() else []
        lines = list(csv_of(found, people))
        answer = StreamingHttpResponse(csv_lines(lines), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="who-can.csv"'
        return answer


class OfPermission(WhoPart):
    """About one permission, or one named permission."""

    list_name = "permission_who"

    def question(self) -> Question:
        try:
            return about_permission(self.kwargs["key"], self.unit)
        except UnknownPermission:
            raise Http404 from None

    def above(self) -> list[Link]:
        if not self.may("roles:list"):
            return []
        key = self.kwargs["key"]
        page = reverse("accounts:permission_page", args=[key])
        book = Link(_("All Permissions"), reverse("accounts:permission_book"))
        return [book, Link(entry(key).label, page)]


class OfModule(WhoPart):
    """About everything in a module up to a level."""

    list_name = "module_who"
    leave_out = ("action", "status")

    @cached_property
    def module(self) -> Module:
        """Return the module. Raises Http404."""
        if self.kwargs["module"] not in catalogue().modules:
            raise Http404
        return catalogue().modules[self.kwargs["module"]]

    def prepare(self, form: WhoForm) -> None:
        form.levels_of(self.module)

    def question(self) -> Question:
        level = int(self.form.cleaned_data.get("level") or min(self.module.levels))
        return about_level(self.module.key, level, self.unit)

    def above(self) -> list[Link]:
        book = Link(_("All Permissions"), reverse("accounts:permission_book"))
        return [book] if self.may("roles:list") else []


class OfRole(WhoPart):
    """About a role that is offered in the unit: who is in a group that carries it."""

    list_name = "role_who"
    leave_out = ("level", "action", "way", "role")

    @cached_property
    def role(self) -> Role:
        """Return the role. Raises Http404."""
        found = Role.objects.offered_in(self.unit).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def question(self) -> Question:
        return about_role(self.role, self.unit)

    def above(self) -> list[Link]:
        every = [Link(_("All Roles"), reverse("roles:role_list"))] if self.may("roles:list") else []
        own = [Link(str(self.role), self.role.get_absolute_url())] if self.may("roles:get") else []
        return [*every, *own]


class OfItem(WhoPart):
    """About an item that the reader may see: who may do what with it."""

    # An item that the reader doesn't see is not found, before anything else is asked.
    permission = ""
    open_to = Open.SIGNED_IN
    list_name = "item_who"
    leave_out = ("level", "status")

    @property
    def looks_back(self) -> bool:
        """Whether a moment is asked about, by somebody who may: then what is retired is an item too."""
        return bool(self.request.GET.get("at")) and self.may(PAST)

    @cached_property
    def item(self) -> Any:
        """Return the item. Raises Http404, and NotAllowed for whoever may not list accounts."""
        reader: Account = self.request.user  # type: ignore[assignment]
        seen = (
            Item.objects.none() if self.unit is None else seen_by(reader, self.unit, retired=self.looks_back)
        )
        found = seen.filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        if not self.may("accounts:list"):
            raise NotAllowed(_("You may not see who works here."), ["accounts:list"])
        return found

    def prepare(self, form: WhoForm) -> None:
        form.actions_of(self.item)

    def question(self) -> Question:
        return about_item(self.item, self.form.cleaned_data.get("action", ""))

    def above(self) -> list[Link]:
        every = Link(_("Items"), reverse("accounts:item_list"))
        own = Link(str(self.item), self.item.get_absolute_url())
        return [every] if self.item.retired_at else [every, own]


class PermissionWho(OfPermission, WhoList):
    """Who may do it."""


class PermissionWhoExport(OfPermission, WhoExport):
    """The same as a file."""


class ModuleWho(OfModule, WhoList):
    """Who may do everything in the module up to a level."""


class ModuleWhoExport(OfModule, WhoExport):
    """The same as a file."""


class RoleWho(OfRole, WhoList):
    """Who has the role."""

    def get_title(self) -> str:
        return _("Who has it: %s") % self.asked.label


class RoleWhoExport(OfRole, WhoExport):
    """The same as a file."""


class ItemWho(OfItem, WhoList):
    """Who may do what with it."""

    def get_title(self) -> str:
        return _("Who may do what with it: %s") % self.asked.label

    def empty(self) -> EmptyState:
        if self.at is None or was_there(self.item, self.at):
            return super().empty()
        text = _("It was registered later, or retired before.")
        return EmptyState(_("There was no such item then"), text, "calendar")


class ItemWhoExport(OfItem, WhoExport):
    """The same as a file."""
