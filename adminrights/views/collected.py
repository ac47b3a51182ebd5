"""The edits that somebody has collected: what they do together, and applying them as one change."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from adminrights.collecting import address_of, apply_edits, count_again, discard, edits_of
from adminrights.models.collected import CollectedEdit
from adminrights.navigation import EmptyState
from adminrights.once import Answer
from adminrights.views.access import Open
from adminrights.views.confirm import ConfirmPage
from adminrights.views.pages import CommandPage, Page

EMPTY = EmptyState(
    gettext_lazy("Nothing is collected"),
    gettext_lazy(
        "Look at an edit with Preview and press Collect instead of Save: it waits here, to be looked at "
        "and applied together with others."
    ),
    "layers",
)


class OwnEdits(Page):
    """Of the collected edits everybody sees those that are his own, in the unit in which he works."""

    open_to: ClassVar[Open | None] = Open.SIGNED_IN

    def visible(self) -> QuerySet[CollectedEdit]:
        if self.unit is None:
            raise Http404
        return edits_of(self.request.user, self.unit)

    def get_success_url(self) -> str:
        return reverse("collected")


class CollectedPage(OwnEdits, ConfirmPage):
    """Shows what all of them do together, by doing it and rolling it back; does it on POST."""

    title = gettext_lazy("Collected edits")
    template_name = "collected/collected.html"
    submit_label = gettext_lazy("Apply all")
    submit_style = "primary"

    def find(self) -> None:
        self.edits = list(self.visible())
        count_again(self.request)

    def get_sentence(self) -> str:
        return _("They are applied in this order as one change, all of them or none. Together they do this:")

    def run(self) -> str:
        apply_edits(self.edits, self.request)
        number = len(self.edits)
        return ngettext("%d edit is applied.", "%d edits are applied.", number) % number

    def look_ahead(self, said: str = "", status: int = 200) -> Any:
        if not self.edits:
            return self.render_to_response(self.get_context_data(), status=status)
        return super().look_ahead(said, status)

    def carry_out(self) -> Answer:
        # Sent from an old page, there may be nothing left.
        if not self.edits:
            return Answer(self.get_success_url(), str(EMPTY.title))
        answer = super().carry_out()
        discard(self.request, self.edits)
        return answer

    def get_refused_url(self) -> str:
        return self.get_success_url()

    def get_cancel_url(self) -> str:
        return reverse("home")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        edits = [(edit, address_of(edit)) for edit in self.edits]
        extra = {"edits": edits, "empty": EMPTY}
        # Where they can't be applied, there is nothing that they do together.
        if "refusal" in kwargs:
            extra["sentence"] = ""
        return super().get_context_data(**extra | kwargs)


class CollectedDiscard(OwnEdits, CommandPage):
    """Drops one of them."""

    def run(self) -> str:
        title = self.object.title
        discard(self.request, [self.object])
        return _("Discarded: %s.") % title


class CollectedDiscardAll(OwnEdits, CommandPage):
    """Drops all of them."""

    def run(self) -> str:
        discard(self.request, self.visible())
        return _("All collected edits are discarded.")
