"""The local mailbox in the browser: for the demo and for development, where no mail leaves the machine."""

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from adminrights import mailbox
from adminrights.navigation import EmptyState, Link
from adminrights.views.access import Open, public
from adminrights.views.pages import Page

PER_PAGE = 50
BACKEND = f"{mailbox.EmailBackend.__module__}.{mailbox.EmailBackend.__qualname__}"


def is_open() -> bool:
    """Return whether the mailbox may be shown: never where mail could be somebody's real mail."""
    return (settings.DEMO or settings.DEBUG) and settings.EMAIL_BACKEND == BACKEND


class LocalPage(Page):
    """A page that isn't there in production. It is public: the invited have no account yet."""

    open_to = Open.EVERYONE

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_open():
            raise Http404
        return super().dispatch(request, *args, **kwargs)


@public
class Mailbox(LocalPage):
    title = gettext_lazy("Mailbox")
    template_name = "mailbox/mailbox.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        q = request.GET.get("q", "").strip()
        found = [letter for letter in mailbox.letters() if q.casefold() in ", ".join(letter.to).casefold()]
        page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
        return self.render_to_response(self.get_context_data(page=page, q=q, empty=self.empty(q)))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        subtitle = _("All mail of this installation stays here. Nothing leaves this machine.")
        return super().get_context_data(subtitle=subtitle, **kwargs)

    def empty(self, q: str) -> EmptyState:
        if q:
            return EmptyState(_("No letter to such an address"), _("Type another part of the address."))
        return EmptyState(_("No letters yet"), _("Invite somebody, or ask for a new password."))


@public
class LetterPage(LocalPage):
    template_name = "mailbox/letter.html"

    def get(self, request: HttpRequest, letter: str) -> HttpResponse:
        self.object = next((each for each in mailbox.letters() if each.id == letter), None)
        if self.object is None:
            raise Http404
        crumbs = [Link(_("Mailbox"), reverse("mailbox"))]
        context = self.get_context_data(title=self.object.subject, letter=self.object, crumbs=crumbs)
        return self.render_to_response(context)
