"""Why somebody may do something, why not, and what would allow it; about others and about oneself."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import effective
from accounts.asking.reading import open_request, who_can_give
from accounts.helpers import Helper, helpers
from accounts.last_use import LastUses
from accounts.models import Account
from accounts.permission_book import Entry, entry, narrowed
from accounts.policy import policy_now
from accounts.services.allowing import take_steps
from accounts.views.accounts import AccountPage
from accounts.who.question import keys_of
from accounts.why.answer import answer_to
from accounts.why.states import state_of
from accounts.why.steps import Step, UnknownStep, read_steps
from accounts.why.suggestions import Suggestion, ask, suggestions
from accounts.why.wording import Names, names_for, side_effects, words_of
from adminrights.navigation import Button, EmptyState, Link
from adminrights.views import Open, Page
from adminrights.views.confirm import ConfirmPage
from roles.catalogue import catalogue
from roles.resolver import Resolution

MOST_FOUND = 60


class PermissionPart(Page):
    """A page about one permission of the catalogue, or a named one."""

    takes_named = True

    @cached_property
    def entry(self) -> Entry:
        """Return the permission in words. Raises Http404."""
        known = catalogue()
        key = self.kwargs["key"]
        if key in known.permissions or (self.takes_named and key in known.named):
            return entry(key)
        raise Http404


class AccessPage(Page):
    """A page about what one account may do in the unit."""

    def account(self) -> Account:
        """Return whose access it is about."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.find()
        if self.unit is None:
            raise Http404
        return self.render_to_response(self.get_context_data())


class WhyPage(AccessPage, PermissionPart):
    """The answer, its sources as sentences and as a drawing, and what would turn a no into a yes."""

    template_name = "accounts/why/why.html"
    # The page that answers, for the links to single parts.
    why_name = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = ask(self.account(), self.unit, self.entry.key, self.request.user)
        answer = answer_to(asked, self.entry.label, links=self.may("groups:get"))
        found = suggestions(asked)
        names = Names(self.unit, found.groups, found.units)
        told = [self.told(each, names) for each in found.found]
        return super().get_context_data(
            title=self.entry.label,
            account=asked.account,
            own=asked.account.pk == self.request.user.pk,
            entry=self.entry,
            answer=answer,
            parts=[(part, self.why_url(part.key)) for part in answer.parts],
            waits=asked.waits,
            used=LastUses(asked.account, self.unit).sentence(asked.keys),
            doable=[each for each in told if each["url"]],
            others=[each for each in told if not each["url"]],
            more=found.more,
            **kwargs,
        )

    def told(self, found: Suggestion, names: Names) -> dict[str, Any]:
        """Return a suggestion in words, with the way to its preview for whoever may do it."""
        return {
            "words": words_of(found.steps, names),
            "effects": side_effects(found.brought),
            "refusal": found.refusal,
            "url": "" if found.refusal else self.preview_url(found.steps),
        }

    def why_url(self, key: str) -> str:
        """Return the same question about another permission."""
        return reverse(f"accounts:{self.why_name}", kwargs=self.kwargs | {"key": key})

    def preview_url(self, steps: tuple[Step, ...]) -> str:
        """Return where one sees what the steps change."""
        tokens = [step.token for step in steps]
        arguments = [self.account().pk, self.entry.key]
        return reverse("accounts:account_allow", args=arguments, query={"step": tokens})


class AccountWhy(AccountPage, WhyPage):
    """About somebody of the unit."""

    permission = "accounts:get"
    why_name = "account_why"

    def account(self) -> Account:
        account: Account = self.object
        return account

    def breadcrumbs(self) -> list[Link]:
        search = reverse("accounts:account_access", args=[self.object.pk])
        return [*super().breadcrumbs(), Link(_("Why and why not"), search)]


class MyWhy(WhyPage):
    """About oneself: nobody raises his own rights, so what would help is said in words."""

    open_to = Open.SIGNED_IN
    why_name = "my_why"

    def account(self) -> Account:
        account: Account = self.request.user  # type: ignore[assignment]
        return account

    def breadcrumbs(self) -> list[Link]:
        mine = Link(_("My access"), reverse("accounts:my_access"))
        return [mine, Link(_("Why and why not"), reverse("accounts:my_access_search"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        answer = context["answer"]
        if answer.may:
            return context
        if self.entry.named:
            # One asks for the parts, each on its own page.
            return context | {"helpers": helpers(self.account(), self.unit)}
        waiting = open_request(self.account(), self.unit, self.entry.key)
        url = reverse("accounts:ask", args=[self.entry.key])
        asking = Button(_("Ask for it"), url, "hand-helping", "primary")
        return context | {
            "helpers": [Helper(each) for each in who_can_give(self.account(), self.unit, self.entry.key)],
            "open_request": waiting,
            "buttons": [] if waiting else [asking],
        }


class AccessSearch(AccessPage):
    """Any permission, held or not: the way to the question about it."""

    template_name = "accounts/why/search.html"
    title = gettext_lazy("Why and why not")
    why_name = ""
    # Only what isn't held, or not with effect.
    lacking = False

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text = self.request.GET.get("q", "")[:200]
        resolution = effective(self.account(), self.unit, as_if_active=True)
        found = list(self.found(text, resolution)) if text.strip() else []
        return super().get_context_data(
            account=self.account(),
            text=text,
            found=found[:MOST_FOUND],
            more=max(len(found) - MOST_FOUND, 0),
            empty=self.empty(text),
            **kwargs,
        )

    def found(self, text: str, resolution: Resolution) -> Iterator[dict[str, Any]]:
        """Yield the permissions that have every word, each with whether it is held."""
        address = partial(reverse, f"accounts:{self.why_name}")
        arguments = [self.object.pk] if self.object is not None else []
        policy = policy_now()
        for chapter in narrowed(text):
            for each in chapter.entries:
                if self.lacking and (each.named or each.key in resolution.effective):
                    continue
                keys = keys_of(each.key, self.unit, policy) if each.named else (each.key,)
                state = state_of(keys, resolution, self.account())
                yield {"entry": each, "url": address(args=[*arguments, each.key]), "state": state}

    def empty(self, text: str) -> EmptyState:
        if text.strip():
            return EmptyState(_("No permission matches"), _("Try fewer or other words."), "search-x")
        words = _("Type what it is about, such as “export” or “campaigns”.")
        return EmptyState(_("Which permission?"), words, "search")


class AccountAccessSearch(AccountPage, AccessSearch):
    """About somebody of the unit."""

    permission = "accounts:get"
    why_name = "account_why"

    def account(self) -> Account:
        account: Account = self.object
        return account


class MyAccessSearch(AccessSearch):
    """About oneself."""

    open_to = Open.SIGNED_IN
    why_name = "my_why"

    def account(self) -> Account:
        account: Account = self.request.user  # type: ignore[assignment]
        return account

    def breadcrumbs(self) -> list[Link]:
        return [Link(_("My access"), reverse("accounts:my_access"))]


class AccountAllow(PermissionPart, AccountPage, ConfirmPage):
    """What a suggestion changes, to look at; then it is done by the same services as everywhere."""

    permission = "accounts:get"
    submit_label = gettext_lazy("Change it")
    submit_style = "primary"
    collects = True

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Return the steps that the address names. Raises Http404 for what there is not, or not for him."""
        tokens = self.request.GET.getlist("step")
        try:
            return read_steps(tokens, catalogue()) if tokens else ()
        except UnknownStep:
            raise Http404 from None

    @cached_property
    def names(self) -> Names:
        """Return what the steps are about. Raises Http404 for a group of which he may not know."""
        try:
            return names_for(self.request.user, self.unit, self.steps)
        except UnknownStep:
            raise Http404 from None

    def get_title(self) -> str:
        return _("Change the access of %s?") % self.object.name

    def get_sentence(self) -> str:
        if not self.steps:
            return ""
        words = {"name": self.object.name, "what": words_of(self.steps, self.names)}
        return _("%(name)s gets %(what)s.") % words

    def run(self) -> str:
        self.entry  # noqa: B018 - raises for an unknown permission
        self.names  # noqa: B018 - raises for what he may not know of
        take_steps(self.object, self.steps, actor=self.request.user, unit=self.unit)
        return _("Done. %(name)s gets %(what)s.") % {
            "name": self.object.name,
            "what": words_of(self.steps, self.names),
        }

    def get_success_url(self) -> str:
        return reverse("accounts:account_why", args=[self.object.pk, self.entry.key])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"cancel_url": self.get_success_url()} | kwargs)
