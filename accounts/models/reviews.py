"""Access reviews: people look at each right of a group, role, unit or module, and keep it or take it away.

What a review shows and proves is copied into it: names that change later change nothing about what was
decided, so its evidence can be rebuilt to the byte (`accounts/reviews/evidence.py`).
"""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models.access import Grant, UnitAccess
from adminrights.models import ChangedModel, ChangedQuerySet, Unit
from groups.models import Group, Membership
from roles.models import Module, Role

REASON_LENGTH, NAME_LENGTH, NOTES_LENGTH = 300, 150, 500


class Review(ChangedModel):
    """One access review. It is open, then closed, and complete once nothing of it is left over."""

    class Kind(models.TextChoices):
        GROUP = "group", _("A group")
        ROLE = "role", _("A role")
        UNIT = "unit", _("A unit")
        MODULE = "module", _("A module")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="reviews")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    group = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.ForeignKey(Role, models.PROTECT, null=True, blank=True, related_name="+")
    module = models.ForeignKey(Module, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=NAME_LENGTH)
    notes = models.CharField(max_length=NOTES_LENGTH, blank=True)
    due = models.DateField(null=True, blank=True)
    # What it is about and where, as it was called when the review was opened.
    about = models.CharField(max_length=400)
    place = models.CharField(max_length=150)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    opener = models.CharField(max_length=400)
    opened_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    closer = models.CharField(max_length=400, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    # The digest of the evidence, and the number of the last entry of the journal that it speaks of.
    evidence = models.CharField(max_length=64, blank=True)
    sealed = models.BigIntegerField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ChangedQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(completed_at=None) | models.Q(closed_at__isnull=False),
                name="review_completed_after_closing",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("accounts:review", args=[self.pk])

    @property
    def state(self) -> str:
        """Where it stands: "open", "left_over" or "complete"."""
        if self.closed_at is None:
            return "open"
        return "left_over" if self.completed_at is None else "complete"

    def is_late(self, today: date) -> bool:
        """Return whether it should have been closed by now."""
        return self.closed_at is None and self.due is not None and self.due < today


class Reviewer(ChangedModel):
    """Somebody who was asked to decide; nobody asked means that whoever may take the rights away decides."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="reviewers")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=400)

    objects = ChangedQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["review", "account"], name="reviewer_once")]

    def __str__(self) -> str:
        return self.name


class ReviewLine(ChangedModel):
    """One right of one person: the fact that gives it, what was decided, and what became of it.

    Exactly one of `membership`, `grant` and `access` names the fact. `rights` are the permissions that it
    gave in the scope of the review, held in each of `units`; access to a unit is the right to enter them.
    """

    class Decision(models.TextChoices):
        KEEP = "keep", _("Keep")
        REVOKE = "revoke", _("Revoke")

    class Outcome(models.TextChoices):
        KEPT = "kept", _("Kept")
        REMOVED = "removed", _("Removed")
        STILL = "still", _("Still has it")
        REFUSED = "not_removed", _("Not removed")
        UNDECIDED = "undecided", _("Not decided")
        GONE = "gone", _("Ended meanwhile")

    review = models.ForeignKey(Review, models.PROTECT, related_name="lines")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="review_lines")
    membership = models.ForeignKey(Membership, models.PROTECT, null=True, blank=True, related_name="+")
    grant = models.ForeignKey(Grant, models.PROTECT, null=True, blank=True, related_name="+")
    access = models.ForeignKey(UnitAccess, models.PROTECT, null=True, blank=True, related_name="+")
    person = models.CharField(max_length=400)
    email = models.CharField(max_length=254)
    what = models.CharField(max_length=400)
    place = models.CharField(max_length=150)
    rights = models.JSONField(default=list)
    units = models.JSONField(default=list)
    giver = models.CharField(max_length=400, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    last_used = models.DateField(null=True, blank=True)
    decision = models.CharField(max_length=8, choices=Decision.choices, blank=True)
    decision_reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decider = models.CharField(max_length=400, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    # Why it was not removed, or that it had ended before.
    note = models.CharField(max_length=500, blank=True)
    # By which ways the person still has which rights: [way, [right, …]].
    left = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)

    objects = ChangedQuerySet.as_manager()

    class Meta:
        ordering = ["person", "account", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(membership__isnull=False, grant=None, access=None)
                | models.Q(membership=None, grant__isnull=False, access=None)
                | models.Q(membership=None, grant=None, access__isnull=False),
                name="reviewline_one_fact",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.what}"

    def get_absolute_url(self) -> str:
        return reverse("accounts:review_line", args=[self.pk])

    @property
    def fact(self) -> Any:
        """The fact as it was when the review was opened."""
        return self.membership or self.grant or self.access


# What a review that is closed is not done with: it can be decided anew and is checked again.
LEFT_OVER = (ReviewLine.Outcome.STILL, ReviewLine.Outcome.REFUSED, ReviewLine.Outcome.UNDECIDED)
