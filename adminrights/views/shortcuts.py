"""The keys that do something, as a page and as a dialog (?)."""

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from adminrights.views.access import Open
from adminrights.views.pages import Page


class Shortcut(NamedTuple):
    """Keys that are pressed together, or any of several, and what they do."""

    keys: tuple[Any, ...]
    text: Any


EVERYWHERE = (
    Shortcut(("?",), _("Show these shortcuts")),
    Shortcut((_("Ctrl"), "K"), _("Find anybody and anything; on a Mac ⌘K")),
    Shortcut(("/",), _("Go to the search field of the list")),
    Shortcut((_("Esc"),), _("Close the dialog or the menu")),
)
WITHIN = (
    Shortcut((_("Arrow keys"),), _("Move from tick to tick, in an open menu, and through what was found")),
    Shortcut((_("Home"), _("End")), _("Go to the first or the last tick of the row")),
    Shortcut((_("Ctrl"), _("Home")), _("Go to the first tick of the matrix; with End to the last one")),
    Shortcut((_("Space"),), _("Set the tick, or take it away")),
)


class Shortcuts(Page):
    """What is listed of pages is what the menu offers to its reader."""

    open_to = Open.SIGNED_IN
    title = _("Keyboard shortcuts")

    def get_template_names(self) -> list[str]:
        in_dialog = getattr(self.request.htmx, "target", None) == "dialog"  # type: ignore[attr-defined]
        return ["shortcuts/dialog.html" if in_dialog else "shortcuts/page.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(everywhere=EVERYWHERE, within=WITHIN, **kwargs)
