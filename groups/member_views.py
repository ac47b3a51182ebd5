"""Membership: finding accounts, adding and removing them (S0-55, S1-33)."""

from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from adminrights.days import SpanForm, brief
from adminrights.exceptions import Invalid
from adminrights.views import DetailPage
from adminrights.views.confirm import PreviewedCommand
from adminrights.views.previewed import Previewed
from groups.models import Group
from groups.reading import find_accounts, number
from groups.services import add_members, remove_members
from groups.views import GroupPage

NOBODY = gettext_lazy("Nobody is chosen. Find the person on the group's page first.")


class MemberSearch(GroupPage, DetailPage):
    """The accounts that match what is typed, at most twenty, for htmx."""

    permission = "group_members:create"
    template_name = "groups/found.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.find()
        text = request.GET.get("find", "")
        found = find_accounts(self.object, text, self.unit)
        return self.render_to_response({"group": self.object, "find": text, "found": found})


class MemberAdd(GroupPage, PreviewedCommand):
    """Put one account into the group; the search is ready for the next one."""

    permission = "group_members:create"
    submit_label = gettext_lazy("Add")

    def get_title(self) -> str:
        return _("Add to %s?") % self.object

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
        return is_in_now(account) % names


def is_in_now(account: Any) -> str:
    """Return the sentence for who was put in: the rights of an account that isn't active wait."""
    if account.is_active:
        return _("%(who)s is in %(group)s now and has its rights.")
    return _("%(who)s is in %(group)s now, and has its rights as soon as the account is active.")


class MemberAddDated(GroupPage, Previewed):
    """Put one account into the group from a day to another; a dialog that also works as a page."""

    permission = "group_members:create"
    collects = True
    form_class = SpanForm
    template_name = "generic/dialog_form.html"
    submit_label = gettext_lazy("Add with dates")

    def get_title(self) -> str:
        if self.account is None:
            return _("Add to %s") % self.object
        return _("Add %(who)s to %(group)s") % {"who": self.account.name, "group": self.object}

    @cached_property
    def account(self) -> Any:
        """Whom to add; None where nobody of the unit is named."""
        accounts = get_user_model()._default_manager.in_unit(self.unit)
        return accounts.filter(pk=number(self.request.GET.get("account"))).first()

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"now": timezone.now()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intro = _("The rights of %s come and go by themselves on these days.") % self.object
        intro = intro if self.account else NOBODY
        return super().get_context_data(intro=intro, **kwargs)

    def apply(self, form: SpanForm) -> Group:
        if self.account is None:
            raise Invalid(NOBODY)
        instead, span = "instead" in self.request.GET, form.span()
        actor = self.request.user
        self.new = add_members(self.object, [self.account], actor=actor, instead=instead, span=span)
        return self.object

    def done(self, result: Group) -> str:
        names = {"who": self.account.name, "group": result}
        if not self.new:
            return _("%(who)s is in %(group)s already.") % names
        dates = brief(self.new[0].starts_at, self.new[0].expires_at, timezone.now())
        if not dates:
            return is_in_now(self.account) % names
        return _("%(who)s is in %(group)s, %(dates)s.") % (names | {"dates": dates})


class MemberRemove(GroupPage, PreviewedCommand):
    """Take one account out of the group; the group's page offers to put it back."""

    permission = "group_members:delete"
    submit_label = gettext_lazy("Remove")
    submit_style = "danger"

    def get_title(self) -> str:
        return _("Remove from %s?") % self.object

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
