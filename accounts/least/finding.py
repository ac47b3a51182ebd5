"""What least privilege finds: something that nobody would miss, why it is thought so, and about whom."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.least.world import World
from adminrights.models import Unit


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to take away. `thing` is the fact or object; `of` is whose it is: an account, role or group.

    `kind` says by which step it goes; `target` is what a rule is about, `kept` is what stays: the
    actions of a rule, or the other one of twin roles.
    """

    kind: str
    what: str
    of: Any
    unit: Unit
    why: str
    thing: Any
    target: str = ""
    last: date | None = None
    kept: Any = None


Look = Callable[[World], Iterator[Finding]]
