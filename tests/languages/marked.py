"""A language for tests: every text that can be translated stands between ⟦ and ⟧."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.utils import translation
from django.utils.translation import trans_real

from accounts import permission_book
from adminrights import cells
from adminrights.languages import zones

INNERMOST = re.compile(r"⟦[^⟦⟧]*⟧")
# Initials are no word.
WORD = re.compile(r"[A-Za-z]?[a-z]{2,}")
SPOKEN = {"aria-label", "title", "placeholder", "alt", "label", "aria-description", "hx-confirm"}
# Texts that are names everywhere, and what stands in no language.
PLACES = sorted((zone.partition("/")[2].replace("_", " ") for zone in zones()), key=len, reverse=True)
NAMES = ("Admin & Rights", "Admin &amp; Rights", *(name for _code, name in settings.LANGUAGES))
# What scripts put on the page.
SAID = ("selected", "working", "unit", "none", "late", "label", "failed", "count", "changed", "said")
TOLD = {f"data-{name}" for name in SAID}
UNSPOKEN = {"code", "kbd", "script", "style", "svg"}


def mark_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer with the English text between marks wherever German has a translation of it."""
    known = trans_real.translation("de")._catalog

    def gettext(message: str) -> str:
        return f"⟦{message}⟧" if message in known or (message, 0) in known else message

    def ngettext(one: str, many: str, number: int) -> str:
        text = one if number == 1 else many
        return f"⟦{text}⟧" if (one, 0) in known else text

    def pgettext(context: str, message: str) -> str:
        return f"⟦{message}⟧" if f"{context}\x04{message}" in known else message

    # What is kept by the language would hold what was said before, and keep what is said now.
    for module, name in ((cells, "_badge"), (cells, "_said"), (permission_book, "_chapters")):
        monkeypatch.setattr(module, name, getattr(module, name).__wrapped__)
    for name, answer in (("gettext", gettext), ("ngettext", ngettext), ("pgettext", pgettext)):
        monkeypatch.setattr(translation._trans, name, answer)


class Words(HTMLParser):
    """What a page says: its text, and the attributes that are read out or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.quiet: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSPOKEN:
            self.quiet.append(tag)
        pressed = tag == "button" or (tag == "input" and dict(attrs).get("type") in {"submit", "button"})
        for name, value in attrs:
            if name in SPOKEN or (name == "value" and pressed and " " in (value or "")):
                self.said.append(value or "")
            if name in TOLD:
                self.said.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        if self.quiet and self.quiet[-1] == tag:
            self.quiet.pop()

    def handle_data(self, data: str) -> None:
        if not self.quiet:
            self.said.append(data)


def data() -> list[str]:
    """Return every text that people typed, the longest first."""
    found: set[str] = set()
    for model in apps.get_models():
        if model._meta.app_label in {"accounts", "groups", "adminrights"} or model.__name__ == "Role":
            found |= set(_texts(model))
    return sorted(found, key=len, reverse=True)


def _texts(model: Any) -> Iterator[str]:
    names = [
        f.name
        for f in model._meta.fields
        if f.get_internal_type() in {"CharField", "EmailField", "SlugField"}
    ]
    for row in model._default_manager.values_list(*names) if names else ():
        yield from (text for text in row if text and len(text) > 1)


def unmarked(html: str, known: list[str]) -> list[str]:
    """Return what a page says in words that nobody could translate."""
    while INNERMOST.search(html):
        html = INNERMOST.sub("", html)
    page = Words()
    page.feed(html.replace("<wbr>", ""))
    names = re.compile("|".join(map(re.escape, (*NAMES, *known))))
    left = [" ".join(names.sub(" ", text).split())[:120] for text in page.said]
    return [text for text in left if WORD.search(text) and text not in PLACES]
