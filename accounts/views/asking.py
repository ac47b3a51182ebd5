"""Asking for access, taking a request back, and giving up what one has: all about oneself."""

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.asking.reading import open_request, who_can_give
from accounts.dates.kinds import KINDS, Dated, words
from accounts.forms.requests import AskForm
from accounts.guards import ASSIGN, DELEGATE, is_administration
from accounts.models import AccessRequest, Account
from accounts.services.giving_back import give_back
from accounts.services.requests import ask_for_access, withdraw_request
from accounts.views.why import MyAccessSearch, PermissionPart
from adminrights.models.facts import standing_now
from adminrights.navigation import EmptyState, Link
from adminrights.views import CommandPage, FormPage, Open, Page
from adminrights.views.confirm import ConfirmPage
from roles.wording import permission_label


class OwnPage(Page):
    """A page about oneself."""

    open_to = Open.SIGNED_IN

    @property
    def account(self) -> Account:
        account: Account = self.request.user  # type: ignore[assignment]
        return account

    def breadcrumbs(self) -> list[Link]:
        return [Link(_("My access"), reverse("accounts:my_access"))]

    def get_success_url(self) -> str:
        return reverse("accounts:my_access")

    get_refused_url = get_cancel_url = get_success_url


class AskSearch(MyAccessSearch):
    """What one may not do here: the way to asking for it."""

    title = gettext_lazy("Ask for access")
    why_name = "ask"
    lacking = True

    def empty(self, text: str) -> EmptyState:
        if text.strip():
            words = _("Try fewer or other words. What you may do already doesn't stand here.")
            return EmptyState(_("No permission matches"), words, "search-x")
        return super().empty(text)


class AskAccess(OwnPage, PermissionPart, FormPage):
    """Files a request; whoever has it or has asked for it already is led to what is known about it."""

    title = gettext_lazy("Ask for access")
    template_name = "requests/ask.html"
    form_class = AskForm
    submit_label = gettext_lazy("Ask")
    takes_named = False

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.unit is None:
            raise Http404
        key = self.entry.key
        if self.may(key):
            messages.info(request, _("You may do this already."))
            return redirect("accounts:my_why", key)
        if open_request(self.account, self.unit, key):
            messages.info(request, _("You have asked for it already. You get a mail with the answer."))
            return redirect("accounts:my_why", key)
        return super().get(request, *args, **kwargs)

    def apply(self, form: AskForm) -> None:
        if self.unit is None:
            raise Http404
        values = form.cleaned_data
        ask_for_access(
            self.account, self.entry.key, unit=self.unit, reason=values["reason"], until=values["until"]
        )

    def done(self, result: object) -> str:
        return _("You have asked. Whoever can give it here is told by mail, and you are told the answer.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(entry=self.entry, told=self.told(), keys=self.keys(), **kwargs)

    def told(self) -> str:
        """Return how many people are told; empty where nobody could give it."""
        count = len(who_can_give(self.account, self.unit, self.entry.key)) if self.unit else 0
        words = ngettext("%(count)d person is told", "%(count)d people are told", count)
        return words % {"count": count} if count else ""

    def keys(self) -> list[str]:
        """Return the rights of those who can give it, in words."""
        may = [DELEGATE] if is_administration(self.entry.key) else [DELEGATE, ASSIGN]
        return [permission_label(key) for key in may]


class RequestWithdraw(OwnPage, CommandPage):
    """Takes one's own request back."""

    def visible(self) -> QuerySet[AccessRequest]:
        return AccessRequest.objects.filter(account=self.account).select_related("unit")

    def run(self) -> str:
        withdraw_request(self.object, self.account)
        return _("Your request is withdrawn.")


class GiveBack(OwnPage, ConfirmPage):
    """Shows what one loses by giving something up, then gives it up."""

    submit_label = gettext_lazy("Give it back")

    @cached_property
    def fact(self) -> Dated:
        """One's own fact, as it stands. Raises Http404."""
        own = Q(pk=self.kwargs["fact"], account=self.account)
        found: Dated | None = KINDS[self.kwargs["kind"]].facts(standing_now(timezone.now()), own).first()
        if found is None:
            raise Http404
        return found

    def find(self) -> Account:
        self.__dict__.pop("fact", None)
        self.fact  # noqa: B018 - raises for what isn't one's own
        return self.account

    def get_title(self) -> str:
        return _("Give back: %s?") % words(self.fact)

    def get_sentence(self) -> str:
        return _("You can't take it again yourself: you would have to ask for it.")

    def run(self) -> str:
        give_back(self.fact, self.account)
        return _("Given back: %s.") % words(self.fact)
