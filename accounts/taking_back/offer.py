"""Undo, beside the message that tells of a change: offered to whoever made it, where it would be done."""

from copy import copy
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from accounts.log import entries_seen_from
from accounts.models import Account
from accounts.services.taking_back import take_back
from accounts.taking_back.which import is_fit
from adminrights.change import preview
from adminrights.exceptions import NeedsProof, Refused
from adminrights.models import JournalEntry, Unit

# What wrote more is not tried out beforehand: the page that asks says what comes of it.
MOST_TRIED = 20


def undo_url(request: HttpRequest, change: UUID) -> str:
    """Return the page that takes the change back and leads back here; empty where it would be refused.

    It is open to whoever reads the log, as the entry itself is.
    """
    unit: Unit | None = getattr(request, "unit", None)
    if not request.user.is_authenticated or unit is None or not request.user.may("access_log:list", unit):
        return ""
    entry = entries_seen_from(unit).filter(change=change, actor=request.user).first()
    if entry is None or not is_fit(entry) or not _goes_through(entry, request, unit):
        return ""
    query = {"next": request.get_full_path()} if request.method == "GET" else None
    return reverse("accounts:log_entry_take_back", args=[entry.pk], query=query)


def _goes_through(entry: JournalEntry, request: HttpRequest, unit: Unit) -> bool:
    """Whether it would be done now: tried, and rolled back."""
    if len(entry.data["changes"]) > MOST_TRIED:
        return True
    # What is decided on the way is true on the way only.
    actor: Account = copy(request.user)  # type: ignore[assignment]
    actor.decisions = {}
    try:
        preview(lambda: take_back(entry, actor=actor, unit=unit))
    except NeedsProof:
        return True
    except Refused:
        return False
    return True


def leaves_pages(entry: JournalEntry) -> bool:
    """Return whether all that there is stays in its place when the change is taken back.

    A page about something that the change made, brought back or let in may be gone then.
    """
    return not any(
        row["do"] == "create"
        or row.get("kind") == "unitaccess"
        or {"deleted_at", "closed_at"} & row.get("fields", {}).keys()
        for row in entry.data["changes"]
    )
