"""Find: one field that leads to anybody and anything, as a page and as a dialog (Ctrl-K)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.finding import Search, find
from adminrights.views import Open, Page

TEMPLATES = {"dialog": "find/dialog.html", "finds": "find/finds.html"}


class FindForm(forms.Form):
    """What is looked for; it stands in the address."""

    q = forms.CharField(required=False, max_length=200)


class Find(Page):
    """What the reader may see of it: accounts, groups, roles, units, permissions, pages."""

    open_to = Open.SIGNED_IN
    title = gettext_lazy("Find")

    def get_template_names(self) -> list[str]:
        return [TEMPLATES.get(getattr(self.request.htmx, "target", None) or "", "find/find.html")]  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = FindForm(self.request.GET)
        text = form.cleaned_data["q"] if form.is_valid() else ""
        several = len(self.request.units) > 1  # type: ignore[attr-defined]
        shelves = find(Search(self.request.user, self.unit, text, several)) if form.is_valid() else ()  # type: ignore[arg-type]
        return super().get_context_data(text=text, shelves=shelves, **kwargs)
