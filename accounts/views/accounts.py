"""All Accounts, and the page of one account."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.access import state_for, token_for
from accounts.bulk.selection import seal_all
from accounts.bulk.steps import BY_URL
from accounts.dates.reading import Given, given_to
from accounts.elsewhere import elsewhere
from accounts.explain import ModuleAccess, explain
from accounts.factors import factors_of
from accounts.filters import AccountFilter
from accounts.first_steps import first_steps
from accounts.history import history_of
from accounts.item_sections import section_of
from accounts.letters import letters_to
from accounts.matrix import matrix_of
from accounts.models import Account
from accounts.names import Names, names_in
from accounts.organisation import add_label
from accounts.people_count import people_count
from accounts.running import running_sessions
from accounts.states import groups_of, invitation_state, with_state
from accounts.tables import AccountTable, group_tag
from accounts.views.tabs import ADMINISTRATES, account_head
from adminrights.days import brief
from adminrights.long_lists import LongList
from adminrights.models import JournalEntry, Unit
from adminrights.models.facts import standing_now
from adminrights.navigation import Button, EmptyState, Link
from adminrights.views import DetailPage, ListPage, Page
from groups.models import Group, Membership

LATEST = 12
HISTORY_PAGE = 50


class AccountPage(Page):
    """A page about one account of the unit."""

    def visible(self) -> QuerySet[Account]:
        return Account.objects.in_unit(self.unit)

    def breadcrumbs(self) -> list[Link]:
        crumbs = [Link(_("All Accounts"), reverse("accounts:account_list"))]
        if self.object is not None:
            crumbs.append(Link(self.object.name, self.object.get_absolute_url()))
        return crumbs


class AccountList(ListPage):
    """S0-11 to S0-22, S1-08 to S1-13."""

    permission = "accounts:list"
    title = gettext_lazy("All Accounts")
    template_name = "accounts/account_list.html"
    table_class = AccountTable

    def get_queryset(self) -> QuerySet[Account]:
        return with_state(Account.objects.in_unit(self.unit))

    def get_rows(self, found: AccountFilter) -> LongList:
        """Return the rows. Without a filter, or by status alone, their number is known from the last time."""
        rows = super().get_rows(found)
        if not found.is_valid():
            return LongList(rows)
        wanted = {name: value for name, value in found.form.cleaned_data.items() if value}
        status = wanted.pop("status", "")
        if wanted or status not in ("", *Account.Status.values):
            return LongList(rows)
        return LongList(rows, people_count(self.unit, self.state, status))

    @property
    def state(self) -> str:
        return state_for(self.request.user)  # type: ignore[arg-type]

    @cached_property
    def names(self) -> Names:
        return names_in(self.unit, token_for(self.request.user))  # type: ignore[arg-type]

    def get_filter(self) -> AccountFilter:
        return AccountFilter(
            self.request.GET, queryset=self.get_queryset(), request=self.request, names=self.names
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        shown = [row.record.pk for row in context["table"].paginated_rows]
        context["table"].joined = groups_of(shown, self.names.groups)
        context["table"].names = self.names
        count = context["count"]
        bulk = self.bulk()
        context["table"].ticks = bool(bulk)
        # What the page counted, for a step that is about all of it.
        every = seal_all(self.request, self.request.GET, count) if bulk and count > len(shown) else ""
        words = ngettext("%(count)d account", "%(count)d accounts", count) % {"count": count}
        extra = {
            "buttons": self.buttons(),
            "count_text": words,
            "empty": self.empty(),
            "explains": "accounts",
        }
        steps = [] if self.request.GET else first_steps(self.request.user, self.unit, count)  # type: ignore[arg-type]
        led = {"first_steps": steps, "first_steps_done": all(step.done for step in steps)}
        return context | extra | led | {"bulk": bulk, "bulk_all": every}

    def buttons(self) -> list[Button]:
        if not self.may("accounts:create"):
            return []
        add = reverse("accounts:account_create")
        return [Button(add_label(self.unit, self.state), add, "user-plus", style="primary")]

    def bulk(self) -> list[Button]:
        """Return what may be done with the ticked rows."""
        return [
            Button(step.label, reverse(f"accounts:{name}"), step.icon, step.style)
            for name, step in BY_URL.items()
            if self.may(step.permission)
        ]

    def empty(self) -> EmptyState:
        if any(self.request.GET.get(name) for name in ("q", "status", "group", "role", "unit", "invited")):
            everything = Button(_("Show all accounts"), self.request.path)
            text = _("Try fewer letters of the name or the address, or take a filter away.")
            return EmptyState(_("No account matches"), text, "search-x", everything)
        add = next(iter(self.buttons()), None)
        return EmptyState(_("No accounts yet"), _("Accounts are the people who sign in here."), "users", add)


class AccountDetail(AccountPage, DetailPage):
    """S0-41 to S0-49, S1-14 to S1-21."""

    permission = "accounts:get"
    template_name = "accounts/account_detail.html"

    def breadcrumbs(self) -> list[Link]:
        return super().breadcrumbs()[:1]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        account: Account = self.object
        viewer: Account = self.request.user  # type: ignore[assignment]
        modules = explain(account, self.unit, as_if_active=True, links=self.may("groups:get"), reader=viewer)
        units: list[Unit] = self.request.units  # type: ignore[attr-defined]
        return super().get_context_data(
            **account_head(self.request, account, "account_detail"),
            invitation=invitation_state(account),
            tags=self.group_tags(),
            matrix=matrix_of(account, self.unit),
            areas=by_area(modules),
            held=bool(modules),
            working=sum(module.effective_count for module in modules),
            elsewhere=[] if modules else elsewhere(account, viewer, units, self.unit),
            withheld=sum(module.withheld_count for module in modules),
            history=self.history(),
            given=self.given(viewer),
            items=section_of(account, viewer, self.unit),
            letters=letters_to(account) if self.may(ADMINISTRATES) else None,
            factors=factors_of(account),
            sessions=running_sessions(account),
            may_reset=self.may("accounts:update") and account.pk != viewer.pk,
            removable=self.may("accounts:delete") and account.pk != viewer.pk,
            **kwargs,
        )

    def given(self, viewer: Account) -> dict[str, list[Given]]:
        """Return what was given one by one: what has dates, and what has no end."""
        lines = given_to(self.object, self.unit, viewer, links=self.may("groups:get"))
        return {
            "dated": [line for line in lines if line.dates],
            "others": [line for line in lines if not line.dates],
        }

    def group_tags(self) -> list[dict[str, str]]:
        """Return the account's groups; those that end or have yet to begin say so."""
        now, linked = timezone.now(), self.may("groups:get")
        memberships = Membership.objects.filter(
            standing_now(now), account=self.object, group__in=Group.objects.in_unit(self.unit)
        )
        tags = [
            group_tag(each.group.pk, each.group.display_name, linked=linked)
            | {"detail": brief(each.starts_at, each.expires_at, now)}
            for each in memberships.select_related("group")
        ]
        return sorted(tags, key=lambda tag: tag["label"].casefold())

    def history(self) -> list[Any] | None:
        """Return the newest entries, for whoever may read the log."""
        if not self.may("access_log:list"):
            return None
        return history_of(self.object, entries_about(self.object, self.unit)[:LATEST])


class AccountHistory(AccountPage, DetailPage):
    """Everything the journal tells of one account, page by page."""

    permission = "access_log:list"
    title = gettext_lazy("History")
    template_name = "accounts/account_history.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        entries = entries_about(self.object, self.unit)
        page = Paginator(entries, HISTORY_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            page=page,
            history=history_of(self.object, page.object_list),
            subtitle=self.object.name,
            **kwargs,
        )


def entries_about(account: Account, unit: Unit) -> QuerySet[JournalEntry]:
    """Return what happened to the account as far as it is seen from the unit, newest first."""
    return JournalEntry.objects.about(account).seen_from(unit).select_related("actor")


def by_area(modules: list[ModuleAccess]) -> list[dict[str, Any]]:
    """Return the modules under the areas of the navigation: [{label, modules}]."""
    areas: dict[str, list[ModuleAccess]] = {}
    for access in modules:
        areas.setdefault(access.module.area, []).append(access)
    return [{"label": label, "modules": found} for label, found in areas.items()]
