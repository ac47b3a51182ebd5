"""Forms that can say what they would do before they do it, and say it again when it is done."""

from typing import Any

from django.forms import BaseForm
from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts.views.accounts import AccountPage
from adminrights.change import Change, preview
from adminrights.consequences import consequences
from adminrights.exceptions import NotAllowed, Refused
from adminrights.views.editing import EditPage

MOST_SAID = 4


class PreviewedFormPage(AccountPage, EditPage):
    """With the button "preview" it shows who would gain and lose what; else it saves."""

    def step(self, form: Any) -> object:
        """Call the service; it is called once more to look ahead, and then undone."""
        raise NotImplementedError

    def told(self, change: Change | None) -> list[dict[str, str]]:
        """Return what the change does to people, one line each."""
        return consequences(change)

    def wants_preview(self) -> bool:
        """Return whether only a look ahead was asked for."""
        return "preview" in self.request.POST

    def form_valid(self, form: BaseForm) -> HttpResponse:
        if not self.wants_preview():
            return super().form_valid(form)
        try:
            change = preview(lambda: self.step(form))
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.refused(form, refusal)
        return self.render_to_response(self.get_context_data(form=form, effects=self.told(change)))

    def apply(self, form: Any) -> Any:
        self.change: Change | None = preview(lambda: self.step(form))
        self.step(form)
        return self.object

    def done(self, result: object) -> str:
        if self.change is None:
            return _("Nothing was changed.")
        said = [line["text"] for line in self.told(self.change)[:MOST_SAID]]
        return " ".join([_("Saved."), *(f"{text.rstrip('.')}." for text in said)])
