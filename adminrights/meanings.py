"""What statuses and levels mean, in a sentence each: the one place for it, wherever help is asked for."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adminrights import cells


class Meaning(NamedTuple):
    """A status or a level as the pages show it, and what it means."""

    head: SafeString | str
    text: str


ACCOUNTS = {
    "active": _("Has a password and can sign in. “Disable” ends that."),
    "pending": _(
        "Has no password yet and can't sign in. “Resend Invite” sends a new link, “Cancel Invite” makes the "
        "last one useless."
    ),
    "expired": _("The link in the invitation has run out. “Resend Invite” sends a new one."),
    "disabled": _("Can't sign in. Groups, rights and history are kept, and “Reactivate” brings them back."),
    "locked": _("After too many wrong passwords nobody can sign in for a while. “Unlock” ends that at once."),
    "undelivered": _("A mail to this address was never sent or didn't arrive. The account's page says why."),
}
STANDING = {
    "owner": _("Owns the organisation: may do everything in it, and only the owner changes this account."),
    "administrator": _("May change other people's accounts here."),
}
MAIL = {
    "waiting": _("Is in the queue, and leaves within moments."),
    "sent": _("Has left; whether it arrived isn't known."),
    "delivered": _("The receiver's mail server has taken it."),
    "deferred": _("The receiver's mail server asked for patience. It is tried again by itself."),
    "bounced": _("The receiver's mail server sent it back. The address may be wrong."),
    "rejected": _("The mail provider doesn't send to this address."),
    "complained": _("The receiver marked it as spam."),
    "failed": _("It couldn't be sent. It can be sent again."),
    "given_up": _("It was tried for a long time, in vain. It can be sent again."),
    "void": _("When its turn came there was nothing to say any more, so it wasn't sent."),
}
REQUESTS = {
    "open": _(
        "Waits for an answer. “See what changes” leads to “Approve”, “Decline” asks for a reason; both send "
        "a mail."
    ),
    "approved": _("What was asked for was given, and the person was told by mail."),
    "declined": _("It wasn't given. The person was told the reason by mail, and can ask again."),
    "withdrawn": _("The person took it back by “Withdraw”. Nothing was given."),
    "settled": _("The person had it by then, so “Close” ended the request. Nothing more was given."),
    "unanswered": _("Nobody answered in time, so nothing was given. It can be asked for again."),
}
REVIEWS = {
    "under_way": _(
        "Rights are being decided. What is revoked is removed by “Close review”, and not before; until then "
        "each decision can change."
    ),
    "late": _("Is under way still, though the day it was due by is over."),
    "left_over": _(
        "Is closed, and somebody still has what was revoked. “Check again” tries once more to remove it."
    ),
    "complete": _("Is closed, and all that was revoked is gone. “Evidence” shows what was decided by whom."),
}
DECISIONS = {
    "undecided": _("Nobody has decided. When the review is closed, the right stays as it is."),
    "keep": _("“Keep” was chosen: the right stays."),
    "revoke": _("“Revoke” was chosen: the right goes when the review is closed."),
    "kept": _("The review is closed, and the right stayed."),
    "removed": _("The review is closed, and the right is gone."),
    "still": _("The right was removed, and the person has the same by another way."),
    "not_removed": _("The right could not be removed. The line says why; “Check again” tries once more."),
    "gone": _("The right had ended by itself before the review was closed."),
}
LEVELS = {
    "Read": _("See what there is and open it, without changing anything."),
    "Read & Write": _("Also create, change and delete, export and import."),
    "Approve & Publish": _("Also approve, start and stop what others see. Not every module has it."),
}
STATUSES: Mapping[str, object] = ACCOUNTS | STANDING | MAIL | REQUESTS | REVIEWS | DECISIONS
LABELS = {
    "accounts": _("What the statuses mean"),
    "mail": _("What the statuses of mail mean"),
    "levels": _("What the levels mean"),
    "requests": _("What the statuses of requests mean"),
    "reviews": _("What the statuses of reviews mean"),
    "decisions": _("What the decisions mean"),
}
SETS: Mapping[str, Mapping[str, object]] = {
    "accounts": ACCOUNTS,
    "mail": MAIL,
    "requests": REQUESTS,
    "reviews": REVIEWS,
    "decisions": DECISIONS,
}


def legend(name: str) -> list[Meaning]:
    """Return all that is explained under the name: "accounts", "mail", "requests"… or "levels"."""
    if name == "levels":
        return [Meaning(gettext(level), str(text)) for level, text in LEVELS.items()]
    return meanings(SETS[name])


def meanings(keys: Iterable[str]) -> list[Meaning]:
    """Return what these statuses mean; those that speak for themselves are left out."""
    return [Meaning(cells.badge(key), str(STATUSES[key])) for key in keys if key in STATUSES]
