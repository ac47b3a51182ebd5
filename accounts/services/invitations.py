"""Invitations: sent, sent again, cancelled, opened, accepted."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import Account, Invitation
from accounts.services.grants import end_beyond_ceiling
from accounts.services.status import confirm, enter, expect, read_again
from adminrights import clock
from adminrights.change import SYSTEM, Actor, Change, change
from adminrights.events import Event
from adminrights.exceptions import InvitationDead
from adminrights.models import Unit

# A mail that leaves within it is on time.
LATE = timedelta(minutes=1)


def send_invitation(c: Change, account: Account, unit: Unit) -> Invitation:
    """Make the next invitation, end the one before, and promise its mail, inside an open change (T1)."""
    return send_invitations(c, [account], unit)[0]


def send_invitations(c: Change, accounts: Sequence[Account], unit: Unit) -> list[Invitation]:
    """As `send_invitation`, to many accounts."""
    invitations = _next_invitations(c, accounts, unit)
    mails = [(invitation.account, {"invitation": invitation.pk}) for invitation in invitations]
    c.send_each("invitation", mails)
    return invitations


def _next_invitations(c: Change, accounts: Sequence[Account], unit: Unit) -> list[Invitation]:
    _revoke(c, accounts, Invitation.Revoked.REPLACED)
    known = Invitation.objects.filter(account__in=[account.pk for account in accounts]).order_by()
    last = dict(known.values_list("account").annotate(Max("generation")))
    return c.create_all(
        Invitation(
            account=account,
            # Past all that a restored backup forgot as well; see services/restoring.py.
            generation=max(last.get(account.pk, 0), account.session_epoch) + 1,
            unit=unit,
            address=account.email,
            invited_by_id=c.actor.pk,
            created_at=c.at,
            expires_at=c.at + timedelta(days=settings.INVITATION_DAYS),
        )
        for account in accounts
    )


def revoke_invitation(c: Change, account: Account, because: Invitation.Revoked) -> None:
    """End the outstanding invitation, if there is one, inside an open change."""
    _revoke(c, [account], because)


def _revoke(c: Change, accounts: Collection[Account], because: Invitation.Revoked) -> None:
    outstanding = Invitation.objects.outstanding().filter(account__in=[account.pk for account in accounts])
    c.update_each([(each, {"revoked_at": c.at, "revoked_because": because}) for each in outstanding])


def resend_invitation(account: Account, *, actor: Actor, unit: Unit) -> Invitation:
    """Send a new link with a full new life; the old one is dead at once (T3, S0-44).

    Raises WrongStatus unless the account is pending.
    """
    with change(
        Event.INVITATION_RESENT, actor=actor, unit=unit, target=account, needs="accounts:update"
    ) as c:
        read_again(account)
        expect(account, Account.Status.PENDING, _("Only a pending account can be invited again."))
        c.concern(account)
        return send_invitation(c, account, unit)


def make_link(account: Account, *, actor: Actor, unit: Unit) -> Invitation:
    """Make a new invitation whose link is handed over by hand: no mail, but an entry in the journal.

    For the first administrator, before any mail provider is set (S0-07). Raises WrongStatus unless the
    account is pending.
    """
    with change(
        Event.INVITATION_LINK_MADE, actor=actor, unit=unit, target=account, needs="accounts:update"
    ) as c:
        read_again(account)
        expect(account, Account.Status.PENDING, _("Only a pending account can be invited again."))
        c.concern(account)
        return _next_invitations(c, [account], unit)[0]


def cancel_invitation(account: Account, *, actor: Actor, unit: Unit) -> None:
    """Disable a pending account; its link is dead and no mail goes out (T4, S0-45).

    Raises WrongStatus unless the account is pending.
    """
    with change(
        Event.INVITATION_CANCELLED, actor=actor, unit=unit, target=account, needs="accounts:update"
    ) as c:
        read_again(account)
        expect(account, Account.Status.PENDING, _("Only a pending account has an invitation to cancel."))
        revoke_invitation(c, account, Invitation.Revoked.CANCELLED)
        enter(c, account, Account.Status.DISABLED)


def life_of(invitation: Invitation, sent_at: datetime) -> datetime:
    """Return until when the link works if its mail leaves at the time: a late mail shortens nobody's time."""
    due = sent_at + timedelta(days=settings.INVITATION_DAYS)
    return due if due - invitation.expires_at > LATE else invitation.expires_at


def begin_life(invitation: Invitation) -> None:
    """Let the link's time count from now, when its mail left, if that was late. Nothing dead revives."""
    if not invitation.is_open or life_of(invitation, clock.now()) == invitation.expires_at:
        return
    account, unit = invitation.account, invitation.unit
    with change(Event.INVITATION_LATE, actor=SYSTEM, unit=unit, target=account) as c:
        invitation.refresh_from_db()
        if invitation.is_open:
            c.update(invitation, expires_at=life_of(invitation, c.at))


def open_invitation(invitation: Invitation) -> None:
    """Remember that a person opened the link for the first time; the link stays good (I7)."""
    if invitation.opened_at or not invitation.is_open:
        return
    account = invitation.account
    with change(Event.INVITATION_OPENED, actor=account, unit=invitation.unit, target=account) as c:
        c.update(invitation, opened_at=c.at)


def accept_invitation(invitation: Invitation, *, password: str) -> Account:
    """Set the person's password and make the account active; the link is used up (T6, S0-40).

    What its givers may no longer give is taken back in the same step (I9). Raises
    InvitationDead when the link was used, replaced or cancelled, or has run out.
    """
    account = invitation.account
    with change(Event.INVITATION_ACCEPTED, actor=account, unit=invitation.unit, target=account) as c:
        invitation.refresh_from_db()
        read_again(account)
        if not invitation.is_open or account.status != Account.Status.PENDING:
            raise InvitationDead(_("This link doesn't work any more. Ask your administrator for a new one."))
        c.update(invitation, accepted_at=c.at)
        confirm(c, account, password)
        end_beyond_ceiling(c, account)
    return account
