"""The small pieces that stand in every row of a list, written in Python.

A template for each cell takes most of a long list's time, so what repeats by the row is joined here;
every value is escaped by `filled`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from html import escape
from typing import Any, NamedTuple

from django.utils import formats, timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy, gettext_noop, pgettext_lazy
from django.utils.translation import gettext as _
from lucide.templatetags.lucide import lucide

from adminrights.escaping import escaped, filled
from adminrights.navigation import Button

STROKES = ' fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
TICK = gettext_noop("Tick %s")
EMPTY = mark_safe('<span class="muted">–</span>')

# The drawing for each kind of source of a right.
SOURCES = {"owner": "crown", "grant": "user-check", "role": "boxes", "feature": "layers"}


@lru_cache(maxsize=512)
def _said(text: str, language: str) -> str:
    return _(text)


def said(text: str) -> str:
    """Return the translation of a text that stands in every row, looked up once for each language."""
    return _said(text, get_language() or "")


class Badge(NamedTuple):
    """How a status looks: always a colour, a sign and a word together."""

    tone: str
    icon: str
    label: Any


BADGES = {
    "active": Badge("good", "circle-check", gettext_lazy("Active")),
    "pending": Badge("wait", "clock", gettext_lazy("Pending")),
    "disabled": Badge("off", "ban", gettext_lazy("Disabled")),
    "locked": Badge("bad", "lock", gettext_lazy("Locked")),
    "expired": Badge("wait", "timer-off", gettext_lazy("Invitation expired")),
    "refused": Badge("bad", "ban", gettext_lazy("Refused")),
    "waiting": Badge("wait", "clock", gettext_lazy("Waiting")),
    "sent": Badge("info", "send", gettext_lazy("Sent")),
    "delivered": Badge("good", "mail-check", gettext_lazy("Delivered")),
    "deferred": Badge("wait", "hourglass", gettext_lazy("Delayed")),
    "bounced": Badge("bad", "undo-2", gettext_lazy("Came back")),
    "rejected": Badge("bad", "ban", gettext_lazy("Refused by the provider")),
    "failed": Badge("bad", "circle-slash", gettext_lazy("Not sent")),
    "given_up": Badge("bad", "circle-off", gettext_lazy("Given up")),
    "complained": Badge("bad", "flag", gettext_lazy("Marked as spam")),
    "void": Badge("off", "mail-x", gettext_lazy("No longer needed")),
    "undelivered": Badge("bad", "mail-warning", gettext_lazy("Mail not delivered")),
    "open": Badge("wait", "hand-helping", pgettext_lazy("status", "Open")),
    "under_way": Badge("wait", "clipboard-check", gettext_lazy("Under way")),
    "late": Badge("bad", "alarm-clock", gettext_lazy("Late")),
    "left_over": Badge("bad", "triangle-alert", gettext_lazy("Left over")),
    "complete": Badge("good", "circle-check", gettext_lazy("Complete")),
    "undecided": Badge("wait", "circle-dashed", gettext_lazy("Undecided")),
    "keep": Badge("good", "check", gettext_lazy("Keep")),
    "revoke": Badge("bad", "minus", gettext_lazy("Revoke")),
    "kept": Badge("good", "check", gettext_lazy("Kept")),
    "removed": Badge("off", "circle-check", gettext_lazy("Removed")),
    "still": Badge("bad", "triangle-alert", gettext_lazy("Still has it")),
    "not_removed": Badge("bad", "ban", gettext_lazy("Not removed")),
    "gone": Badge("off", "circle-off", gettext_lazy("Ended meanwhile")),
    "approved": Badge("good", "circle-check", gettext_lazy("Approved")),
    "declined": Badge("bad", "ban", gettext_lazy("Declined")),
    "withdrawn": Badge("off", "undo-2", gettext_lazy("Withdrawn")),
    "settled": Badge("good", "circle-check", gettext_lazy("Closed: it was there already")),
    "unanswered": Badge("off", "timer-off", gettext_lazy("Not answered in time")),
    "owner": Badge("info", "crown", gettext_lazy("Owner")),
    "administrator": Badge("info", "shield-check", gettext_lazy("Administrator")),
}


@lru_cache(maxsize=256)
def icon(name: str, size: int = 16) -> SafeString:
    """Return an inline drawing that screen readers pass over; the words beside it carry the meaning."""
    if not name:
        return SafeString("")
    # What all of them share stands once in the style sheet: a list has many hundred drawings.
    drawing = lucide(name, size=size, aria_hidden="true").replace(STROKES, ' class="icon"')
    return mark_safe("".join(map(str.strip, drawing.splitlines())))  # noqa: S308 - the package's own, no input


def badge(key: str, label: str = "") -> SafeString:
    """Return a status as colour, sign and word; a key unknown here shows its own word, never nothing."""
    return _badge(str(key), str(label), get_language() or "")


@lru_cache(maxsize=256)
def _badge(key: str, label: str, language: str) -> SafeString:
    known = BADGES.get(key) or Badge("off", "info", key.capitalize())
    return filled(
        '<span class="badge-status tone-{}">{}<span>{}</span></span>',
        known.tone,
        icon(known.icon, 14),
        label or known.label,
    )


def badges(keys: Iterable[str]) -> SafeString:
    """Return several statuses side by side."""
    return mark_safe(" ".join(badge(key) for key in keys))  # noqa: S308 - each is escaped


def row_link(url: str, label: str) -> SafeString:
    """Return the link that names a row."""
    return filled('<a class="row-link" href="{}">{}</a>', url, label)


def address(email: str) -> SafeString:
    """Return an e-mail address that, where there is too little room, breaks before its @."""
    name, sign, domain = email.rpartition("@")
    return filled('<span title="{}">{}<wbr>{}{}</span>', email, name, sign, domain)


def tick(pk: int, name: str) -> SafeString:
    """Return the tick box of a row; it belongs to the form of partials/bulk.html."""
    return filled(
        '<label class="tick"><input type="checkbox" class="form-check-input row-check" name="pk" value="{}"'
        ' form="bulk"><span class="visually-hidden">{}</span></label>',
        pk,
        said(TICK) % name,
    )


def tags(items: Sequence[Mapping[str, str]]) -> SafeString:
    """Return names as tags: {label, detail?, url?, title?}, e.g. the groups of an account (S1-17)."""
    return drawn_tags([tag(item) for item in items])


def drawn_tags(drawn: Sequence[SafeString]) -> SafeString:
    """Return tags side by side that are drawn already."""
    if not drawn:
        return EMPTY
    inside = "".join(f"<li>{escaped(each)}</li>" for each in drawn)
    return SafeString(f'<ul class="tags">{inside}</ul>')


def tag(item: Mapping[str, str]) -> SafeString:
    """Return one tag, a link if it has an address; a detail stays whole where a long label is cut."""
    label, url, title = item["label"], item.get("url", ""), item.get("title", "")
    if detail := item.get("detail"):
        label = filled('<span class="tag-label">{}</span> <span class="tag-detail">{}</span>', label, detail)
    if url:
        return filled('<a class="tag" href="{}" title="{}">{}</a>', url, title, label)
    return filled('<span class="tag" title="{}">{}</span>', title, label)


def day(moment: datetime | None, otherwise: str) -> SafeString:
    """Return the day of a moment, the time of day as its title; `otherwise` where there is none."""
    return days(otherwise)(moment)


def days(otherwise: str) -> Callable[[datetime | None], SafeString]:
    """Return what draws days as `day` does, for a list: language and time zone are looked up once."""
    language, zone = get_language() or "", timezone.get_current_timezone()
    none = filled('<span class="muted">{}</span>', otherwise)

    def drawn(moment: datetime | None) -> SafeString:
        return none if moment is None else _day(moment.astimezone(zone).isoformat(), language)

    return drawn


@lru_cache(maxsize=4096)
def _day(text: str, language: str) -> SafeString:
    """Return what a language shows of a moment. It comes as text: equal moments differ by their zone."""
    local = datetime.fromisoformat(text)
    return filled(
        '<time datetime="{}" title="{}">{}</time>',
        text,
        formats.date_format(local, "SHORT_DATETIME_FORMAT"),
        formats.date_format(local, "SHORT_DATE_FORMAT"),
    )


def quick_menu(buttons: Sequence[Button], subject: str, csrf_token: str) -> SafeString:
    """Return the menu at the far right of a row (S1-30, S1-41); it opens without scripts.

    Without buttons there is no menu.
    """
    if not buttons:
        return SafeString("")
    return filled(
        '<details class="drop quick-menu"><summary aria-label="{}">{}</summary>'
        '<div class="drop-panel drop-end">{}</div></details>',
        _("Actions for %s") % subject,
        icon("ellipsis"),
        format_html_join("", "{}", ((_menu_item(button, csrf_token),) for button in buttons)),
    )


def _menu_item(button: Button, csrf_token: str) -> SafeString:
    pieces = _around_address(button.icon, str(button.label), button.style, button.post, button.dialog)
    url = escape(button.url)
    if not button.post:
        return mark_safe(url.join(pieces))  # noqa: S308 - all of it is escaped
    before, middle, after = pieces
    fields = {"csrfmiddlewaretoken": csrf_token, **button.fields}
    inputs = format_html_join("", '<input type="hidden" name="{}" value="{}">', fields.items())
    return mark_safe(f"{before}{url}{middle}{inputs}{after}")  # noqa: S308 - all of it is escaped


@lru_cache(maxsize=512)
def _around_address(name: str, label: str, style: str, post: bool, dialog: bool) -> tuple[str, ...]:
    """Return an item of the menu in pieces, cut where its address stands: only that differs by the row."""
    inner = filled("{}<span>{}</span>", icon(name), label)
    if post:
        button = filled('<button class="drop-item drop-{}">{}</button></form>', style, inner)
        return '<form method="post" action="', '">', button
    opening = filled('<a class="drop-item drop-{}" href="', style)
    closing = filled("{}</a>", inner)
    if not dialog:
        return opening, f'">{closing}'
    swap = '" hx-target="#dialog" hx-swap="innerHTML" aria-haspopup="dialog">'
    return opening, '" hx-get="', f"{swap}{closing}"


def dialog_sign(url: str, sign: str, label: str) -> SafeString:
    """Return a sign that opens a dialog, or the page without scripts; its label is read out."""
    return filled(
        '<a class="icon-button" href="{0}" hx-get="{0}" hx-target="#dialog" hx-swap="innerHTML"'
        ' aria-haspopup="dialog" title="{1}" aria-label="{1}">{2}</a>',
        url,
        label,
        icon(sign),
    )
