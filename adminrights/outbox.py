"""Sends the mails that changes promised: at least once, whatever dies on the way.

A worker claims a row by a lease, renders the message, hands it to the provider and marks the row. Nothing
here is a change of the organisation, so the rows' own state is written here and nowhere else. Links are
made while a message is rendered, and nothing of the rendered text is kept.
"""

import logging
import re
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parseaddr
from random import SystemRandom
from smtplib import SMTPDataError, SMTPRecipientsRefused

from anymail.exceptions import AnymailAPIError, AnymailInvalidAddress, AnymailRecipientsRefused
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from adminrights.change import SYSTEM, Actor, change
from adminrights.events import Event
from adminrights.exceptions import WrongStatus
from adminrights.models import OutgoingMail, Unit
from adminrights.origin import originating

log = logging.getLogger(__name__)

Render = Callable[[OutgoingMail], EmailMultiAlternatives | None]
State = OutgoingMail.State

FIRST_WAIT, LONGEST_WAIT = 10, 900
# A provider is down for hours, not for days.
GIVE_UP_AFTER = timedelta(hours=24)
# What a day of tries can't reach: only a mail that kills its worker is taken so often.
MOST_ATTEMPTS = 200
FEW_ATTEMPTS = 5
# Refusals by status that speak of the key, the moment or the load, not of the mail.
TEMPORARY = frozenset({401, 403, 408, 425, 429})

# What no database can store: NUL, and halves of characters.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

_renderers: dict[str, Render] = {}
_when_sent: dict[str, Callable[[OutgoingMail], None]] = {}
_random = SystemRandom()


def register(
    message: str, render: Render, *, when_sent: Callable[[OutgoingMail], None] | None = None
) -> None:
    """Say how a message becomes a mail, and what is to be done once it has left for the first time.

    `render` returns None when nobody needs the mail any more.
    """
    _renderers[message] = render
    if when_sent is not None:
        _when_sent[message] = when_sent


def due(at: datetime) -> QuerySet[OutgoingMail]:
    """Return the mails that a worker may take now: waiting, their time has come, nobody holds a lease."""
    free = Q(leased_until=None) | Q(leased_until__lte=at)
    return OutgoingMail.objects.filter(free, state=State.WAITING, next_try_at__lte=at)


def send_due(limit: int = 50) -> Counter[str]:
    """Send what is due, at most `limit` mails, and count how it ended: sent, void, later, failed, overtaken.

    Any number of workers may run it at once.
    """
    counts: Counter[str] = Counter()
    while counts.total() < limit and (mail := claim()) is not None:
        counts[_deliver(mail)] += 1
    return counts


def claim() -> OutgoingMail | None:
    """Take a lease on the next mail that is due and return it; None when there is none.

    The condition is in the UPDATE itself, so that two workers never both succeed.
    """
    at = timezone.now()
    waiting = due(at)
    while True:
        pk = waiting.order_by("next_try_at", "pk").values_list("pk", flat=True).first()
        if pk is None:
            return None
        lease = uuid.uuid4()
        until = at + timedelta(seconds=settings.MAIL_LEASE_SECONDS)
        # The attempt counts from here: a mail that kills its worker must not be tried for ever.
        taken = waiting.filter(pk=pk).update(lease=lease, leased_until=until, attempts=F("attempts") + 1)
        if taken:
            mail = OutgoingMail.objects.select_related("account").get(pk=pk)
            _make_way(mail, at)
            return mail


def try_now(most: int | None = None) -> int:
    """Let mails that failed before be tried before their time, `most` of them, and return their number.

    Such a try is not counted, so that it neither lengthens a wait nor brings the end of all tries nearer.
    """
    now = timezone.now()
    rows = OutgoingMail.objects.filter(state=State.WAITING, leased_until=None, next_try_at__gt=now)
    rows = rows.exclude(error="")
    if most is not None:
        rows = rows.filter(pk__in=list(rows.order_by("next_try_at").values_list("pk", flat=True)[:most]))
    return rows.update(next_try_at=now, attempts=F("attempts") - 1)


def _make_way(mail: OutgoingMail, at: datetime) -> None:
    """Let the others go first next time, should this mail kill its worker again and again."""
    if mail.attempts > FEW_ATTEMPTS:
        OutgoingMail.objects.filter(pk=mail.pk, lease=mail.lease).update(
            next_try_at=at + wait_after(mail.attempts)
        )


def _deliver(mail: OutgoingMail) -> str:
    """Send one mail; what is logged and journaled on the way bears the id of the request that promised it."""
    with originating("worker", request_id=mail.request_id):
        outcome = _try(mail)
        log.info("Mail %s (%s): %s", mail.key, mail.message, outcome)
    return outcome


def _try(mail: OutgoingMail) -> str:
    if mail.attempts > MOST_ATTEMPTS:
        return _give_up(mail, State.GIVEN_UP, mail.error or "The worker ended at every try.")
    try:
        message = _render(mail)
        if message is None:
            return _close(mail, "void", state=State.VOID)
        provider_id = _send(message)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one mail, the next one must go out
        return _failed(mail, error)
    with transaction.atomic():
        now = timezone.now()
        outcome = _close(mail, "sent", state=State.SENT, sent_at=now, provider_id=provider_id, error="")
        if outcome == "sent":
            note_first_sending(mail)
    return outcome


def note_first_sending(mail: OutgoingMail) -> None:
    """Do what is to be done once the mail has left, unless it had left before."""
    if mail.sent_at is None and (follow := _when_sent.get(mail.message)):
        follow(mail)


def _render(mail: OutgoingMail) -> EmailMultiAlternatives | None:
    message = _renderers[mail.message](mail)
    if message is None:
        return None
    message.extra_headers |= {
        "Auto-Submitted": "auto-generated",
        # The same at every try, so that a mail server can drop a repetition.
        "Message-ID": f"<{mail.key}@{_domain()}>",
    }
    # What anymail hands to its provider. Tracked links would show the secret in them to others.
    provider = {"tags": [mail.message], "metadata": {"mail": str(mail.key)}}
    for name, value in (provider | {"track_clicks": False, "track_opens": False}).items():
        setattr(message, name, value)
    return message


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def _send(message: EmailMultiAlternatives) -> str:
    if not get_connection().send_messages([message]):
        raise OSError("The provider took no mail.")
    status = getattr(message, "anymail_status", None)
    return str(getattr(status, "message_id", None) or "")[:200]


def _failed(mail: OutgoingMail, error: Exception) -> str:
    told, now = describe(error), timezone.now()
    log.warning("Mail %s (%s), attempt %d: %s", mail.key, mail.message, mail.attempts, told)
    if is_permanent(error):
        return _give_up(mail, State.FAILED, told)
    # Without a provider every mail is kept until there is one.
    if isinstance(error, ImproperlyConfigured):
        kept = {"attempts": min(mail.attempts, FEW_ATTEMPTS)}
        return _close(mail, "later", next_try_at=now + wait_after(mail.attempts), error=told, **kept)
    if now >= (mail.sent_again_at or mail.created_at) + GIVE_UP_AFTER and mail.attempts > FEW_ATTEMPTS:
        return _give_up(mail, State.GIVEN_UP, told)
    wait = max(wait_after(mail.attempts), asked_to_wait(error))
    return _close(mail, "later", next_try_at=now + wait, error=told)


def _give_up(mail: OutgoingMail, state: OutgoingMail.State, told: str) -> str:
    """Make it a dead letter that administrators see, and journal that it is one."""
    with transaction.atomic():
        outcome = _close(mail, "failed", state=state, error=told)
        if outcome == "failed":
            journal_undelivered(mail, state, told)
    return outcome


def journal_undelivered(mail: OutgoingMail, outcome: str, told: str) -> None:
    """Write into the account's history that a mail didn't arrive."""
    with change(Event.MAIL_NOT_DELIVERED, actor=SYSTEM, target=mail.account) as c:
        c.concern(mail.account)
        c.note(mail=mail.pk, message=mail.message, to=mail.account_id, outcome=str(outcome), why=told)


def _close(mail: OutgoingMail, outcome: str, **values: object) -> str:
    """Write the outcome if the lease is still ours; a slow worker must not undo what its heir did."""
    held = OutgoingMail.objects.filter(pk=mail.pk, lease=mail.lease, state=State.WAITING)
    return outcome if held.update(lease=None, leased_until=None, **values) else "overtaken"


def mark_sent_long_ago(mail: OutgoingMail, at: datetime) -> None:
    """Close a mail of a made-up past: the demo's history tells of it, nobody gets it now."""
    sent = {"state": OutgoingMail.State.SENT, "sent_at": at, "attempts": 1}
    OutgoingMail.objects.filter(pk=mail.pk, state=OutgoingMail.State.WAITING).update(**sent)


def park_all(because: str) -> int:
    """Give up every mail that waits and return their number: each can be sent again by hand."""
    waiting = OutgoingMail.objects.filter(state=State.WAITING)
    parked = {"state": State.GIVEN_UP, "error": because[:500], "lease": None, "leased_until": None}
    return waiting.update(**parked)


def wait_after(attempts: int) -> timedelta:
    """Return the time until the next try: 10 s doubled with each attempt up to 15 min, spread by a fifth."""
    seconds = min(FIRST_WAIT * 2 ** min(max(attempts, 1) - 1, 10), LONGEST_WAIT)
    return timedelta(seconds=seconds * _random.uniform(0.8, 1.0))


def asked_to_wait(error: Exception) -> timedelta:
    """Return how long the provider asks us to wait: its Retry-After in seconds, at most 15 min."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    asked = str(headers.get("Retry-After", ""))
    seconds = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0
    return timedelta(seconds=min(seconds, LONGEST_WAIT))


def is_permanent(error: Exception) -> bool:
    """Return whether the provider will never take this mail, so that trying again is useless."""
    match error:
        case SMTPRecipientsRefused(recipients=refused):
            return all(code >= 500 for code, _reply in refused.values())
        case SMTPDataError(smtp_code=code):
            return bool(code >= 500)
        case AnymailRecipientsRefused() | AnymailInvalidAddress():
            return True
        case AnymailAPIError(status_code=int(code)):
            return 400 <= code < 500 and code not in TEMPORARY
    return False


def describe(error: Exception) -> str:
    """Return what went wrong in one line, without any address of the web: links are secret."""
    return plain_words(f"{type(error).__name__}: {error}")


def plain_words(text: str) -> str:
    """Return a foreign text as one short line that any database stores, without addresses of the web."""
    line = " ".join(re.sub(r"\w+://\S+", "…", text).split())
    return UNSTORABLE.sub("", line)[:500]


def send_again(mail: OutgoingMail, *, actor: Actor, unit: Unit) -> None:
    """Let the worker try a mail again that never left or didn't arrive (S4-44).

    Whatever was in it is made anew by today's state, and nothing dead comes back to life. Raises
    WrongStatus for a mail that is on its way or arrived, and for one that nobody needs any more.
    """
    account = mail.account
    with change(Event.MAIL_SENT_AGAIN, actor=actor, unit=unit, target=account, needs="accounts:update") as c:
        c.concern(account)
        mail.refresh_from_db()
        if not mail.is_undelivered:
            raise WrongStatus(_("Only a mail that didn't arrive can be sent again."))
        if _renderers[mail.message](mail) is None:
            raise WrongStatus(
                _("Nobody needs this mail any more: what it tells is over, or its link is dead.")
            )
        anew = {"state": State.WAITING, "attempts": 0, "next_try_at": c.at, "sent_again_at": c.at}
        none = {"error": "", "delivery": "", "delivery_at": None, "delivery_text": ""}
        OutgoingMail.objects.filter(pk=mail.pk).update(**anew, **none)
        c.note(mail=mail.pk, message=mail.message, to=account.pk)
    mail.refresh_from_db()
