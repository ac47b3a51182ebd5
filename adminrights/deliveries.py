"""What the mail provider reports about a mail afterwards: delivered, came back, refused, marked as spam.

A report only ever changes the delivery state of the one mail that it names by our own key: never an
account, never a right (M4). Reports may come twice, in any order, late, or never.
"""

import hashlib
import logging
import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from adminrights.models import MailReport, OutgoingMail
from adminrights.models.mail import CAME_BACK
from adminrights.outbox import journal_undelivered, note_first_sending, plain_words

log = logging.getLogger(__name__)

State, Delivery = OutgoingMail.State, OutgoingMail.Delivery
# The provider's words for what matters here. Whether somebody read a mail or clicked isn't our business.
KINDS = {
    "deferred": Delivery.DEFERRED,
    "delivered": Delivery.DELIVERED,
    "bounced": Delivery.BOUNCED,
    "rejected": Delivery.REJECTED,
    "failed": Delivery.FAILED,
    "complained": Delivery.COMPLAINED,
}


def record_report(provider: str, event: Any) -> str:
    """Note what a provider reports and return how it ended: noted, known, late, unknown or ignored.

    `event` is one of anymail's tracking events, whose signature was checked. "unknown" is about no mail of
    ours, "known" came before, "late" is overtaken by what is known since or is about an earlier sending.
    """
    kind = KINDS.get(str(event.event_type))
    if kind is None:
        return "ignored"
    mail = _mail_of(event)
    if mail is None:
        return "unknown"
    at = min(event.timestamp or timezone.now(), timezone.now())
    with transaction.atomic():
        mail = OutgoingMail.objects.select_for_update().get(pk=mail.pk)
        _report, is_new = MailReport.objects.get_or_create(
            provider=provider[:40],
            event_id=_event_id(event, mail),
            defaults={"mail": mail, "kind": kind, "at": at, "received_at": timezone.now()},
        )
        if not is_new:
            return "known"
        if not _counts(mail, kind, at):
            return "late"
        _note(mail, kind, at, plain_words(_words(event)))
    return "noted"


def _mail_of(event: Any) -> OutgoingMail | None:
    """Return the mail that the report names by our key, if it went to the address it speaks of."""
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    try:
        key = uuid.UUID(str(metadata.get("mail", "")))
    except ValueError:
        return None
    mail = OutgoingMail.objects.filter(key=key).first()
    recipient = str(event.recipient or "").strip().casefold()
    if mail is None or (recipient and recipient != mail.address.casefold()):
        return None
    return mail


def _event_id(event: Any, mail: OutgoingMail) -> str:
    """Return the provider's number of the event; where it gives none, what makes the event the same."""
    given = str(event.event_id or "")
    if 0 < len(given) <= 200 and given.isprintable():
        return given
    same = f"{given}|{mail.key}|{event.event_type}|{event.timestamp}"
    return hashlib.sha256(same.encode("utf-8", "replace")).hexdigest()


def _words(event: Any) -> str:
    parts = (event.reject_reason, event.description, event.mta_response)
    return ": ".join(dict.fromkeys(str(part) for part in parts if part))


def _counts(mail: OutgoingMail, kind: str, at: datetime) -> bool:
    """Return whether the report says something newer than what is known of this sending."""
    if mail.sent_again_at is not None and at < mail.sent_again_at:
        return False
    known, known_at = mail.delivery, mail.delivery_at
    if not known or known_at is None or known == Delivery.DEFERRED:
        return True
    if kind == Delivery.DEFERRED:
        return False
    # Of two at the same moment the bad one counts.
    return at > known_at or (at == known_at and kind in CAME_BACK)


def _note(mail: OutgoingMail, kind: str, at: datetime, told: str) -> None:
    """Write the state. Whatever the provider reports on, it has: nobody needs to send it any more."""
    was_bad = mail.is_undelivered
    values = {"delivery": kind, "delivery_at": at, "delivery_text": told if kind != "delivered" else ""}
    taken = {"state": State.SENT, "lease": None, "leased_until": None, "sent_at": Coalesce("sent_at", at)}
    OutgoingMail.objects.filter(pk=mail.pk).update(**values, **taken)
    note_first_sending(mail)
    if kind in CAME_BACK and not was_bad:
        promised = {"promised_in": mail.request_id}
        log.warning("Mail %s (%s) didn't arrive: %s", mail.key, mail.message, kind, extra=promised)
        journal_undelivered(mail, kind, told)
