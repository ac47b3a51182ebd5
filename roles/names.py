"""The names of roles and groups: a short one for links and commands, and one for people."""

import re
from collections.abc import Callable, Iterable

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from adminrights.exceptions import Invalid
from adminrights.text import clean_text, validate_visible

NAME = re.compile(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?")
NAME_LENGTH, DISPLAY_NAME_LENGTH, DESCRIPTION_LENGTH = 100, 150, 500


def clean_name(name: str, display_name: str = "") -> str:
    """Return the short name in lower case; an empty one is made from the display name. Raises Invalid."""
    name = clean_text(name).lower() or slugify(display_name).replace("-", "_").strip("_")[:NAME_LENGTH]
    if not NAME.fullmatch(name) or len(name) > NAME_LENGTH:
        raise Invalid(
            _("A name has up to 100 letters a to z, digits, hyphens and underscores, such as campaign_team.")
        )
    return name


def clean_display_name(text: str) -> str:
    """Return the name for people with single spaces. Raises Invalid for an empty, long or unreadable one."""
    text = " ".join(_visible(clean_text(text), DISPLAY_NAME_LENGTH).split())
    if not text:
        raise Invalid(_("Give it a name that people will recognise."))
    return text


def free_display_name(display_name: str, taken: Iterable[str], sentence: str) -> str:
    """Return the name if nothing else is called so, in whatever case. Raises Invalid with the sentence.

    Short names tell apart for commands; people only see what is shown, so two can't look the same.
    """
    if display_name.casefold() in {other.casefold() for other in taken}:
        raise Invalid(sentence % display_name)
    return display_name


def clean_description(text: str) -> str:
    """Return the description on one line. Raises Invalid for a long or unreadable one."""
    return _visible(" ".join(clean_text(text).split()), DESCRIPTION_LENGTH)


CLEANERS: dict[str, Callable[[str], str]] = {
    "name": clean_name,
    "display_name": clean_display_name,
    "description": clean_description,
}


def _visible(text: str, most: int) -> str:
    try:
        validate_visible(text)
    except ValidationError as error:
        raise Invalid(str(error.message)) from error
    if len(text) > most:
        raise Invalid(_("This is too long: at most %d characters.") % most)
    return text
