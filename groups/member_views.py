"""Membership: finding accounts, adding and removing them (S0-55, S1-33)."""

from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from adminrights.views import CommandPage, DetailPage
from groups.reading import find_accounts, number
from groups.services import add_members, remove_members
from groups.views import GroupPage


class MemberSearch(GroupPage, DetailPage):
    """The accounts that match what is typed, at most twenty, for htmx."""

    permission = "group_members:create"
    template_name = "groups/found.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.find()
        text = request.GET.get("find", "")
        found = find_accounts(self.object, text, self.unit)
        return self.render_to_response({"group": self.object, "find": text, "found": found})


class MemberAdd(GroupPage, CommandPage):
    """Put one account into the group; the search is ready for the next one."""

    permission = "group_members:create"

    def get_success_url(self) -> str:
        return f"{super().get_success_url()}?find="

    def run(self) -> str:
        accounts = get_user_model()._default_manager.in_unit(self.unit)
        account = get_object_or_404(accounts, pk=number(self.request.POST.get("account")))
        names = {"who": account.name, "group": self.object}
        instead = "instead" in self.request.POST
        new = add_members(self.object, [account], actor=self.request.user, instead=instead)
        if not new:
            return _("%(who)s is in %(group)s already.") % names
        return _("%(who)s is in %(group)s now and has its rights.") % names


class MemberRemove(GroupPage, CommandPage):
    """Take one account out of the group; the group's page offers to put it back."""

    permission = "group_members:delete"

    def get_success_url(self) -> str:
        return f"{super().get_success_url()}?removed={number(self.request.POST.get('account'))}"

    def run(self) -> str:
        ever = self.object.memberships.filter(account=number(self.request.POST.get("account")))
        members = ever.select_related("account").order_by("-pk")
        account = get_object_or_404(members[:1]).account
        names = {"who": account.name, "group": self.object}
        if not ever.live().exists():
            return _("%(who)s was not in %(group)s any more.") % names
        remove_members(self.object, [account], actor=self.request.user)
        return _("%(who)s is no longer in %(group)s, and keeps what comes from elsewhere.") % names
