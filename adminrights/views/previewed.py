"""Forms that say who would gain and lose what before they save it."""

import hashlib
from typing import Any, ClassVar

from django.forms import BaseForm
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from adminrights.change import Change, preview
from adminrights.consequences import Line, consequences
from adminrights.exceptions import Invalid, Moved, NotAllowed, Refused, Stale
from adminrights.once import Answer
from adminrights.promises import Promise, needs_a_look, promised, seal
from adminrights.views.collecting import Collected
from adminrights.views.editing import CHOICE, EditPage
from adminrights.views.pages import FormPage

# Of the form, what isn't typed into it.
UNTYPED = frozenset({"csrfmiddlewaretoken", "working_in", "opened", "preview", "previewed", "collect"})
MOST_SAID = 4


class Previewed(Collected, FormPage):
    """With the button Preview it shows what saving would do; what was shown and is saved then is the same.

    Saving without a look is possible. A form that reaches people whom the page doesn't show `asks`: where
    somebody would lose something or get administration, or many would gain something, the first Save only
    shows it and the second one saves. On a form about one person the person is before one's eyes, and what
    was saved is said.
    """

    asks: ClassVar[bool] = False

    def told(self, change: Change | None) -> list[Line]:
        """Return what the change does to people, one line each."""
        return consequences(change)

    def typed(self, form: Any) -> str:
        """Return a digest of what is typed."""
        return digest_of_typed(form.data)

    def form_valid(self, form: BaseForm) -> HttpResponse:
        if "preview" in self.request.POST:
            return self.look_ahead(form)
        if self.wants_collecting():
            return self.collect(form)
        if self.asks and not self.looked()[0]:
            try:
                change = self.try_out(form)
            except NotAllowed:
                raise
            except Refused as refusal:
                return self.refused(form, refusal)
            if needs_a_look(change):
                said = _("Look at what this does to people. Save again if it is what you want.")
                return self.show(form, change, said)
        return super().form_valid(form)

    def collect(self, form: Any) -> HttpResponse:
        """Keep the form, unless what it says is refused."""
        try:
            shown = self.told(self.try_out(form))
            typed = self.fields_changed(form) if isinstance(self, EditPage) else []
            named: list[Line] = [{"kind": "note", "text": f"{', '.join(typed)}."}] if typed else []
            return self.keep([*named, *shown])
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.refused(form, refusal)

    def do(self) -> None:
        form = self.get_form()
        refuse_wrong(form)
        try:
            self.apply(form)
        except Stale:
            # Most often by the edits before it: it is done on top of them.
            again = self.on_top(form) if isinstance(self, EditPage) else None
            if again is None:
                raise
            refuse_wrong(again)
            self.apply(again)

    def carry_out(self, form: Any) -> Answer:
        with promised(self.looked()[0]) as self.promise:
            return super().carry_out(form)

    def try_out(self, form: Any) -> Change | None:
        """Return what saving would do; nothing of it stays, in the page's object neither."""
        try:
            return preview(lambda: self.apply(form))
        finally:
            self.object = self.find()

    def look_ahead(self, form: BaseForm, said: str = "", status: int = 200) -> HttpResponse:
        """Show what saving would do, or why it is refused."""
        try:
            change = self.try_out(form)
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.refused(form, refusal)
        return self.show(form, change, said, status)

    def show(self, form: BaseForm, change: Change | None, said: str, status: int = 200) -> HttpResponse:
        context = self.get_context_data(
            form=form,
            ahead=self.told(change),
            ahead_said=said,
            previewed=seal(change, self.seal_place, self.typed(form)),
        )
        return self.render_to_response(context, status=status)

    def refused(self, form: BaseForm, refusal: Refused) -> HttpResponse:
        if not isinstance(refusal, Moved):
            return super().refused(form, refusal)
        self.object = self.find()
        said = str(refusal)
        if self.looked()[1] != self.typed(form):
            said = _("The form was changed since you looked. Nothing is saved: this is what saving does now.")
        return self.look_ahead(form, said, 409)

    def what_it_did(self) -> list[str]:
        """Return what was done to people, as the sentences of a message."""
        promise: Promise = self.promise
        return [f"{str(line['text']).rstrip('.')}." for line in self.told(promise.change)[:MOST_SAID]]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"previews": True} | kwargs)


class PreviewedPage(Previewed, EditPage):
    """A form about what somebody else may be editing too, and that says what saving would do."""

    collects = True
    is_whole = True


def refuse_wrong(form: Any) -> None:
    """Raise Invalid, with what is wrong, for a form that isn't valid."""
    if not form.is_valid():
        raise Invalid(" ".join(str(error) for errors in form.errors.values() for error in errors))


def digest_of_typed(data: QueryDict) -> str:
    """Return a digest of what a form was sent with."""
    names = (name for name in data if name not in UNTYPED and not name.startswith(CHOICE))
    typed = sorted((name, data.getlist(name)) for name in names)
    return hashlib.sha256(repr(typed).encode("utf-8", "surrogatepass")).hexdigest()
