from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from adminrights import clock
from adminrights.models import ChangedModel, ChangedQuerySet, Unit


class InvitationQuerySet(ChangedQuerySet):
    def outstanding(self) -> Self:
        """Return the invitations neither accepted nor revoked; they may have run out."""
        return self.filter(accepted_at=None, revoked_at=None)


class Invitation(ChangedModel):
    """A one-time link that lets a pending account set a password.

    Each sending makes a new row with the next generation and revokes the one before. The link is
    derived from the row and a key when the mail is sent; neither is stored. Expiry is decided by the
    clock at use (I5).
    """

    class Revoked(models.TextChoices):
        REPLACED = "replaced", _("Replaced by a newer invitation")
        CANCELLED = "cancelled", _("Cancelled")
        DISABLED = "disabled", _("The account was disabled")
        ADDRESS = "address", _("The address was changed")
        REMOVED = "removed", _("The access was removed")

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="invitations")
    generation = models.PositiveIntegerField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    address = models.CharField(max_length=254)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_because = models.CharField(max_length=10, choices=Revoked.choices, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["account", "generation"], name="invitation_generation_once"),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_one_outstanding",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address} ({self.generation})"

    @property
    def is_outstanding(self) -> bool:
        return self.accepted_at is None and self.revoked_at is None

    @property
    def is_expired(self) -> bool:
        """Whether its time has run out, by the clock of now (T9)."""
        return self.is_outstanding and self.expires_at <= clock.now()

    @property
    def is_open(self) -> bool:
        """Whether its link still works."""
        return self.is_outstanding and self.expires_at > clock.now()
