"""Hashing passwords without taking the machine from everybody else (R9.3).

One hash takes a hundred megabytes and a processor for a moment. However many sign in at once, each process
hashes few at a time; the others wait for their turn, and whoever only reads a page gets it meanwhile.
"""

from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher

AT_ONCE = 2
_turns = BoundedSemaphore(AT_ONCE)


class PatientArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id, a few at a time in each process."""

    def encode(self, password: str, salt: str) -> str:
        with _turns:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with _turns:
            return super().verify(password, encoded)
