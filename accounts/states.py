"""What an account's state means for its pages: the marks, the buttons, how far the invitation got."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Account, Invitation
from adminrights import clock
from adminrights.models import OutgoingMail, Unit
from adminrights.navigation import Button, path_of
from groups.models import Membership

Status = Account.Status


def with_state(accounts: QuerySet[Account]) -> QuerySet[Account]:
    """Read along what the lists tell: when an invitation runs out, whether a mail went astray."""
    outstanding = Invitation.objects.outstanding().filter(account=OuterRef("pk"))
    astray = OutgoingMail.objects.undelivered().filter(account=OuterRef("pk"))
    return accounts.annotate(
        link_until=Subquery(outstanding.order_by().values("expires_at")[:1]), unreached=Exists(astray)
    )


def groups_of(accounts: Collection[int], names: Mapping[int, str]) -> dict[int, list[tuple[int, str]]]:
    """Return the groups of each account as pairs of id and name, of those that are named, in their order."""
    rows = Membership.objects.live().filter(account__in=accounts).values_list("account_id", "group_id")
    joined: dict[int, set[int]] = defaultdict(set)
    for account, group in rows:
        joined[account].add(group)
    order = {group: place for place, group in enumerate(names)}
    return {
        account: [(group, names[group]) for group in sorted(groups & names.keys(), key=order.__getitem__)]
        for account, groups in joined.items()
    }


def marks_of(account: Account) -> list[str]:
    """Return what stands beside the status: "locked" (T10), "expired" (T9), "undelivered" for mail (M2)."""
    marks = []
    if is_unreached(account):
        marks.append("undelivered")
    if account.is_locked and account.status == Status.ACTIVE:
        marks.append("locked")
    until = link_until(account) if account.status == Status.PENDING else None
    if until is not None and until <= clock.now():
        marks.append("expired")
    return marks


def is_unreached(account: Account) -> bool:
    """Return whether a mail to the account never left or didn't arrive."""
    if hasattr(account, "unreached"):
        return bool(account.unreached)
    return OutgoingMail.objects.undelivered().filter(account=account.pk).exists()


def link_until(account: Account) -> datetime | None:
    """Return when the link runs out of the invitation that is neither accepted nor revoked."""
    if hasattr(account, "link_until"):
        known: datetime | None = account.link_until
        return known
    return account.invitations.outstanding().values_list("expires_at", flat=True).first()


def time_left(account: Account) -> str:
    """Return how many days the link of a pending account still works; nothing without an open one (S4-46)."""
    until = link_until(account) if account.status == Status.PENDING else None
    left = until - clock.now() if until is not None else timedelta(0)
    if left <= timedelta(0):
        return ""
    days = ceil(left / timedelta(days=1))
    return ngettext("%d day left", "%d days left", days) % days


def _url(name: str, account: Account) -> str:
    return path_of(f"accounts:{name}", account.pk)


def state_buttons(account: Account, *, quick: bool = False) -> Iterator[Button]:
    """Yield the commands that the state allows, exactly as the status table says (S0-43 to S0-49)."""
    if account.status == Status.PENDING:
        yield Button(_("Resend Invite"), _url("invitation_resend", account), "send", post=True)
        cancel = _url("invitation_cancel", account)
        yield Button(_("Cancel Invite"), cancel, "mail-x", style="danger", dialog=True)
    elif account.status == Status.DISABLED:
        yield Button(_("Reactivate"), _url("account_reactivate", account), "rotate-ccw", dialog=True)
    else:
        if account.is_locked and not quick:
            yield Button(_("Unlock"), _url("account_unlock", account), "lock-open", post=True)
        yield Button(_("Disable"), _url("account_disable", account), "ban", style="danger", dialog=True)


def page_buttons(account: Account, viewer: Account, unit: Unit) -> list[Button]:
    """Return the buttons at the upper right of the account's page: by state and by the viewer's rights."""
    if not viewer.may("accounts:update", unit):
        return []
    edit = Button(_("Edit"), _url("account_edit", account), "pencil", style="primary")
    return [*_doable(account, viewer), edit]


def quick_buttons(account: Account, viewer: Account, unit: Unit, *, several: bool = False) -> list[Button]:
    """Return the menu at the far right of the account's row (S1-30); `several` units have levels (S4-11)."""
    buttons = []
    if viewer.may("accounts:get", unit):
        buttons.append(Button(_("Open"), _url("account_detail", account), "user-round"))
    if viewer.may("accounts:update", unit):
        if several:
            buttons.append(Button(_("Roles by unit"), _url("account_levels", account), "shield"))
        buttons.append(Button(_("Edit"), _url("account_edit", account), "pencil"))
        buttons += _doable(account, viewer, quick=True)
    return buttons


def _doable(account: Account, viewer: Account, *, quick: bool = False) -> list[Button]:
    # Nobody disables themselves, so the button isn't there.
    own = account.pk == viewer.pk
    return [] if own else list(state_buttons(account, quick=quick))


@dataclass(frozen=True, slots=True)
class InvitationState:
    """How far the newest invitation got. `tone` is that of a notice: info, success, warning, error."""

    text: str
    tone: str = "info"
    at: datetime | None = None
    address: str = ""
    expires_at: datetime | None = None
    opened_at: datetime | None = None
    error: str = ""


REVOKED = {
    Invitation.Revoked.REPLACED: gettext_lazy("Replaced by a newer one"),
    Invitation.Revoked.CANCELLED: gettext_lazy("Cancelled"),
    Invitation.Revoked.DISABLED: gettext_lazy("Void, because the account was disabled"),
    Invitation.Revoked.ADDRESS: gettext_lazy("Void, because the address was changed. Resend it"),
    Invitation.Revoked.REMOVED: gettext_lazy("Void, because the access was removed"),
}


def invitation_state(account: Account) -> InvitationState:
    """Return what to tell of the newest invitation: sent, opened, accepted, run out, or why not (M2)."""
    invitation = account.invitations.order_by("-generation").first()
    if invitation is None:
        return InvitationState(_("No invitation was sent"))
    if invitation.accepted_at:
        return InvitationState(_("Accepted"), "success", invitation.accepted_at, invitation.address)
    if invitation.revoked_at:
        text = str(REVOKED[Invitation.Revoked(invitation.revoked_because)])
        return InvitationState(text, "warning", invitation.revoked_at, invitation.address)
    return _outstanding(invitation)


def _outstanding(invitation: Invitation) -> InvitationState:
    mail = OutgoingMail.objects.filter(
        account=invitation.account_id, message="invitation", facts__invitation=invitation.pk
    ).last()
    text, tone, at, error = _mail_state(mail)
    if invitation.is_expired:
        text, tone, at = _("The link has run out"), "warning", None
    elif invitation.opened_at and not error:
        text, tone = _("Opened, no password set yet"), "info"
    return InvitationState(
        text, tone, at, invitation.address, invitation.expires_at, invitation.opened_at, error
    )


def _mail_state(mail: OutgoingMail | None) -> tuple[str, str, datetime | None, str]:
    if mail is None:
        return _("No mail was promised"), "warning", None, ""
    if mail.state == OutgoingMail.State.SENT:
        return _after_sending(mail)
    if mail.is_undelivered:
        return _("The mail couldn't be sent. Resend the invitation"), "error", None, mail.error
    if mail.error:
        return _("The mail couldn't be sent yet; it is tried again"), "warning", None, mail.error
    return _("The mail is waiting to be sent"), "info", mail.created_at, ""


def _after_sending(mail: OutgoingMail) -> tuple[str, str, datetime | None, str]:
    if mail.is_undelivered:
        text = _("The mail didn't arrive. Check the address, then resend the invitation")
        return text, "error", mail.delivery_at, mail.why_not
    if mail.delivery == OutgoingMail.Delivery.DELIVERED:
        return _("Delivered"), "success", mail.delivery_at, ""
    if mail.delivery == OutgoingMail.Delivery.DEFERRED:
        return _("Sent; the receiver hesitates to take it"), "warning", mail.sent_at, ""
    return _("Sent"), "success", mail.sent_at, ""
