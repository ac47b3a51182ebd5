"""What the page says about a link that doesn't work any more."""

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Invitation
from adminrights.navigation import Button

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Revoked = Invitation.Revoked


class DeadLink(Exception):
    """A link that does nothing: what happened, what to do, and perhaps a button for it."""

    def __init__(self, what: "StrOrPromise", remedy: "StrOrPromise", button: Button | None = None) -> None:
        super().__init__(str(what))
        self.what, self.remedy, self.button = what, remedy, button


ASK = _("If you think that this is a mistake, ask your administrator.")
REVOKED = {
    Revoked.REPLACED: (
        _("A newer invitation was sent to you."),
        _("Look for the latest mail and open the link in that one."),
    ),
    Revoked.CANCELLED: (_("The invitation was withdrawn."), ASK),
    Revoked.DISABLED: (_("The account was disabled."), ASK),
    Revoked.REMOVED: (_("The account was removed from the organisation."), ASK),
    Revoked.ADDRESS: (
        _("The e-mail address of your account was changed."),
        _("Ask your administrator to send the invitation to the new address."),
    ),
}


def dead_invitation(invitation: Invitation | None) -> DeadLink:
    """Return why the invitation doesn't work; None stands for a link that nobody made."""
    if invitation is None:
        return DeadLink(
            _("The address is not complete, or the page was open for too long."),
            _("Open the link in your mail again. If you copied the address, copy all of it."),
        )
    if invitation.accepted_at:
        return DeadLink(
            _("This link was used already: your account is finished."),
            _("Sign in with the password that you chose."),
            Button(_("Sign in"), reverse("accounts:sign_in"), style="primary"),
        )
    if invitation.revoked_at:
        what, remedy = REVOKED.get(Revoked(invitation.revoked_because), REVOKED[Revoked.CANCELLED])
        return DeadLink(what, remedy)
    return DeadLink(
        _("The time for this invitation has run out."),
        _("Ask your administrator to send it again. You get a new mail with a new link."),
    )


def dead_reset() -> DeadLink:
    """Return why the link for a new password doesn't work, as far as one may say."""
    return DeadLink(
        _("A link for a new password works once, for a short time, and only until you sign in."),
        _("Ask for a new one. It comes by mail within a minute."),
        Button(_("Ask for a new link"), reverse("accounts:password_reset"), style="primary"),
    )


def dead_address() -> DeadLink:
    """Return why the link for a new address doesn't work, as far as one may say."""
    return DeadLink(
        _("A link for a new address works once and for a short time."),
        _("Sign in and ask for a new one on your profile."),
        Button(_("Go to my profile"), reverse("accounts:my_profile"), style="primary"),
    )
