"""What a step that was cut off may leave behind: everything, or nothing."""

from collections import Counter
from collections.abc import Iterator

from accounts.models import Account, Invitation, StatusPeriod, UnitAccess
from adminrights import journal
from adminrights.models import JournalEntry, OutgoingMail
from tests.soak import Measure


def addresses(mark: str) -> set[str]:
    """Return the addresses with the mark that have an account."""
    return set(Account.objects.filter(email__contains=mark).values_list("email", flat=True))


def halves(mark: str) -> list[str]:
    """Return the addresses with the mark whose invitation is there by halves or more than once."""
    accounts = Account.objects.filter(email__contains=mark)
    numbers = set(accounts.values_list("pk", flat=True))
    entries = JournalEntry.objects.filter(event="account.created", outcome="done", target_kind="account")
    parts = [
        Counter(model.objects.filter(account__in=accounts).values_list("account_id", flat=True))
        for model in (Invitation, OutgoingMail, UnitAccess, StatusPeriod)
    ]
    parts.append(Counter(entries.filter(target_id__in=accounts).values_list("target_id", flat=True)))
    wrong = {number for number in numbers for part in parts if part[number] != 1}
    found = list(Account.objects.filter(pk__in=wrong).values_list("email", flat=True))
    return found + list(_entries_without_account(mark))


def _entries_without_account(mark: str) -> Iterator[str]:
    entries = JournalEntry.objects.filter(
        event="account.created", outcome="done", target_label__contains=mark
    )
    there = Account.objects.values("pk")
    yield from entries.exclude(target_id__in=there).values_list("target_label", flat=True)


def chain() -> Measure:
    """Verify the journal."""
    breaks = len(list(journal.verify()))
    return Measure("breaks in the journal", 0, breaks, breaks == 0)
