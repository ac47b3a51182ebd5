"""Pages that ask before something is done, and say what it will do to whom."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from adminrights.change import Change, preview
from adminrights.consequences import consequences
from adminrights.exceptions import NotAllowed, Refused
from adminrights.going import go
from adminrights.once import Answer, once
from adminrights.views.pages import Page


class ConfirmPage(Page):
    """Shows what `run` would do, by doing it and rolling it back; does it on POST."""

    template_name = "generic/confirm.html"
    submit_label: ClassVar[Any] = ""
    submit_style: ClassVar[str] = "danger"

    def run(self) -> str:
        """Do it and return the sentence that tells the outcome."""
        raise NotImplementedError

    def get_sentence(self) -> str:
        """Return what will happen, in one sentence."""
        return ""

    def get_success_url(self) -> str:
        return str(self.object.get_absolute_url())

    def get_notes(self) -> list[dict[str, str]]:
        """Return lines to show before those about people."""
        return []

    def get_consequences(self, change: Change | None) -> list[dict[str, str]]:
        """Return what the change does to people, one line each."""
        return consequences(change)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.find()
        context: dict[str, Any] = {}
        try:
            notes = self.get_notes()
            context["effects"] = [*notes, *self.get_consequences(preview(self.run))]
        except NotAllowed:
            raise
        except Refused as refusal:
            context["refusal"] = str(refusal)
        self.object = self.find()
        return self.render_to_response(self.get_context_data(**context))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.find()
        try:
            answer = once(request, lambda: Answer(text=self.run(), url=self.get_success_url()))
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, str(refusal))
            return go(request, str(self.object.get_absolute_url()))
        messages.success(request, answer.text)
        return go(request, answer.url)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        extra = {
            "sentence": self.get_sentence(),
            "submit_label": self.submit_label,
            "submit_style": self.submit_style,
            "cancel_url": self.object.get_absolute_url(),
        }
        return super().get_context_data(**extra | kwargs)
