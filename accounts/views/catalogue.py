"""The catalogue page: every permission, what it allows and needs, and who has it here (S3-05)."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.permission_book import (
    NAMED,
    Entry,
    chapters,
    entry,
    feature_is_on,
    lines_of,
    narrowed,
    needed_by,
    parts_of,
    roles_giving,
    who_holds,
)
from adminrights.navigation import Button, EmptyState, Link
from adminrights.views.pages import Page
from roles.catalogue import UnknownPermission, catalogue

PEOPLE_A_PAGE = 25
ROLES_SHOWN = 30


class BookForm(forms.Form):
    """Search, and what to narrow by; all of it in the address."""

    q = forms.CharField(required=False, label=gettext_lazy("Search permissions"), max_length=200)
    area = forms.ChoiceField(required=False, label=gettext_lazy("Area"))
    feature = forms.ChoiceField(required=False, label=gettext_lazy("Feature"))
    caution = forms.BooleanField(
        required=False,
        label=gettext_lazy("With caution"),
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = dict.fromkeys(chapter.area for chapter in chapters())
        names = [(area, _("Named permissions") if area == NAMED else area) for area in areas]
        features = [
            (key, feature.label) for key, feature in catalogue().features.items() if not feature.computed
        ]
        self.fields["area"].choices = [("", _("All")), *names]  # type: ignore[attr-defined]
        self.fields["feature"].choices = [("", _("All")), *features]  # type: ignore[attr-defined]


class PermissionBook(Page):
    """All permissions by area and module; search and filters without a round trip through the database."""

    permission = "roles:list"
    title = gettext_lazy("All Permissions")
    template_name = "accounts/catalogue/book.html"

    def get_template_names(self) -> list[str]:
        partial = getattr(self.request, "htmx", False) and not self.request.htmx.history_restore_request  # type: ignore[attr-defined]
        return ["accounts/catalogue/results.html" if partial else self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = BookForm(self.request.GET)
        asked = {name: value for name, value in form.cleaned_data.items() if value} if form.is_valid() else {}
        text = asked.pop("q", "")
        found = narrowed(text, **asked) if form.is_valid() else ()
        count = sum(len(chapter.entries) for chapter in found)
        return super().get_context_data(
            filter={"form": form},
            chapters=found,
            opened=bool(text or asked),
            count_text=ngettext("%(count)d permission", "%(count)d permissions", count) % {"count": count},
            empty=EmptyState(
                _("No permission matches"),
                _("Try fewer words, or take a filter away."),
                "search-x",
                Button(_("Show everything"), self.request.path),
            ),
            **kwargs,
        )


class PermissionPage(Page):
    """One permission: what it allows, what it needs, which roles give it, who has it here."""

    permission = "roles:list"
    template_name = "accounts/catalogue/permission.html"

    def breadcrumbs(self) -> list[Link]:
        return [Link(_("All Permissions"), reverse("accounts:permission_book"))]

    def entry(self) -> Entry:
        try:
            return entry(self.kwargs["key"])
        except UnknownPermission:
            raise Http404 from None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self.entry()
        roles = list(roles_giving(found.key, self.unit)[: ROLES_SHOWN + 1])
        return super().get_context_data(
            title=found.label,
            entry=found,
            subtitle=found.place,
            feature_on=feature_is_on(found.key, self.unit),
            needed_by=needed_by(found.key),
            parts=parts_of(found.key),
            roles=roles[:ROLES_SHOWN],
            roles_more=len(roles) > ROLES_SHOWN,
            **self.people(found),
            **kwargs,
        )

    def people(self, found: Entry) -> dict[str, Any]:
        """Return the numbers, and the people themselves for whoever may see the list of accounts."""
        if found.named:
            return {}
        holding: Any = who_holds(found.key, self.unit)
        context: dict[str, Any] = {"holding": holding, "sentence": holding.sentence()}
        if not self.may("accounts:list"):
            return context
        page: Any = Paginator(holding, PEOPLE_A_PAGE).get_page(self.request.GET.get("page"))
        lines = lines_of(page.object_list, holding, self.unit, links=self.may("groups:get"))
        return context | {"page": page, "people": lines}
