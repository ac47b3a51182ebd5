"""Text that people type: one normal form, and nothing invisible in names (N2)."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Controls, bidi overrides and isolates, zero-width characters, and letters that look like nothing.
HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
MOST_MARKS = 4
NARROW, BROAD = frozenset("fijlrtI .,:;'|!()[]"), frozenset("mwMW@%&")


def clean_text(text: str) -> str:
    """Return the text in normal form C without spaces around it."""
    return unicodedata.normalize("NFC", text).strip()


def validate_visible(text: str) -> None:
    """Raise ValidationError for characters that nobody can see or that reorder others."""
    if HIDDEN.search(text):
        raise ValidationError(
            _("This contains invisible or control characters. Type it again."), code="hidden"
        )
    marks = 0
    for character in unicodedata.normalize("NFD", text):
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks > MOST_MARKS:
            raise ValidationError(_("This contains too many accents on one letter."), code="marks")


def breadth(text: str) -> float:
    """Return how many letters of usual width take as much room as the text; an estimate, for drawings."""
    return sum(map(_breadth, text))


def _breadth(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.75
    return 0.6 if letter in NARROW else 1.4 if letter in BROAD else 1
