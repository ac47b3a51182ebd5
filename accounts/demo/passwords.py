"""Passwords for the demo's four personas: random, long, and easy to type from a screen."""

import secrets
from pathlib import Path

WORDS = Path(__file__).with_name("words.txt").read_text(encoding="utf-8").split()
LENGTH = 5


def new_password() -> str:
    """Return five random words, about 38 bits: no more than the demo's lock on guessing needs."""
    return "-".join(secrets.choice(WORDS) for _ in range(LENGTH))
