"""Every mail of the product: what it says and when nobody needs it any more.

The texts are in `templates/emails/<message>.{subject.txt,txt,html}`. A function here gets the row of the
outbox and returns the words and links for them, or None when events have overtaken the mail.
"""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import links
from accounts.access import units_of
from accounts.addresses import canonical
from accounts.guards import wording
from accounts.models import Account, Invitation, UnitAccess
from accounts.services.invitations import begin_life, life_of
from accounts.services.own_address import is_taken
from adminrights import outbox
from adminrights.context_processors import PRODUCT
from adminrights.languages import addressing
from adminrights.models import OutgoingMail, Unit
from adminrights.models.facts import standing_now

Context = dict[str, Any]
Facts = Callable[[OutgoingMail], Context | None]
Status = Account.Status

# What turns text into a link, a header or mark-up in some mail program.
MARKS = re.compile(r"[\x00-\x1f\x7f:/\\@<>\[\](){}|。．｡]+")
HOST_DOT = re.compile(r"\.(?=\w{2})")
LONGEST_NAME = 80
RESET_MEANT = timedelta(days=1)


def plain(name: str, most: int = LONGEST_NAME) -> str:
    """Return a text in which no mail program finds a link, and which stays on its line (N9)."""
    text = HOST_DOT.sub(". ", MARKS.sub(" ", name))
    return " ".join(text.split())[:most]


def invitation(mail: OutgoingMail) -> Context | None:
    """The link with which a pending account is finished (T1, T3)."""
    invited = _invited(mail)
    if not invited.is_open or invited.account.status != Status.PENDING or not _is_current(mail):
        return None
    inviter = invited.invited_by
    access = UnitAccess.objects.filter(standing_now(timezone.now()), account=invited.account)
    return {
        "access_until": access.filter(unit=invited.unit).values_list("expires_at", flat=True).first(),
        "organisation": plain(invited.unit.name),
        "inviter": plain(inviter.name) if inviter else "",
        "expires": invited.expires_at if mail.sent_at else life_of(invited, timezone.now()),
        "button_url": links.invitation_link(invited),
        "button_label": _("Finish your account"),
    }


def _invited(mail: OutgoingMail) -> Invitation:
    invitations = Invitation.objects.select_related("account", "unit", "invited_by")
    return invitations.get(pk=mail.facts["invitation"])


def invitation_sent(mail: OutgoingMail) -> None:
    """The link's life starts at its sending (I5)."""
    begin_life(_invited(mail))


def disabled(mail: OutgoingMail) -> Context | None:
    """The notice that the account was switched off (T7)."""
    return {} if mail.account.status == Status.DISABLED else None


def reactivated(mail: OutgoingMail) -> Context | None:
    """The notice that the account works again, with the password it had (T8)."""
    if mail.account.status != Status.ACTIVE:
        return None
    return {"button_url": links.absolute("accounts:sign_in"), "button_label": _("Sign in")}


def password_reset(mail: OutgoingMail) -> Context | None:
    """The link with which a forgotten password is replaced.

    It is made when the mail leaves. Who has signed in or got a password since has asked in vain, and what
    was asked for a day ago isn't expected any more.
    """
    asked, account = mail.created_at, mail.account
    got_in = account.last_login is not None and account.last_login > asked
    changed = account.mails.filter(message="password_changed", created_at__gt=asked).exists()
    if got_in or changed or timezone.now() > asked + RESET_MEANT:
        return None
    if not links.may_reset(account) or not _is_current(mail):
        return None
    return {
        "minutes": settings.PASSWORD_RESET_TIMEOUT // 60,
        "button_url": links.reset_link(mail.account),
        "button_label": _("Choose a new password"),
    }


def password_changed(mail: OutgoingMail) -> Context | None:
    """The notice that the password was changed (A11)."""
    return {"changed": mail.created_at}


def credentials(mail: OutgoingMail) -> Context | None:
    """The notice that a second factor came, went, or was used up in part (A11)."""
    return {
        "changed": mail.created_at,
        "factor": plain(str(mail.facts.get("name", ""))),
        "left": mail.facts.get("left"),
    }


def address_confirm(mail: OutgoingMail) -> Context | None:
    """The link by which a new address of one's own proves itself; nothing where somebody else has it (A9)."""
    if canonical(mail.address) != canonical(mail.account.new_email) or is_taken(mail.address):
        return None
    return {
        "minutes": settings.PASSWORD_RESET_TIMEOUT // 60,
        "button_url": links.address_link(mail.account),
        "button_label": _("Confirm the address"),
    }


def address_asked(mail: OutgoingMail) -> Context | None:
    """Word to the present address that another one was asked for (A11)."""
    return {"changed": mail.created_at}


def address_changed(mail: OutgoingMail) -> Context | None:
    """The notice to the old address that the account has another one now (A11)."""
    return {"changed": mail.created_at}


def locked(mail: OutgoingMail) -> Context | None:
    """Word to those who may unlock it that somebody's account is locked (S2-34)."""
    account = Account.objects.get(pk=mail.facts["locked"])
    if not account.is_locked or mail.account.status != Status.ACTIVE:
        return None
    return {
        "locked": account,
        "locked_name": plain(account.name),
        "until": account.locked_until,
        "button_url": _page_of(account, mail),
        "button_label": _("Open the account"),
    }


def administrator(mail: OutgoingMail) -> Context | None:
    """Word to somebody who got rights of administration (A11)."""
    units = list(Unit.objects.filter(pk__in=mail.facts["units"]).select_related("root").order_by("path"))
    if mail.account.status != Status.ACTIVE or not units:
        return None
    giver = Account.objects.filter(pk=mail.facts["by"]).first()
    return {
        "organisation": plain((units[0].root or units[0]).name),
        "places": ", ".join(plain(unit.name) for unit in units),
        "giver": plain(giver.name) if giver else "",
        "rights": wording(mail.facts["rights"]),
        "changed": mail.created_at,
        "button_url": links.absolute("accounts:my_access"),
        "button_label": _("See what you may do"),
    }


def owner_new(mail: OutgoingMail) -> Context | None:
    """Word to the new owner (S2-29)."""
    root = Unit.objects.get(pk=mail.facts["root"])
    if root.owner_id != mail.account_id:
        return None
    return {
        "organisation": plain(root.name),
        "button_url": links.absolute("accounts:my_access"),
        "button_label": _("See what you may do"),
    }


def owner_old(mail: OutgoingMail) -> Context | None:
    """Word to the former owner, who may not have asked for it (S2-29)."""
    new_owner = Account.objects.get(pk=mail.facts["owner"])
    root = Unit.objects.get(pk=mail.facts["root"])
    return {"organisation": plain(root.name), "owner": plain(new_owner.name), "changed": mail.created_at}


MESSAGES: dict[str, Facts] = {
    "invitation": invitation,
    "disabled": disabled,
    "reactivated": reactivated,
    "password_reset": password_reset,
    "password_changed": password_changed,
    "factor_added": credentials,
    "factor_removed": credentials,
    "factors_reset": credentials,
    "codes_made": credentials,
    "code_used": credentials,
    "address_confirm": address_confirm,
    "address_asked": address_asked,
    "address_changed": address_changed,
    "locked": locked,
    "administrator": administrator,
    "owner_new": owner_new,
    "owner_old": owner_old,
}

WHEN_SENT = {"invitation": invitation_sent}


def register_all(more: Mapping[str, Facts]) -> None:
    """Tell the outbox how each message becomes a mail; `more` are those of the parts that stand above."""
    for message, facts in {**MESSAGES, **more}.items():
        outbox.register(message, partial(compose, facts), when_sent=WHEN_SENT.get(message))


def compose(facts: Facts, mail: OutgoingMail) -> EmailMultiAlternatives | None:
    """Return the mail in the language of whoever gets it, or None when nobody needs it any more."""
    with addressing(mail.account):
        return _composed(facts, mail)


def _composed(facts: Facts, mail: OutgoingMail) -> EmailMultiAlternatives | None:
    particular = facts(mail)
    if particular is None:
        return None
    context = {
        "product": PRODUCT,
        "name": plain(mail.account.first_name),
        "organisation": _organisation(mail.account),
        "address": mail.address,
    } | particular
    name = f"emails/{mail.message}"
    subject = " ".join(render_to_string(f"{name}.subject.txt", context).split())
    message = EmailMultiAlternatives(subject, render_to_string(f"{name}.txt", context), to=[mail.address])
    message.attach_alternative(render_to_string(f"{name}.html", context), "text/html")
    return message


def _organisation(account: Account) -> str:
    access = UnitAccess.objects.live().filter(account=account).select_related("unit__root").first()
    return plain((access.unit.root or access.unit).name) if access else str(PRODUCT)


def _page_of(account: Account, mail: OutgoingMail) -> str:
    """Return the address of the account's page; whoever works in several units is led to the right one."""
    unit = mail.facts.get("unit")
    if unit and len(units_of(mail.account)) > 1:
        return links.absolute("accounts:account_in_unit", unit, account.pk)
    return links.absolute("accounts:account_detail", account.pk)


def _is_current(mail: OutgoingMail) -> bool:
    """Return whether the mail still goes to the account's address: a secret goes nowhere else (A12)."""
    return canonical(mail.address) == mail.account.email_key
