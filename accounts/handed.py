"""What a change does to people with the single items that are handed to them.

To whom an item was handed, django-guardian's rows say for the present alone. What stood before a step, and
at any moment of the past, the notes of the journal say, which are written with each step.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from accounts.ends import FEW
from accounts.items import rows_of
from accounts.models import Item
from accounts.models.items import HANDED
from adminrights.change import Change
from adminrights.models import JournalEntry

# An account and an item, by their numbers, and what it may do with it.
Pair = tuple[int, int]
Handing = dict[Pair, frozenset[str]]
HAND_OVER, TAKE_BACK = "hand_over", "take_back"


def steps_in(rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Pair, bool]]:
    """Yield each step that the rows of a change tell of: who and what, and whether it was handed over."""
    for row in rows:
        if row["do"] == "note" and row.get("step") in {HAND_OVER, TAKE_BACK}:
            yield (row["account"], row["item"]), row["step"] == HAND_OVER


def handed_now(accounts: Collection[int]) -> Handing:
    """Return what is handed to the accounts; where they are many, what is handed to anybody."""
    rows = rows_of().filter(user__in=list(accounts)) if len(accounts) <= FEW else rows_of()
    found: dict[Pair, set[str]] = defaultdict(set)
    for account, item, action in rows.values_list("user", "object_pk", "permission__codename"):
        found[account, int(item)].add(action)
    return {pair: frozenset(actions) for pair, actions in found.items()}


def handed_before(change: Change, now: Handing) -> Handing:
    """Return the same as it stood before the change."""
    found = dict(now)
    for pair, was_handed in reversed(list(steps_in(change.written))):
        found[pair] = frozenset() if was_handed else frozenset(HANDED)
    return found


def handed_then(item: Item, at: datetime) -> set[int]:
    """Return the accounts to which the item was handed at the moment. One statement."""
    entries = JournalEntry.objects.about(item).filter(at__lte=at, outcome=JournalEntry.Outcome.DONE)
    found: set[int] = set()
    for rows in entries.order_by("sequence").values_list("data__changes", flat=True):
        for (account, handed), was_handed in steps_in(rows or ()):
            if handed == item.pk:
                (found.add if was_handed else found.discard)(account)
    return found
