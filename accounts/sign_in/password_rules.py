"""What a password must be: long enough, and not what others try first (A1–A3). No rule about its letters.

A list of every bad password would be endless, so it is asked what is left of one without what is easily
guessed: common words and phrases, years, walks over the keyboard, repetitions, and the names that everybody
at the person's organisation knows.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import units_of
from accounts.factors import has_factor
from accounts.models import Account
from accounts.sign_in.lengths import ALONE, WITH_FACTOR
from adminrights.context_processors import PRODUCT

# So many signs must be left that nobody guesses from a list.
LEFT = 6
SHORTEST_NAME, SHORTEST_WALK = 3, 4
COMMON = Path(__file__).with_name("common.txt")
WALKS = ("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiop")
MORE_WALKS = ("azertyuiop", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp")
YEAR = re.compile(r"(?:19|20)\d\d")
DISGUISES = str.maketrans("@4310$5!7", "aaeiossit")


class LengthValidator(MinimumLengthValidator):
    """15 characters, 8 for whoever has a second factor (A1)."""

    def __init__(self) -> None:
        super().__init__(ALONE)

    def validate(self, password: str, user: Any = None) -> None:
        needed = shortest(user)
        if len(password) < needed:
            text = ngettext(
                "This password is too short. It must contain at least %(count)d character.",
                "This password is too short. It must contain at least %(count)d characters.",
                needed,
            )
            raise ValidationError(text % {"count": needed}, code="password_too_short")


class GuessedValidator:
    """Refuses what is made of common words and of names that belong to the person or the organisation."""

    def validate(self, password: str, user: Any = None) -> None:
        if is_guessed(password, names_of(user)):
            text = _(
                "Others would guess this: it is made of common words, names or patterns. "
                "Choose words that don't belong together."
            )
            raise ValidationError(text, code="password_guessed")

    def get_help_text(self) -> str:
        return _("Not only common words, names, years and patterns.")


def shortest(account: Any) -> int:
    """Return how many characters a password of the account must have."""
    return WITH_FACTOR if isinstance(account, Account) and account.pk and has_factor(account) else ALONE


def is_guessed(password: str, names: Iterable[str] = ()) -> bool:
    """Return whether too little is left of the password without what is easily guessed."""
    plain = _plain(password)
    known = re.compile("|".join(map(re.escape, sorted({*_words(), *names}, key=len, reverse=True))))
    return any(len(_essence(text, known)) < LEFT for text in (plain, plain.translate(DISGUISES)))


def names_of(account: Any) -> set[str]:
    """Return the names that somebody who knows the person tries: own, address, units, product."""
    texts = [str(PRODUCT)]
    if isinstance(account, Account):
        texts += [account.first_name, account.last_name, account.email]
        texts += [unit.name for unit in _units(account)]
    parts = {_plain(part) for text in texts for part in re.split(r"[\W_]+", text)}
    return {part for part in {*parts, *map(_plain, texts)} if len(part) >= SHORTEST_NAME}


def _units(account: Account) -> Iterator[Any]:
    for unit in units_of(account) if account.pk else ():
        yield unit
        if unit.root is not None:
            yield unit.root


def common_words() -> tuple[list[str], list[str]]:
    """Return the single words and the phrases of the list."""
    lines = [line for line in COMMON.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    words, _dashes, phrases = " ".join(lines).partition("-----")
    return sorted(set(words.split())), sorted(set(phrases.split()))


@cache
def _words() -> frozenset[str]:
    words, phrases = common_words()
    return frozenset([*words, *phrases])


def _plain(text: str) -> str:
    """Return the letters, digits and signs in one form, without what only separates words."""
    return re.sub(r"[\s._\-]+", "", unicodedata.normalize("NFKC", text).casefold())


def _essence(text: str, known: re.Pattern[str]) -> str:
    left = YEAR.sub("", known.sub("", text))
    left = "".join(_without_walks(left))
    left = re.sub(r"(.)\1+", r"\1", left)
    return _once(left)


def _without_walks(text: str) -> Iterator[str]:
    """Yield the text without runs of keys or letters that lie side by side."""
    start = 0
    while start < len(text):
        length = _walk_at(text, start)
        if length < SHORTEST_WALK:
            yield text[start]
            length = 1
        start += length


def _walk_at(text: str, start: int) -> int:
    length = 0
    while start + length < len(text) and _is_walk(text[start : start + length + 1]):
        length += 1
    return length


@cache
def _walks() -> tuple[str, ...]:
    forward = (*WALKS, *MORE_WALKS)
    return (*forward, *(walk[::-1] for walk in forward))


def _is_walk(piece: str) -> bool:
    return any(piece in walk for walk in _walks())


def _once(text: str) -> str:
    """Return the piece of which the text is a repetition, the text itself if it is none."""
    place = (text + text).find(text, 1)
    return text[:place] if 0 < place < len(text) else text
