"""Look back: an account, a group, a role and a permission as they were at a moment."""

from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import timeline
from accounts.explain import explain
from accounts.forms.moment import WRITTEN, MomentField
from accounts.looking_back import (
    Shelf,
    Since,
    of_account,
    of_group,
    of_permission,
    of_role,
    people_since,
    rights_since,
    status_at,
)
from accounts.models import Account
from accounts.timeline import periods
from accounts.turns.told import moments_of, told
from accounts.turns.turns import turns
from accounts.views.accounts import by_area
from accounts.views.tabs import has_several_units
from accounts.views.why import PermissionPart
from adminrights.navigation import Link
from adminrights.past import as_then
from adminrights.views import DetailPage
from groups.models import Group
from roles.models import Role

PERIODS_A_PAGE = 50
MOMENTS_A_PAGE = 25


class MomentForm(forms.Form):
    """The moment that is looked at; it stands in the address."""

    at = MomentField()


class PastPage(DetailPage):
    """Something as of a moment, which the address names; without one, as of now."""

    permission = "access_log:list"
    template_name = "past/past.html"
    # What the page of the present needs; the list in which it stands, and what that needs.
    shown_to: ClassVar[str] = ""
    among: ClassVar[tuple[Any, str, str]]
    kind: ClassVar[Any] = ""

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        now = timezone.now()
        asked = "at" in request.GET
        self.form = MomentForm(request.GET if asked else None, initial={"at": timezone.localtime(now)})
        self.at: datetime = self.form.cleaned_data["at"] if asked and self.form.is_valid() else now

    def find(self) -> Any:
        found: Any = super().find()
        as_then([found], self.at)
        return found

    def get_title(self) -> str:
        return self.object.name if isinstance(self.object, Account) else str(self.object)

    def present_page(self) -> str:
        """Return the address of the page as it is now; empty where there is none any more."""
        gone = getattr(self.object, "deleted_at", None) is not None or not self.may(self.shown_to)
        return "" if gone else str(self.object.get_absolute_url())

    def who_page(self) -> str:
        """Return the address of the same people as a list with filters; empty where there is none."""
        return ""

    def breadcrumbs(self) -> list[Link]:
        label, page, needed = self.among
        return [Link(str(label), reverse(page))] if self.may(needed) else []

    def shelves(self) -> list[Shelf]:
        """Return what held at the moment."""
        raise NotImplementedError

    def since(self) -> Since:
        """Return what is different today."""
        return Since()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        extra = {
            "form": self.form,
            "at": self.at,
            "ahead": self.at > timezone.now(),
            "asked": self.form.is_bound and self.form.is_valid(),
            "subtitle": self.kind,
            "present_url": self.present_page(),
            "moment_query": urlencode({"at": timezone.localtime(self.at).strftime(WRITTEN)}),
            "who_url": self.who_page() if self.may("accounts:list") else "",
            "shelves": self.shelves(),
            "since": self.since(),
        }
        return super().get_context_data(**extra | kwargs)


class AccountPast(PastPage):
    """What the account was, was in, and could do, with every source."""

    kind = gettext_lazy("Account")
    shown_to = "accounts:get"
    among = (gettext_lazy("All Accounts"), "accounts:account_list", "accounts:list")

    def visible(self) -> QuerySet[Account]:
        return Account.objects.in_unit(self.unit) | Account.objects.in_unit(self.unit, self.at)

    def present_page(self) -> str:
        here = Account.objects.in_unit(self.unit).filter(pk=self.object.pk).exists()
        return super().present_page() if here else ""

    def shelves(self) -> list[Shelf]:
        return of_account(self.object, self.unit, self.at, several=has_several_units(self.request))

    def since(self) -> Since:
        return rights_since(self.object, self.unit, self.at)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        account, links = self.object, self.may("groups:get")
        modules = explain(account, self.unit, self.at, as_if_active=True, links=links)
        return super().get_context_data(
            person=account.name,
            state=status_at(account, self.at),
            areas=by_area(modules),
            rights=True,
            **kwargs,
        )


class GroupPast(PastPage):
    """Who was in the group, and what it carried; deleted ones too."""

    kind = gettext_lazy("Group")
    shown_to = "groups:get"
    among = (gettext_lazy("All Groups"), "groups:group_list", "groups:list")

    def visible(self) -> QuerySet[Group]:
        return Group.objects.filter(unit__path__startswith=self.unit.path)

    def shelves(self) -> list[Shelf]:
        return of_group(self.object, self.at)


class RolePast(PastPage):
    """What the role allowed, and who carried it; deleted ones too."""

    kind = gettext_lazy("Role")
    shown_to = "roles:get"
    among = (gettext_lazy("All Roles"), "roles:role_list", "roles:list")

    def visible(self) -> QuerySet[Role]:
        own = Role.objects.filter(unit=self.unit.root_id_or_self)
        return own | Role.objects.filter(unit=None)

    def shelves(self) -> list[Shelf]:
        return of_role(self.object, self.unit, self.at)


class PermissionPast(PermissionPart, PastPage):
    """Who could do it in the unit, and through what; who gained it and who lost it, moment by moment."""

    kind = gettext_lazy("Permission")
    shown_to = "roles:list"
    among = (gettext_lazy("All Permissions"), "accounts:permission_book", "roles:list")

    def find(self) -> Any:
        return self.entry

    def get_title(self) -> str:
        return self.entry.label

    def present_page(self) -> str:
        return reverse("accounts:permission_page", args=[self.object.key]) if self.may(self.shown_to) else ""

    def who_page(self) -> str:
        return reverse("accounts:permission_who", args=[self.object.key])

    def shelves(self) -> list[Shelf]:
        return of_permission(self.object.key, self.unit, self.at, links=self.may("groups:get"))

    def since(self) -> Since:
        return people_since(self.object.key, self.unit, self.at)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.form.is_bound and self.form.is_valid()
        found = moments_of(turns(self.object.key, self.unit), self.at if asked else None)
        page = Paginator(found, MOMENTS_A_PAGE).get_page(self.request.GET.get("page"))
        several = has_several_units(self.request)
        moments = told(list(page.object_list), self.object.key, self.unit, several=several)
        return super().get_context_data(timeline=True, page=page, moments=moments, **kwargs)


class AccountTimeline(PermissionPart, DetailPage):
    """Since when the account may do something, and when it was otherwise, through what."""

    permission = "access_log:list"
    template_name = "past/timeline.html"

    def visible(self) -> QuerySet[Account]:
        return Account.objects.in_unit(self.unit)

    def breadcrumbs(self) -> list[Link]:
        if not self.may("accounts:get"):
            return []
        crumbs = [Link(self.object.name, self.object.get_absolute_url())]
        return [Link(_("All Accounts"), reverse("accounts:account_list")), *crumbs]

    def get_title(self) -> str:
        return self.entry.label

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pages = Paginator(periods(self.object, self.entry.key, self.unit), PERIODS_A_PAGE)
        page = pages.get_page(self.request.GET.get("page"))
        shown = timeline.told(list(page.object_list), self.object, self.unit)
        subtitle = _("%s: since when, and when not") % self.object.name
        return super().get_context_data(
            page=page, periods=shown, subtitle=subtitle, now=timezone.now(), **kwargs
        )
