from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

# By name: the classes below list what they mean, and an index needs it before they exist.
NEVER_LEFT = ("failed", "given_up")
CAME_BACK = ("bounced", "rejected", "failed", "complained")


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def about(self, account: models.Model) -> Self:
        """Return the account's mails, newest first."""
        return self.filter(account_id=account.pk).order_by("-pk")

    def undelivered(self) -> Self:
        """Return the mails that didn't arrive and that nothing has made up for since.

        A mail is made up for by a later one that says the same, or, once the address takes mail again,
        by any later one that went out. Mails to an address that the account has left are past help.
        """
        later = OutgoingMail.objects.filter(account=OuterRef("account"), pk__gt=OuterRef("pk"))
        same = later.filter(message=OuterRef("message")).exclude(state="void")
        taken = later.filter(state="sent", address=OuterRef("address")).exclude(delivery__in=CAME_BACK)
        return self.filter(
            Q(state__in=NEVER_LEFT) | Q(delivery__in=CAME_BACK) & ~Exists(taken),
            ~Exists(same),
            address=F("account__email"),
        )


class OutgoingMail(models.Model):
    """A mail that a change promised (M1).

    The row commits with the change and names the message and its facts, never the text: links are
    made when the worker sends it and are stored nowhere. `key` stays the same over all tries, so that
    a provider can drop a repetition. A worker takes a row by setting a lease; when the worker dies,
    the lease runs out and another takes the row. `state` is what we did with it, `delivery` what the
    provider reported since.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not sent")
        GIVEN_UP = "given_up", _("Given up")
        VOID = "void", _("No longer needed")

    class Delivery(models.TextChoices):
        DEFERRED = "deferred", _("Delayed")
        DELIVERED = "delivered", _("Delivered")
        BOUNCED = "bounced", _("Came back")
        REJECTED = "rejected", _("Refused")
        FAILED = "failed", _("Failed")
        COMPLAINED = "complained", _("Marked as spam")

    key = models.UUIDField(unique=True)
    message = models.CharField(max_length=40)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="mails")
    address = models.CharField(max_length=254)
    facts = models.JSONField(default=dict)
    change = models.UUIDField()
    # Of the request that promised it: the worker's lines in the log bear it as well.
    request_id = models.CharField(max_length=64, blank=True, db_default="")
    created_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    lease = models.UUIDField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_again_at = models.DateTimeField(null=True, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)
    error = models.CharField(max_length=500, blank=True)
    delivery = models.CharField(max_length=10, choices=Delivery.choices, blank=True)
    # By the provider's clock: reports come in any order.
    delivery_at = models.DateTimeField(null=True, blank=True)
    delivery_text = models.CharField(max_length=500, blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="outgoingmail_due"),
            models.Index(
                fields=["account"],
                condition=Q(state__in=NEVER_LEFT) | Q(delivery__in=CAME_BACK),
                name="outgoingmail_undelivered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message} → {self.address}"

    @property
    def outcome(self) -> str:
        """What became of it, in one word: the provider's where it said one, else ours."""
        return self.delivery if self.state == self.State.SENT and self.delivery else self.state

    @property
    def is_undelivered(self) -> bool:
        """Whether it never left, or didn't arrive."""
        return self.state in NEVER_LEFT or (self.state == self.State.SENT and self.delivery in CAME_BACK)

    @property
    def why_not(self) -> str:
        """What went wrong, in the provider's or our own words; empty while all is well."""
        return self.delivery_text if self.outcome in CAME_BACK and self.delivery else self.error


class MailReport(models.Model):
    """What a provider reported about a mail; kept so that the same report counts once (M4)."""

    provider = models.CharField(max_length=40)
    event_id = models.CharField(max_length=200)
    mail = models.ForeignKey(OutgoingMail, models.CASCADE, related_name="reports")
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="mailreport_once"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.kind} {self.mail_id}"
