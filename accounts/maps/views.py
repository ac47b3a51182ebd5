"""The pictures: what one person has and through what, what a role reaches, and who of many has what."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.access import token_for
from accounts.filters import AccountFilter
from accounts.maps.graph import Graph, Node, branches, folded, too_long
from accounts.maps.heat import HeatMap, areas, csv_of, heat_map, legend
from accounts.maps.layout import draw
from accounts.maps.of_person import Links, link_to_own_rights, link_to_rights, map_of_person
from accounts.maps.of_role import map_of_role
from accounts.models import Account
from accounts.names import names_in
from accounts.views.accounts import AccountPage
from accounts.views.files import PeopleFile
from accounts.views.tabs import account_head
from adminrights.navigation import Button, EmptyState, Link
from adminrights.spreadsheet import csv_lines
from adminrights.views import DetailPage, Open, Page
from roles.models import Role

# So many nodes of a column are drawn; the list has all of them.
MOST = 40
PEOPLE = 50
LIST = "#map-list"


def drawn(graph: Graph, subject: str) -> dict[str, Any]:
    """Return what templates/maps/map.html needs: the drawing, and the same as a list."""
    more = {number: _more(number, count) for number, count in too_long(graph, MOST)}
    return {
        "drawing": draw(folded(graph, MOST, more)),
        "subject": subject,
        "branches": branches(graph.nodes(), graph.paths),
        "idle": any(not path.works for path in graph.paths),
        "more": bool(more),
        "paths": graph.paths,
        "empty": EmptyState(
            _("Nothing to draw"), _("No group and no own right gives anything here."), "waypoints"
        ),
    }


def _more(number: int, count: int) -> Node:
    words = ngettext("and %(count)d more", "and %(count)d more", count) % {"count": count}
    return Node(f"more-{number}", "more", words, _("in the list below"), LIST)


class AccountMap(AccountPage, DetailPage):
    """The access map of somebody of the unit."""

    permission = "accounts:get"
    template_name = "maps/account.html"

    def breadcrumbs(self) -> list[Link]:
        return super().breadcrumbs()[:1]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        account: Account = self.object
        links = Links(self.may("groups:get"), self.may("roles:get"), link_to_rights(account))
        return super().get_context_data(
            **drawn(map_of_person(account, self.unit, links), account.name),
            **account_head(self.request, account, "account_map"),
            **kwargs,
        )


class MyMap(Page):
    """One's own access map."""

    open_to = Open.SIGNED_IN
    title = gettext_lazy("My access map")
    template_name = "maps/mine.html"

    def breadcrumbs(self) -> list[Link]:
        return [Link(_("My access"), reverse("accounts:my_access"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        account: Account = self.request.user  # type: ignore[assignment]
        context = super().get_context_data(**kwargs)
        context["subtitle"] = _("Through which groups and roles you come to which modules")
        if self.unit is None:
            return context
        links = Links(self.may("groups:get"), self.may("roles:get"), link_to_own_rights)
        return context | drawn(map_of_person(account, self.unit, links), account.name)


class RoleMap(DetailPage):
    """Who has a role through which group, and which modules it reaches."""

    permission = "roles:get"
    template_name = "maps/role.html"

    def visible(self) -> QuerySet[Role]:
        return Role.objects.offered_in(self.unit)

    def get_title(self) -> str:
        return _("Access map of %s") % self.object.label

    def breadcrumbs(self) -> list[Link]:
        every = [Link(_("All Roles"), reverse("roles:role_list"))] if self.may("roles:list") else []
        return [*every, Link(self.object.label, self.object.get_absolute_url())]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        role: Role = self.object
        page = role.get_absolute_url()
        links = Links(self.may("groups:get"), roles=True, module=lambda key: f"{page}#module-{key}")
        graph = map_of_role(role, self.unit, links, people=self.may("accounts:list"))
        subtitle = _("Who has this role through which group, and which modules it reaches")
        return super().get_context_data(**drawn(graph, role.label), subtitle=subtitle, **kwargs)


class HeatFilter(AccountFilter):
    """As All Accounts; the map is about the unit in which the reader works."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters.pop("unit", None)


class HeatPart(Page):
    """What the page and its file have in common.

    What somebody may do is told to whom the page of an account tells it.
    """

    permission = "accounts:list"

    @cached_property
    def filter(self) -> HeatFilter:
        names = names_in(self.unit, token_for(self.request.user))  # type: ignore[arg-type]
        return HeatFilter(
            self.request.GET, queryset=Account.objects.in_unit(self.unit), request=self.request, names=names
        )

    def people(self) -> QuerySet[Account]:
        """Return whom the filters leave; nobody where the reader may not see what anybody may do."""
        found = self.filter
        shown = found.is_valid() and self.may("accounts:get")
        people: QuerySet[Account] = found.qs if shown else found.queryset.none()
        return people

    def map_of(self, people: Sequence[Account]) -> HeatMap:
        return heat_map(people, self.unit)


class HeatPage(HeatPart):
    """People by modules, so many people a page."""

    title = gettext_lazy("Who has what")
    template_name = "maps/heat.html"

    def get_template_names(self) -> list[str]:
        htmx: Any = getattr(self.request, "htmx", None)
        return ["maps/heat_results.html" if htmx and not htmx.history_restore_request else self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = Paginator(self.people(), PEOPLE).get_page(self.request.GET.get("page"))
        found, count = self.map_of(list(page.object_list)), page.paginator.count
        query = self.request.GET.urlencode()
        file = reverse("accounts:who_has_what_export") + (f"?{query}" if query else "")
        return super().get_context_data(
            **kwargs,
            filter=self.filter,
            found=found,
            areas=areas(found.modules),
            page=page,
            count=count,
            count_text=ngettext("%(count)d person", "%(count)d people", count) % {"count": count},
            legend=legend(),
            export_url=file if found.rows else "",
            empty=self.empty(),
        )

    def empty(self) -> EmptyState:
        if not self.may("accounts:get"):
            text = _("You may list accounts, but not open them. Ask for the right to see an account.")
            return EmptyState(_("What people may do isn't shown to you"), text, "eye-off")
        everybody = Button(_("Show everybody"), self.request.path)
        text = _("Try fewer letters of the name or the address, or take a filter away.")
        return EmptyState(_("Nobody matches"), text, "search-x", everybody)


class HeatExport(PeopleFile, HeatPart):
    """What the filters of the page leave, as CSV: a column for each module."""

    def page_url(self) -> str:
        return reverse("accounts:who_has_what") + self.filters()

    def file(self) -> HttpResponseBase:
        lines = list(csv_of(self.map_of(list(self.people()))))
        answer = StreamingHttpResponse(csv_lines(lines), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="who-has-what.csv"'
        return answer
