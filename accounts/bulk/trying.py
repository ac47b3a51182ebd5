"""Which of many things can be done together: whatever is refused is found by halves, with its sentence."""

from collections.abc import Callable
from typing import TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _

from adminrights.change import Change
from adminrights.exceptions import Invalid, NotAllowed, Refused

# Trying out what is refused takes twice the logarithm for each of them; nobody waits for more.
MOST_TRIES = 120
M = TypeVar("M", bound=Model)


def accepted(
    run: Callable[[list[M]], Change | None],
    parts: list[list[M]],
    *,
    fatal: type[Refused] = NotAllowed,
) -> tuple[list[M], dict[int, str], Change | None]:
    """Return what can be done together, why the rest can't, by number, and what it does to people.

    `parts` are tried in their order: what is likely to be refused stands first. Raises `fatal` refusals,
    and Invalid where too many are refused.
    """
    good: list[M] = []
    refused: dict[int, str] = {}
    change, tries = None, 0
    parts = [part for part in parts if part]
    while parts:
        part = parts.pop(0)
        tries += 1
        if tries > MOST_TRIES:
            raise Invalid(_("Too many of these are refused to find out which. Choose fewer at once."))
        try:
            change = run([*good, *part])
            good += part
        except fatal:
            raise
        except Refused as refusal:
            half = len(part) // 2
            if half:
                parts[:0] = [part[:half], part[half:]]
            else:
                refused[part[0].pk] = str(refusal)
    return good, refused, change
