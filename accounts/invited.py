"""How far the invitations of late got: counted on the overview, and a filter of All Accounts."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Invitation
from accounts.models.invitations import InvitationQuerySet
from adminrights.models import OutgoingMail, Unit

DAYS = 90
# From the first to the last step; whoever took one took those before.
STEPS: Mapping[str, object] = {
    "sent": _("Invited"),
    "delivered": _("Delivered"),
    "opened": _("Opened"),
    "accepted": _("Accepted"),
}
ASTRAY: Mapping[str, object] = {
    "run_out": _("Link run out"),
    "undelivered": _("Mail not delivered"),
    "cancelled": _("Cancelled"),
}
CHOICES = [*STEPS.items(), *ASTRAY.items()]


def invitations_of_late(unit: Unit) -> InvitationQuerySet:
    """Return everybody's newest invitation of the organisation, where it was made in the last 90 days.

    A new invitation takes the place of the one before, so each person counts once.
    """
    root = unit.root or unit
    newer = Invitation.objects.filter(account=OuterRef("account"), generation__gt=OuterRef("generation"))
    since = timezone.now() - timedelta(days=DAYS)
    made = Invitation.objects.filter(~Exists(newer), created_at__gte=since, unit__path__startswith=root.path)
    mails: dict[str, Any] = {
        "account": OuterRef("account"),
        "message": "invitation",
        "created_at__gte": OuterRef("created_at"),
    }
    found: InvitationQuerySet = made.annotate(
        arrived=Exists(OutgoingMail.objects.filter(delivery=OutgoingMail.Delivery.DELIVERED, **mails)),
        lost=Exists(OutgoingMail.objects.undelivered().filter(**mails)),
    )
    return found


def conditions() -> dict[str, Q]:
    """Return what is true of an invitation of `invitations_of_late` that got so far, by the keys of CHOICES.

    Whoever opened the link has the mail, also where no provider reports that it arrived.
    """
    accepted = Q(accepted_at__isnull=False)
    opened = accepted | Q(opened_at__isnull=False)
    open_still = Q(accepted_at=None, revoked_at=None, account__status=Account.Status.PENDING)
    return {
        "sent": Q(),
        "delivered": opened | Q(arrived=True),
        "opened": opened,
        "accepted": accepted,
        "run_out": open_still & Q(expires_at__lte=timezone.now()),
        "undelivered": open_still & Q(lost=True),
        "cancelled": Q(revoked_at__isnull=False),
    }


def invited(unit: Unit, step: str) -> Exists:
    """Return the condition on an account that its invitation of late got so far."""
    found = invitations_of_late(unit).filter(conditions()[step], account=OuterRef("pk"))
    return Exists(found)
