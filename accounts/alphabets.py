"""Addresses that look like another: letters of several alphabets in one part, or only look-alikes (N1).

A Cyrillic а in a Latin name makes another address that no eye tells apart. Alphabets that are written
together, as Japanese with Latin letters, don't look alike and may be.
"""

import unicodedata
from collections.abc import Iterator

# Only these have letters that are drawn like letters of another of them.
ALIKE = ("ARMENIAN", "CHEROKEE", "COPTIC", "CYRILLIC", "GREEK", "LATIN")
# Small letters that are drawn like Latin ones. A part made of them alone passes for a Latin word.
DRAWN_AS_LATIN = frozenset("асԁеһіјӏкорԛѕуԝхαικνορυօոսհց")


def is_mixed(address: str) -> bool:
    """Return whether a part of the address mixes such alphabets, or passes for Latin without being it."""
    local, _at, domain = unicodedata.normalize("NFKC", address).casefold().rpartition("@")
    if any(len(set(_alphabets(part))) > 1 for part in (local, *domain.split("."))):
        return True
    latin_beside = "LATIN" in set(_alphabets(domain))
    return latin_beside and any(_passes_for_latin(part) for part in (local, *domain.split(".")))


def _alphabets(part: str) -> Iterator[str]:
    for letter in filter(str.isalpha, part):
        alphabet = unicodedata.name(letter, "").partition(" ")[0]
        if alphabet in ALIKE:
            yield alphabet


def _passes_for_latin(part: str) -> bool:
    letters = [letter for letter in part if letter.isalpha()]
    return bool(letters) and DRAWN_AS_LATIN.issuperset(letters)
