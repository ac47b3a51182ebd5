"""The evidence of a closed review: a file that is the same to the byte whenever it is built again.

It speaks only of what the review copied when it was opened, decided and closed, so nothing that is renamed
later changes it. The entry of the journal that closes the review names its digest, and it names the digests
of the entries before that: neither can be altered without the other.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from accounts.models import Review, ReviewLine
from adminrights.models import JournalEntry

FORMAT = 1


def build(review: Review) -> bytes:
    """Return the file: JSON in one order and one form."""
    content = {
        "format": FORMAT,
        "review": _review(review),
        "lines": [_line(line) for line in review.lines.order_by("pk")],
        "journal": list(_journal(review)),
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, indent=1)
    return f"{text}\n".encode("utf-8", "backslashreplace")


def digest_of(file: bytes) -> str:
    """Return the SHA-256 of the file, in hexadecimal."""
    return hashlib.sha256(file).hexdigest()


def _review(review: Review) -> dict[str, Any]:
    return {
        "number": review.pk,
        "name": review.name,
        "notes": review.notes,
        "kind": review.kind,
        "about": review.about,
        "unit": review.place,
        "due": _plain(review.due),
        "opened": {"by": review.opener, "at": _plain(review.opened_at)},
        "closed": {"by": review.closer, "at": _plain(review.closed_at)},
        "checked": _plain(review.checked_at),
        "completed": _plain(review.completed_at),
        "reviewers": [reviewer.name for reviewer in review.reviewers.all()],
        "state": review.state,
    }


def _line(line: ReviewLine) -> dict[str, Any]:
    return {
        "number": line.pk,
        "account": line.account_id,
        "person": line.person,
        "email": line.email,
        "what": line.what,
        "unit": line.place,
        "rights": line.rights,
        "units": line.units,
        "given_by": line.giver,
        "since": _plain(line.since),
        "until": _plain(line.until),
        "last_used": _plain(line.last_used),
        "decision": line.decision,
        "reason": line.decision_reason,
        "decided_by": line.decider,
        "decided_at": _plain(line.decided_at),
        "outcome": line.outcome,
        "note": line.note,
        "still_through": [{"way": way, "rights": rights} for way, rights in line.left],
    }


def _journal(review: Review) -> Iterator[dict[str, Any]]:
    """Yield the entries about the review up to the one before it was closed or checked last."""
    entries = JournalEntry.objects.about(review).filter(sequence__lte=review.sealed or 0)
    for entry in entries.order_by("sequence"):
        yield {
            "sequence": entry.sequence,
            "at": _plain(entry.at),
            "event": entry.event,
            "outcome": entry.outcome,
            "by": entry.actor_label,
            "digest": entry.digest,
        }


def _plain(moment: datetime | date | None) -> str | None:
    return None if moment is None else moment.isoformat()
