"""Files about people: what leaves the product takes a fresh proof of who takes it along (S5)."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.sign_in.proof import ask_proof, is_proved
from adminrights.views.pages import Page


class PeopleFile(Page):
    """A file about whoever a filter leaves, which may be everybody; it is handed out after the proof.

    These are the access log, the outcome of a bulk step, the evidence of a review, who can do something, who
    has what, what could go without being missed and what ends soon. A comparison asks for none: its reader
    chose both sides.
    """

    def page_url(self) -> str:
        """Return the page that offers the file: one goes on there after the proof."""
        raise NotImplementedError

    def file(self) -> HttpResponseBase:
        """Return the file. Raises Http404."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        return self.file() if is_proved(request) else ask_proof(request, wanted=self.page_url())

    def filters(self) -> str:
        """Return the filters of the address, as they follow the page's path."""
        query = self.request.GET.urlencode()
        return f"?{query}" if query else ""
