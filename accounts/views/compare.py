"""Two people, groups or roles side by side, or one person on two days; as a page and as a file."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.compare.choosing import PAST, Chooser, NotThere
from accounts.compare.difference import Chapter, Difference
from accounts.compare.sides import Compared
from accounts.guards import ASSIGN, DELEGATE
from adminrights.days import DayField, end_of
from adminrights.navigation import Button, EmptyState
from adminrights.spreadsheet import csv_lines
from adminrights.views.pages import Page

SIDES = ("left", "right")
HEADS = ("module", "permission", "key", "where", "left", "right")


class CompareForm(forms.Form):
    """Who or what is compared, on which days, and what is shown of it; all of it in the address."""

    left = forms.CharField(required=False, max_length=40)
    right = forms.CharField(required=False, max_length=40)
    left_q = forms.CharField(required=False, max_length=200)
    right_q = forms.CharField(required=False, max_length=200)
    left_at = DayField()
    right_at = DayField()
    all = forms.BooleanField(required=False)


class ComparePart(Page):
    """What the page and the file have in common."""

    permission = "accounts:list"

    @cached_property
    def form(self) -> CompareForm:
        form = CompareForm(self.request.GET)
        form.is_valid()
        return form

    def asked(self, name: str) -> Any:
        """Return what the address says, nothing where it says nonsense."""
        return self.form.cleaned_data.get(name)

    @cached_property
    def chooser(self) -> Chooser:
        return Chooser(self.request.user, self.unit)  # type: ignore[arg-type]

    def side(self, name: str) -> Compared | None:
        """Return the chosen side, None for one yet to choose. Raises Http404."""
        token = self.asked(name)
        if not token:
            return None
        day = self.asked(f"{name}_at") if token.startswith("account:") else None
        try:
            return self.chooser.side(token, end_of(day) if day and self.may(PAST) else None)
        except NotThere:
            raise Http404 from None

    @cached_property
    def difference(self) -> Difference | None:
        left, right = self.side("left"), self.side("right")
        return Difference(left, right) if left and right else None

    def chapters(self) -> list[Chapter]:
        """Return what the file has: by default only what differs."""
        difference = self.difference
        return difference.chapters(everything=bool(self.asked("all"))) if difference else []


class Compare(ComparePart):
    """S1-06: what one has and the other hasn't, with every source."""

    title = gettext_lazy("Compare")
    template_name = "accounts/compare/compare.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        difference = self.difference
        return super().get_context_data(
            sides=[self.picker(name) for name in SIDES],
            dated=self.may(PAST),
            difference=difference,
            chapters=difference.chapters(everything=False) if difference else [],
            shared=difference.shared() if difference else [],
            everything=bool(self.asked("all")),
            export_url=self.address("compare_export") if difference else "",
            toggle_url=self.address("compare", all="" if self.asked("all") else "on"),
            swap_url=self.swapped(),
            like=self.like(difference) if difference else [],
            empty=self.empty(difference),
            **kwargs,
        )

    def picker(self, name: str) -> dict[str, Any]:
        """Return one side as the form draws it: what is chosen, or the search and what it found."""
        side = self.side(name)
        text = self.asked(f"{name}_q") or ""
        found = [] if side else self.chooser.find(text)
        return {
            "name": name,
            "label": _("On the left") if name == "left" else _("On the right"),
            "side": side,
            "text": text,
            "invalid": f"{name}_at" in self.form.errors,
            "at": self.request.GET.get(f"{name}_at", "")[:10],
            "found": [{"found": each, "url": self.chosen(name, each.token)} for each in found],
            "change_url": self.address("compare", **{name: "", f"{name}_at": ""}),
            "same_url": self.same(name),
        }

    def like(self, difference: Difference) -> list[Button]:
        """Return the buttons that make one person like the other, both as they are now."""
        sides = (difference.left, difference.right)
        dated = self.may(PAST) and any(self.asked(f"{name}_at") for name in SIDES)
        people = {side.pk for side in sides if side.kind == "account"}
        differ = difference.only_left or difference.only_right
        if len(people) < 2 or dated or not differ or not (self.may(ASSIGN) or self.may(DELEGATE)):
            return []
        return [
            Button(
                _("Make %(who)s like %(model)s") % {"who": who.label, "model": model.label},
                reverse("accounts:make_like", args=[who.pk, model.pk]),
                "user-check",
                dialog=True,
            )
            for who, model in (sides, sides[::-1])
            if who.pk != self.request.user.pk
        ]

    def same(self, name: str) -> str:
        """Return where the other side's person is chosen here too, to look at another day."""
        other = self.asked("right" if name == "left" else "left") or ""
        return self.chosen(name, other) if other.startswith("account:") and self.may(PAST) else ""

    def chosen(self, name: str, token: str) -> str:
        return self.address("compare", **{name: token, f"{name}_q": ""})

    def swapped(self) -> str:
        values = {name: self.request.GET.get(name, "") for name in ("left", "right", "left_at", "right_at")}
        turned = {"left": "right", "right": "left", "left_at": "right_at", "right_at": "left_at"}
        return self.address("compare", **{turned[name]: value for name, value in values.items()})

    def address(self, page: str, **values: str) -> str:
        """Return the page with what is chosen now, and these values in its place."""
        kept = {name: self.request.GET.get(name, "")[:200] for name in CompareForm.base_fields}
        query = {name: value for name, value in (kept | values).items() if value}
        return reverse(f"accounts:{page}", query=query)

    def empty(self, difference: Difference | None) -> EmptyState:
        if difference is None:
            text = _("Search on both sides for a person, a group or a role.")
            return EmptyState(_("Choose what to compare"), text, "git-compare")
        return EmptyState(_("No difference"), _("Both sides have the same rights here."), "equal")


class CompareExport(ComparePart):
    """The rows of the page as CSV; formulas in it are made harmless (N5)."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        # Worked out before the answer begins, so that what is not there is not found.
        rows = list(self.rows())
        answer = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="compare.csv"'
        return answer

    def rows(self) -> Iterator[tuple[object, ...]]:
        """Yield the head of the file and a row for each permission that the page shows."""
        yield HEADS
        for chapter in self.chapters():
            for row in chapter.rows:
                sources = ("; ".join(row.left), "; ".join(row.right))
                yield (chapter.label, row.label, row.key, row.where, *sources)
