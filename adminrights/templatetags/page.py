"""Tags for the pieces that stand on many pages."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.template.context import Context
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from adminrights import cells
from adminrights.days import with_weekday
from adminrights.hooks import hooks
from adminrights.meanings import LABELS, meanings
from adminrights.meanings import legend as legend_of
from adminrights.navigation import Button
from adminrights.rows import rows
from adminrights.undo import change_told_by

register = template.Library()


NOTICES = {
    "success": "circle-check",
    "warning": "triangle-alert",
    "error": "circle-alert",
    "info": "info",
    "debug": "info",
}

EFFECTS = {"gain": "plus", "lose": "minus", "mail": "mail", "note": "info"}


@register.simple_tag
def icon(name: str, size: int = 16) -> SafeString:
    """Return an inline drawing that screen readers pass over; the words beside it carry the meaning."""
    return cells.icon(str(name or ""), size)


@register.simple_block_tag(end_name="enddrawn")
def drawn(content: SafeString) -> SafeString:
    """Return what stands inside, for several places of one page: {% drawn as menu %}…{% enddrawn %}."""
    return content


@register.simple_tag
def unit_choices(units: Sequence[Any], unit: Any) -> SafeString:
    """Return a button for each unit that one may change to; the one where one is has a check mark."""
    here = mark_safe(' aria-current="true"'), cells.icon("check")
    marked = ((each, here if each.pk == unit.pk else ("", "")) for each in units)
    return format_html_join(
        "\n",
        '<button class="drop-item" name="unit" value="{}"{}><span>{}</span>{}</button>',
        ((each.pk, current, each.name, sign) for each, (current, sign) in marked),
    )


@register.simple_tag
def sign(kind: str, size: int = 16) -> SafeString:
    """Return the drawing for a message level, a kind of effect or a kind of source."""
    name = NOTICES.get(kind) or EFFECTS.get(kind) or cells.SOURCES.get(kind) or "info"
    return cells.icon(name, size)


@register.simple_tag
def status(key: str, label: str = "") -> SafeString:
    """Draw a status; a key unknown here shows its own word, never nothing."""
    return cells.badge(key, label)


@register.filter
def status_word(key: str) -> str:
    """Return the word for a status, for the window's title."""
    badge = cells.BADGES.get(str(key))
    return str(badge.label) if badge else str(key)


@register.filter
def weekday(moment: date | None) -> str:
    """Return a day for a letter: "Tuesday 3 March 2026"."""
    return with_weekday(moment) if moment else ""


@register.filter
def initials(name: str) -> str:
    """Return the first letters of the first and the last word: "Ana Maria Silva" gives "AS"."""
    words = str(name).split()
    ends = [words[0], words[-1]] if len(words) > 1 else words
    return "".join(word[0] for word in ends).upper() or "?"


@register.filter
def tint(name: str) -> int:
    """Return one of six tints for a name, the same one every time."""
    return sum(str(name).encode()) % 6


@register.filter
def breakable(address: str) -> SafeString:
    """Return an e-mail address or a key that breaks behind its signs, not in the middle of a word."""
    parts = re.split(r"(?<=[@.:])", str(address))
    return format_html_join(SafeString("<wbr>"), "{}", ((part,) for part in parts))


@register.inclusion_tag("partials/avatar.html")
def avatar(name: str, size: str = "") -> dict[str, str]:
    """Draw the initials of a person; `size` is "" or "large"."""
    return {"name": str(name), "size": size}


@register.inclusion_tag("partials/tick.html")
def tick(pk: object, name: object) -> dict[str, Any]:
    """Draw the tick box of a row; it belongs to the form of partials/bulk.html."""
    return {"pk": pk, "name": name}


@register.simple_tag
def table_rows(table: Any) -> SafeString:
    """Draw the rows of a table's page."""
    return rows(table)


@register.simple_tag(takes_context=True)
def quick_menu(context: Context, buttons: Sequence[Button], subject: str = "") -> SafeString:
    """Draw the menu at the far right of a row (S1-30); without buttons there is no menu."""
    return cells.quick_menu(buttons, subject, str(context.get("csrf_token", "")))


@register.inclusion_tag("partials/button.html", takes_context=True)
def button(context: Context, button: Button, small: bool = False) -> dict[str, Any]:
    """Draw a button: a link, or a form that posts."""
    return {"button": button, "small": small, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("partials/meanings.html")
def legend(name: str, compact: bool = False) -> dict[str, Any]:
    """Draw the button that says what all statuses of a kind mean, or the levels: {% legend "accounts" %}."""
    return {"label": LABELS[name], "entries": legend_of(name), "compact": compact}


@register.inclusion_tag("partials/meanings.html")
def explain(key: str, more: Sequence[str] = ()) -> dict[str, Any]:
    """Draw the button that says what the statuses of one thing mean."""
    return {"label": _("What this means"), "entries": meanings([key, *more]), "compact": True}


@register.simple_tag(takes_context=True)
def undo(context: Context, message: Message) -> str:
    """Return where what the message tells of is taken back; empty where the reader can't."""
    change = change_told_by(message)
    return hooks.undo(context["request"], change) if change else ""


@register.simple_tag(takes_context=True)
def may(context: Context, permission: str) -> bool:
    """Tell whether the reader holds the permission in the unit: {% may "groups:create" as can_create %}.

    It asks what to show and counts as no use of the permission.
    """
    request = context["request"]
    return request.user.may(permission, request.unit)
