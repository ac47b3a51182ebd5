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
LEVELS = {
    "Read": _("See what there is and open it, without changing anything."),
    "Read & Write": _("Also create, change and delete, export and import."),
    "Approve & Publish": _("Also approve, start and stop what others see. Not every module has it."),
}
STATUSES: Mapping[str, object] = ACCOUNTS | STANDING | MAIL
LABELS = {
    "accounts": _("What the statuses mean"),
    "mail": _("What the statuses of mail mean"),
    "levels": _("What the levels mean"),
}
SETS: Mapping[str, Mapping[str, object]] = {"accounts": ACCOUNTS, "mail": MAIL}


def legend(name: str) -> list[Meaning]:
    """Return all that is explained under the name: "accounts", "mail" or "levels"."""
    if name == "levels":
        return [Meaning(gettext(level), str(text)) for level, text in LEVELS.items()]
    return meanings(SETS[name])


def meanings(keys: Iterable[str]) -> list[Meaning]:
    """Return what these statuses mean; those that speak for themselves are left out."""
    return [Meaning(cells.badge(key), str(STATUSES[key])) for key in keys if key in STATUSES]
