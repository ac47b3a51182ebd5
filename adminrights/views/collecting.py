"""Pages whose edit can be collected, to be applied together with others (adminrights/collecting.py)."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from adminrights.collecting import collect
from adminrights.consequences import Line
from adminrights.exceptions import NotAllowed
from adminrights.going import go
from adminrights.hooks import hooks
from adminrights.promises import unseal
from adminrights.views.pages import Page

# Marks the message of a kept edit, beside which stands the way to all of them.
COLLECTED = "collected"


class Collected(Page):
    """A page that shows its edit before it is done; many such edits can be kept, to be applied together."""

    # Whether it offers that. A page that asks for a secret, or makes something new, doesn't.
    collects: ClassVar[bool] = False
    # Whether its form holds the whole of what it edits: then a newer form takes an older one's place.
    is_whole: ClassVar[bool] = False

    @property
    def seal_place(self) -> str:
        """What a look is good for: one address, one reader, as seen from one unit."""
        return f"{self.request.path}:{self.request.user.pk}:{self.unit.pk if self.unit else ''}"

    def looked(self) -> tuple[str, str]:
        """Return the digest of what was shown before, and what was typed then."""
        return unseal(self.request.POST.get("previewed", ""), self.seal_place)

    def check(self) -> None:
        """Raise NotAllowed where the page collects nothing, or isn't open to its reader."""
        if not self.collects:
            raise NotAllowed(_("This can't be collected."))
        if self.open_to is None and not self.may(self.permission):
            needed = hooks.wording(self.permission)
            raise NotAllowed(_("It needs a right that you don't have here: %s.") % needed, [self.permission])

    def perform(self) -> None:
        """Do what the form says, without an answer. Raises Refused and Http404."""
        self.check()
        self.object = self.find()
        self.do()

    def do(self) -> None:
        """Call the service with what was sent."""
        raise NotImplementedError

    def wants_collecting(self) -> bool:
        """Return whether the button that keeps the edit was pressed."""
        return self.collects and "collect" in self.request.POST

    def keep(self, shown: list[Line]) -> HttpResponse:
        """Keep the edit and go on where one came from. Raises Invalid where there are too many."""
        title = self.get_collected_title()
        texts = [str(line["text"]) for line in shown]
        replaced = collect(self.request, title, texts, instead=self.is_whole)
        said = _("Collected, not saved yet: %s.") % title
        again = _("It takes the place of what you had collected on this page.")
        told = f"{said} {again}" if replaced else said
        messages.success(self.request, told, extra_tags=COLLECTED)
        return go(self.request, self.get_collected_url())

    def get_collected_title(self) -> str:
        """Return what the edit is called among the collected ones."""
        title = self.get_title().rstrip("?")
        above = [str(link.label) for link in self.breadcrumbs()[1:]][-1:]
        return title if not above or above[0] in title else f"{above[0]}: {title}"

    def get_collected_url(self) -> str:
        """Return where one goes on after collecting."""
        return reverse("collected") if self.object is None else str(self.object.get_absolute_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"collects": self.collects} | kwargs)
