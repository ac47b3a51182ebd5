"""One entry of the access log, and taking back what it tells of."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.moment import WRITTEN
from accounts.items import seen_by
from accounts.letters import mails_of
from accounts.log import entries_seen_from, event_in_words, tell
from accounts.models import Account
from accounts.services.taking_back import take_back
from accounts.taking_back.offer import leaves_pages
from accounts.taking_back.which import is_fit, taken_back_in, why_not
from accounts.views.log import has_several_units
from adminrights.events import Event
from adminrights.exceptions import NotAllowed
from adminrights.models import JournalEntry
from adminrights.navigation import Button, Link
from adminrights.views import DetailPage
from adminrights.views.confirm import ConfirmPage
from adminrights.views.pages import Page


class EntryPage(Page):
    """A page about one entry that is seen from the unit."""

    permission = "access_log:list"

    def visible(self) -> QuerySet[JournalEntry]:
        return entries_seen_from(self.unit).select_related("unit", "actor")

    def breadcrumbs(self) -> list[Link]:
        return [Link(_("Access log"), reverse("accounts:log_list"))]

    @cached_property
    def event(self) -> str:
        """What happened, in words."""
        return event_in_words(self.object.event, several=has_several_units(self.unit))


class LogEntry(EntryPage, DetailPage):
    """Who did what, when, from where, and what it changed; with the way to take it back."""

    template_name = "log/entry.html"

    def get_title(self) -> str:
        return self.event

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        entry: JournalEntry = self.object
        told = tell([entry], self.unit)[entry.pk]
        return super().get_context_data(
            entry=entry,
            refused=entry.outcome == JournalEntry.Outcome.REFUSED,
            told=told,
            why_not="" if is_fit(entry) else why_not(entry),
            taken_back=taken_back_in(entry).select_related("actor"),
            buttons=self.buttons(),
            then_url=self.then_url(),
            **kwargs,
        )

    def then_url(self) -> str:
        """Return where one reads who could do what with the entry's item then; empty for other entries."""
        entry: JournalEntry = self.object
        if entry.target_kind != "item" or not self.may("accounts:list"):
            return ""
        reader: Account = self.request.user  # type: ignore[assignment]
        if not seen_by(reader, self.unit, retired=True).filter(pk=entry.target_id).exists():
            return ""
        # Of one that is retired by it, what was before.
        before = timedelta(microseconds=entry.event == Event.ITEM_RETIRED)
        at = timezone.localtime(entry.at - before).strftime(f"{WRITTEN}:%S.%f")
        return reverse("accounts:item_who", args=[entry.target_id], query={"at": at})

    def buttons(self) -> list[Button]:
        """Return the way to take it back, for a change that can be."""
        if not is_fit(self.object):
            return []
        url = reverse("accounts:log_entry_take_back", args=[self.object.pk])
        return [Button(_("Undo…"), url, "undo-2", style="secondary")]


class EntryTakeBack(EntryPage, ConfirmPage):
    """Shows who would gain and lose what if the change were taken back, and what stays; then does it."""

    title = gettext_lazy("Undo")
    submit_label = gettext_lazy("Undo")
    submit_style = "primary"

    def breadcrumbs(self) -> list[Link]:
        return [*super().breadcrumbs(), Link(self.event, self.object.get_absolute_url())]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except NotAllowed as refusal:
            # Whoever reads the log learns why it isn't his to take back.
            return self.render_to_response(self.get_context_data(refusal=str(refusal)))

    def get_success_url(self) -> str:
        """Lead back to where Undo was pressed, unless what that page is about may be gone."""
        return self.get_cancel_url() if leaves_pages(self.object) else super().get_success_url()

    def get_cancel_url(self) -> str:
        path = self.request.GET.get("next", "")
        safe = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
        return path if safe else super().get_cancel_url()

    def run(self) -> str:
        self.left = take_back(self.object, actor=self.request.user, unit=self.unit)
        undone = _("Undone: “%s”.") % self.event
        if self.left:
            stayed = _("This stayed as it is: %s.") % "; ".join(self.left[:6])
            return f"{undone} {stayed}"
        return undone

    def get_consequences(self, change: Any) -> list[dict[str, str]]:
        left = [{"kind": "note", "text": _("Stays as it is: %s") % text} for text in self.left]
        return [*super().get_consequences(change), *mails_of(change), *left]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # What is refused is not said to happen.
        return super().get_context_data(**({"sentence": ""} if "refusal" in kwargs else {}) | kwargs)

    def get_sentence(self) -> str:
        words = {"event": self.event, "who": self.object.actor.name if self.object.actor else _("System")}
        return (
            _("“%(event)s”, done by %(who)s, is undone. What was changed again since stays as it is.") % words
        )
