"""What pages and commands tell of the mails to accounts: what became of them, and what can be done."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.history import MESSAGES
from accounts.models import Account, may_enter
from adminrights.change import Change
from adminrights.consequences import Line
from adminrights.models import OutgoingMail, Unit
from adminrights.models.mail import OutgoingMailQuerySet
from adminrights.navigation import Button

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NEWEST = 5
# So many receivers of the same mail are named.
MOST_NAMED = 3
# Mails to the one who is changed; of what goes to others the reader may not even know the address.
INVITATION = "invitation"
PERSONAL = frozenset({INVITATION, "disabled", "reactivated"})


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail as a page shows it. `outcome` is the key of a badge; `again` stands where it went wrong."""

    label: str
    outcome: str
    at: datetime
    address: str
    why: str
    again: Button | None


def mails_of(change: Change | None) -> list[Line]:
    """Return which mails the change sends to those whom it is about, a line for each kind."""
    sent: dict[str, list[str]] = defaultdict(list)
    for mail in change.mails if change else ():
        if mail.message in PERSONAL:
            sent[mail.message].append(mail.address)
    return [{"kind": "mail", "text": _mail_in_words(kind, to)} for kind, to in sent.items()]


def _mail_in_words(kind: str, to: list[str]) -> str:
    if len(to) > MOST_NAMED:
        return _("A mail goes to %(count)d people: %(what)s.") % {"count": len(to), "what": MESSAGES[kind]}
    return _("A mail goes to %(who)s: %(what)s.") % {"who": ", ".join(to), "what": MESSAGES[kind]}


def undelivered_in(unit: Unit) -> OutgoingMailQuerySet:
    """Return the mails to accounts of the unit, or below it, that didn't arrive, newest first."""
    return OutgoingMail.objects.undelivered().filter(may_enter(unit, "account")).order_by("-pk")


def letters_to(account: Account) -> list[Letter]:
    """Return the newest mails to the account, with what became of each."""
    mails = list(OutgoingMail.objects.about(account)[: NEWEST + 1])
    told = _told_as_invitation(account, mails)
    return [_letter(mail, account) for mail in mails if mail is not told][:NEWEST]


def _told_as_invitation(account: Account, mails: list[OutgoingMail]) -> OutgoingMail | None:
    """Return the mail that the part about a pending account's invitation tells about.

    One that didn't arrive stays among the mails, because it can be sent again there.
    """
    if account.status != Account.Status.PENDING:
        return None
    newest = next((mail for mail in mails if mail.message == INVITATION), None)
    return newest if newest and not newest.is_undelivered else None


def _letter(mail: OutgoingMail, account: Account) -> Letter:
    return Letter(
        label=str(label_of(mail)),
        outcome=mail.outcome,
        at=mail.delivery_at or mail.sent_at or mail.created_at,
        address=mail.address if mail.address != account.email else "",
        why=mail.why_not,
        again=again_button(mail, back="account") if mail.is_undelivered else None,
    )


def label_of(mail: OutgoingMail) -> "StrOrPromise":
    """Return what kind of mail it is, in words."""
    return MESSAGES.get(mail.message, mail.message)


def again_button(mail: OutgoingMail, back: str = "") -> Button:
    """Return the button that sends the mail once more; it leads back to the account, or to the list."""
    url = reverse("accounts:mail_again", args=[mail.pk])
    return Button(_("Send again"), url, "send", post=True, fields={"back": back})
