"""Recovery codes: drawn at random, shown once, kept as slow hashes (A8)."""

import secrets
from typing import Any

from django.contrib.auth.hashers import make_password

# Nothing that is mistaken for something else: no 0, o, 1, i, l, u, v.
LETTERS = "23456789abcdefghjkmnpqrstwxyz"
CODES, PARTS, PART = 10, 3, 4
SALT_BYTES = 16


def draw() -> list[str]:
    """Return new codes as people write them: abcd-efgh-jkmn."""
    return ["-".join(_part() for _number in range(PARTS)) for _code in range(CODES)]


def _part() -> str:
    return "".join(secrets.choice(LETTERS) for _letter in range(PART))


def plain(text: str) -> str:
    """Return what was typed without what people put between the letters."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def stored(codes: list[str]) -> dict[str, Any]:
    """Return what is kept of the codes: one salt for all, so that a try costs one hashing."""
    salt = secrets.token_hex(SALT_BYTES)
    return {"salt": salt, "hashes": [hashed(code, salt) for code in codes]}


def hashed(code: str, salt: str) -> str:
    """Return the hash of what was typed."""
    return make_password(plain(code), salt=salt)
