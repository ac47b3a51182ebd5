from typing import Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from adminrights.models.base import ChangedModel, ChangedQuerySet


class JournalQuerySet(ChangedQuerySet):
    def about(self, target: models.Model) -> Self:
        """Return the entries that changed the object or a fact of it, newest first."""
        mentions = JournalMention.objects.filter(kind=target._meta.model_name, object_id=target.pk)
        return self.filter(pk__in=mentions.values("entry_id")).order_by("-sequence")

    def seen_from(self, unit: models.Model) -> Self:
        """Return the entries that belong to the unit, to one below it, or to none (S4-20, S3-116)."""
        return self.filter(models.Q(unit=None) | models.Q(unit__path__startswith=unit.path))  # type: ignore[attr-defined]


class JournalHead(models.Model):
    """The end of the journal's chain; one row.

    Every change locks it first, so changes happen one after the other: the chain has one order, two
    administrators can't remove each other at once, and `policy` is exact. `policy` is drawn anew
    whenever roles, rules, group roles, units or features change; a copy of the policy kept in a
    process is good only while it bears the same value. `left_out` counts what strangers did too often for
    an entry each, until an entry tells the number.
    """

    sequence = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="")
    policy = models.UUIDField()
    left_out = models.JSONField(default=list)

    def __str__(self) -> str:
        return str(self.sequence)


class JournalEntry(ChangedModel):
    """One change, refusal or sign-in: who, what, when, from where, with what effect (L1).

    Labels are copied, so that an entry outlives what it names. `digest` covers the entry and the
    digest before it. Entries hold no secret.
    """

    class Outcome(models.TextChoices):
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")

    sequence = models.BigIntegerField(unique=True)
    change = models.UUIDField(unique=True)
    at = models.DateTimeField()
    event = models.CharField(max_length=64)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.DONE)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="journal_entries"
    )
    actor_label = models.CharField(max_length=400)
    unit = models.ForeignKey("adminrights.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    unit_label = models.CharField(max_length=150, blank=True)
    target_kind = models.CharField(max_length=40, blank=True)
    target_id = models.BigIntegerField(null=True, blank=True)
    target_label = models.CharField(max_length=400, blank=True)
    channel = models.CharField(max_length=16)
    reason = models.CharField(max_length=500, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=64, blank=True)
    # Of a change: what was done to which object, and how many people gained and lost how much.
    # Of a refusal: its code and its sentence.
    data = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)

    objects = JournalQuerySet.as_manager()

    class Meta:
        ordering = ["-sequence"]
        indexes = [
            models.Index(fields=["at"], name="journal_at"),
            models.Index(fields=["event", "at"], name="journal_event"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.event}"

    def get_absolute_url(self) -> str:
        return reverse("accounts:log_entry", args=[self.pk])


class JournalMention(ChangedModel):
    """An object that an entry changed, so that its history is found by index."""

    entry = models.ForeignKey(JournalEntry, models.PROTECT, related_name="mentions")
    kind = models.CharField(max_length=40)
    object_id = models.BigIntegerField()

    objects = ChangedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["kind", "object_id", "entry"], name="journal_mention_object")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
