"""Who changes something: an account, or the product itself."""

from typing import Any


class System:
    """The actor of commands and of the product itself: passes every check, is named in the journal."""

    pk = None

    def __str__(self) -> str:
        return "System"


SYSTEM = System()
Actor = Any  # an Account or SYSTEM; accounts stand above this package, so their type can't be named here
