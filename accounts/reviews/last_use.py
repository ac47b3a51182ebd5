"""When somebody last used what a fact gives; one place, so that every line and file says the same."""

from collections.abc import Iterable
from datetime import datetime

from accounts.dates.kinds import Dated


def last_uses(facts: Iterable[Dated]) -> dict[tuple[str, int], datetime]:
    """Return when each fact's rights were last used, by kind and number; nothing where nobody recorded it."""
    return {}
