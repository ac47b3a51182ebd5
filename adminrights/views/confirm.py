"""Pages that ask before something is done, and say what it will do to whom."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from adminrights.change import Change, preview
from adminrights.consequences import Line, consequences
from adminrights.exceptions import Moved, NotAllowed, Refused
from adminrights.going import go
from adminrights.once import Answer, once
from adminrights.promises import promised, seal
from adminrights.views.collecting import Collected


class ConfirmPage(Collected):
    """Shows what `run` would do, by doing it and rolling it back; does it on POST."""

    template_name = "generic/confirm.html"
    submit_label: ClassVar[Any] = ""
    submit_style: ClassVar[str] = "danger"

    def run(self) -> str:
        """Do it and return the sentence that tells the outcome."""
        raise NotImplementedError

    def do(self) -> None:
        self.run()

    def get_sentence(self) -> str:
        """Return what will happen, in one sentence."""
        return ""

    def get_success_url(self) -> str:
        return str(self.object.get_absolute_url())

    def get_cancel_url(self) -> str:
        return str(self.object.get_absolute_url())

    def get_refused_url(self) -> str:
        return str(self.object.get_absolute_url())

    def get_notes(self) -> list[Line]:
        """Return lines to show before those about people."""
        return []

    def get_consequences(self, change: Change | None) -> list[Line]:
        """Return what the change does to people, one line each."""
        return consequences(change)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.find()
        return self.look_ahead()

    def look_ahead(self, said: str = "", status: int = 200) -> HttpResponse:
        """Show what doing it would do, or why it is refused."""
        context: dict[str, Any] = {"said": said}
        try:
            notes = self.get_notes()
            change = preview(self.run)
            context["effects"] = [*notes, *self.get_consequences(change)]
            context["previewed"] = seal(change, self.seal_place)
        except NotAllowed:
            raise
        except Refused as refusal:
            context["refusal"] = str(refusal)
        self.object = self.find()
        return self.render_to_response(self.get_context_data(**context), status=status)

    def carry_out(self) -> Answer:
        """Do what was shown."""
        with promised(self.looked()[0]):
            return Answer(text=self.run(), url=self.get_success_url())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.find()
        if self.wants_collecting():
            return self.collect()
        try:
            answer = once(request, self.carry_out)
        except NotAllowed:
            raise
        except Moved as moved:
            self.object = self.find()
            return self.look_ahead(str(moved), 409)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return go(request, self.get_refused_url())
        messages.success(request, answer.text)
        return go(request, answer.url)

    def collect(self) -> HttpResponse:
        """Keep the step, unless it is refused."""
        try:
            shown = self.get_consequences(preview(self.run))
            self.object = self.find()
            return self.keep(shown)
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(self.request, str(refusal))
            return go(self.request, self.get_refused_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        extra = {
            "sentence": self.get_sentence(),
            "submit_label": self.submit_label,
            "submit_style": self.submit_style,
            "cancel_url": self.get_cancel_url(),
        }
        return super().get_context_data(**extra | kwargs)


class PreviewedCommand(ConfirmPage):
    """One step by POST, done at once; with the button Preview the page asks first, and says what it does."""

    http_method_names = ["post"]
    submit_style = "primary"
    collects = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "preview" not in request.POST:
            return super().post(request, *args, **kwargs)
        self.object = self.find()
        return self.look_ahead()

    def kept(self) -> dict[str, Any]:
        """Return what was sent, for the question to send it again."""
        untyped = {"csrfmiddlewaretoken", "preview", "previewed", "collect"}
        return {name: value for name, value in self.request.POST.items() if name not in untyped}

    def get_refused_url(self) -> str:
        return self.get_success_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"kept": self.kept()} | kwargs)
