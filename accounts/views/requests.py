"""Requests for access, for whoever may hand out rights: the list, one of them, and the answers."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.asking.reading import has_it, may_answer, may_decide, requests_seen_by, stays
from accounts.dates.foresight import foresee
from accounts.dates.kinds import KINDS
from accounts.forms.requests import DeclineForm, UntilForm
from accounts.guards import ASSIGN
from accounts.models import AccessRequest, Account
from accounts.models.requests import AccessRequestQuerySet
from accounts.permission_book import Entry, entry
from accounts.reach import READ
from accounts.services.requests import approve_request, close_request, decline_request
from accounts.tables_requests import RequestFilter, RequestTable
from accounts.views.tabs import has_several_units
from accounts.why.answer import answer_to
from accounts.why.steps import Step, UnknownStep, read_steps
from accounts.why.suggestions import Question, ask, suggestions
from accounts.why.wording import Names, names_for, side_effects, words_of
from adminrights.change import Change
from adminrights.consequences import Line
from adminrights.days import day_of, in_words
from adminrights.navigation import Button, EmptyState, Link
from adminrights.units import SESSION_KEY, enterable
from adminrights.views import CommandPage, DetailPage, FormPage, ListPage, Open, Page
from adminrights.views.access import AccessMixin
from adminrights.views.confirm import ConfirmPage
from roles.catalogue import catalogue


class RequestPage(Page):
    """A page for whoever sees the people of the unit and hands out rights there."""

    open_to = Open.SIGNED_IN

    @property
    def reader(self) -> Account:
        account: Account = self.request.user  # type: ignore[assignment]
        return account

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.unit is None or not may_answer(self.reader, self.unit):
            return self.refuse(ASSIGN if self.may(READ) else READ)
        self.needs(READ)  # which is a use of it
        return super().dispatch(request, *args, **kwargs)

    def visible(self) -> AccessRequestQuerySet:
        return requests_seen_by(self.reader, self.unit)

    def breadcrumbs(self) -> list[Link]:
        crumbs = [Link(_("Requests"), reverse("accounts:request_list"))]
        if self.object is not None and not isinstance(self, DetailPage):
            crumbs.append(Link(self.object.account.name, self.object.get_absolute_url()))
        return crumbs


class RequestList(RequestPage, ListPage):
    """Who asks for what; at first what waits for an answer."""

    title = gettext_lazy("Requests")
    table_class = RequestTable
    filterset_class = RequestFilter

    def breadcrumbs(self) -> list[Link]:
        return []

    def get_queryset(self) -> AccessRequestQuerySet:
        return self.visible()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if not has_several_units(self.request):
            context["table"].columns.hide("unit")
        words = ngettext("%(count)d request", "%(count)d requests", context["count"])
        count_text = words % {"count": context["count"]}
        return context | {"count_text": count_text, "empty": self.empty(), "explains": "requests"}

    def empty(self) -> EmptyState:
        if self.request.GET.get("q") or self.request.GET.get("state") == "answered":
            everything = Button(_("Show all of them"), f"{self.request.path}?state=")
            return EmptyState(_("No request matches"), _("Take a filter away."), "search-x", everything)
        text = _("When somebody asks for access that you may answer, it stands here, and you get a mail.")
        return EmptyState(_("No request waits"), text, "hand-helping")


class RequestDetail(RequestPage, DetailPage):
    """One request, and the smallest changes that would allow what it asks for."""

    template_name = "requests/request.html"

    def get_title(self) -> str:
        return _("%s asks for access") % self.object.account.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked: AccessRequest = self.object
        deciding = asked.is_open and may_decide(self.reader, asked)
        there = has_it(asked)
        extra: dict[str, Any] = {
            "asked": asked,
            "state": asked.state_now,
            "entry": self.entry(),
            "there": there,
            "deciding": deciding,
            "buttons": list(self.buttons(there=there)) if deciding else [],
            "until": asked.until and in_words(asked.until),
            "given_until": asked.given_until and in_words(asked.given_until),
        }
        if asked.is_open and not there and asked.is_known:
            extra |= self.ways()
        return super().get_context_data(**extra | kwargs)

    def entry(self) -> Entry | None:
        return entry(self.object.permission) if self.object.is_known else None

    def buttons(self, *, there: bool) -> Iterator[Button]:
        if there:
            url = reverse("accounts:request_close", args=[self.object.pk])
            yield Button(_("Close"), url, "circle-check", "primary", post=True)
        url = reverse("accounts:request_decline", args=[self.object.pk])
        yield Button(_("Decline"), url, "ban")

    def ways(self) -> dict[str, Any]:
        """Return the suggestions, those that the reader may choose first, and until when they would hold."""
        request: AccessRequest = self.object
        form = UntilForm(self.request.GET, request.until)
        ends = form.cleaned_data["until"] if form.is_valid() else request.until
        asked = ask(request.account, request.unit, request.permission, self.reader)
        found = suggestions(asked)
        names = Names(request.unit, found.groups, found.units)
        told = [self.told(asked, each, names, ends) for each in found.found]
        return {
            "form": form,
            "ends": ends and in_words(ends),
            "reasons": answer_to(asked, request.label, links=False).reasons,
            "doable": [each for each in told if each["url"]],
            "others": [each for each in told if not each["url"]],
            "more": found.more,
        }

    def told(self, asked: Question, found: Any, names: Names, ends: datetime | None) -> dict[str, Any]:
        refusal = found.refusal
        if not refusal and not may_decide(self.reader, self.object):
            refusal = _("You may not pass this on yourself.")
        if not refusal and asked.account.status != Account.Status.ACTIVE:
            refusal = _("The account isn't active.")
        if not refusal and ends and stays(asked, found.steps):
            refusal = _("It can't end by itself. To give it all the same, take the last day away.")
        query = {"step": [step.token for step in found.steps], "until": str(day_of(ends) or "")}
        url = reverse("accounts:request_approve", args=[self.object.pk], query=query)
        return {
            "words": words_of(found.steps, names),
            "effects": side_effects(found.brought),
            "refusal": refusal,
            "url": "" if refusal else url,
        }


class RequestApprove(RequestPage, ConfirmPage):
    """What one of the suggestions gives, to look at; then it is given."""

    submit_label = gettext_lazy("Approve")
    submit_style = "primary"

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Return the steps that the address names. Raises Http404 for what there is not."""
        try:
            return read_steps(self.request.GET.getlist("step"), catalogue())
        except UnknownStep:
            raise Http404 from None

    @cached_property
    def names(self) -> Names:
        """Return what the steps are about. Raises Http404 for what the reader may not know of."""
        try:
            return names_for(self.reader, self.object.unit, self.steps)
        except UnknownStep:
            raise Http404 from None

    @cached_property
    def ends(self) -> datetime | None:
        """Return until when. Raises Http404 for a day that no form could have sent."""
        form = UntilForm(self.request.GET, self.object.until)
        if not form.is_valid():
            raise Http404
        ends: datetime | None = form.cleaned_data["until"]
        return ends

    def get_title(self) -> str:
        return _("Approve the request of %s?") % self.object.account.name

    def get_sentence(self) -> str:
        words = {"name": self.object.account.name, "what": words_of(self.steps, self.names)}
        if self.ends is None:
            return _("%(name)s gets %(what)s, without an end.") % words
        return _("%(name)s gets %(what)s, until %(until)s.") % (words | {"until": in_words(self.ends)})

    def run(self) -> str:
        self.names  # noqa: B018 - raises for what the reader may not know of
        facts = approve_request(self.object, self.steps, actor=self.reader, ends=self.ends)
        dated = [fact for fact in facts if fact.expires_at and isinstance(fact, DATED)]
        # They end together, and one of them tells what goes with all.
        self.foreseen: list[Line] = foresee(dated[0], timezone.now()) if dated else []
        return _("Approved. %s is told by mail.") % self.object.account.name

    def get_consequences(self, change: Change | None) -> list[Line]:
        return [*super().get_consequences(change), *self.foreseen]


DATED = tuple(kind.model for kind in KINDS.values())


class RequestDecline(RequestPage, FormPage):
    """No, and why not."""

    form_class = DeclineForm
    submit_label = gettext_lazy("Decline")

    def get_title(self) -> str:
        return _("Decline the request of %s?") % self.object.account.name

    def apply(self, form: DeclineForm) -> None:
        decline_request(self.object, answer=form.cleaned_data["answer"], actor=self.reader)

    def done(self, result: object) -> str:
        return _("Declined. %s is told by mail.") % self.object.account.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words = {"what": self.object.label, "reason": self.object.reason}
        intro = _("Asked for: %(what)s. The reason: %(reason)s") % words
        return super().get_context_data(intro=intro, **kwargs)


class RequestClose(RequestPage, CommandPage):
    """Closes a request for what the person has by now."""

    def run(self) -> str:
        close_request(self.object, actor=self.reader)
        return _("Closed. %s is told by mail.") % self.object.account.name


class RequestInUnit(AccessMixin):
    """The way from a mail to a request, for those who work in several units."""

    open_to = Open.SIGNED_IN

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        reader: Any = request.user
        unit = next((unit for unit in enterable(request) if unit.pk == kwargs["unit"]), None)
        if unit is None or not may_answer(reader, unit):
            raise Http404
        found = requests_seen_by(reader, unit).filter(pk=kwargs["pk"]).first()
        if found is None:
            raise Http404
        request.session[SESSION_KEY] = unit.pk
        return redirect(found)
