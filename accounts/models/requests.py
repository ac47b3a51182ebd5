"""What people ask for: a permission in a unit, for a reason; somebody who may pass it on answers."""

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.rules import permission_in_words
from adminrights.models import ChangedModel, ChangedQuerySet, Unit
from roles.catalogue import catalogue


class AccessRequestQuerySet(ChangedQuerySet):
    def open(self, at: datetime | None = None) -> Self:
        """Return the requests that wait for an answer; one that waited too long waits no more."""
        return self.filter(state=AccessRequest.State.OPEN, closes_at__gt=at or timezone.now())


class AccessRequest(ChangedModel):
    """Somebody asked for a permission. It gives nothing by itself; `closes_at` ends it by the clock."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("status", "Open")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        SETTLED = "settled", _("Closed: it was there already")
        EXPIRED = "unanswered", _("Not answered in time")

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="access_requests")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="access_requests")
    permission = models.CharField(max_length=120)
    reason = models.CharField(max_length=300)
    until = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    answer = models.CharField(max_length=300, blank=True, default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    given_until = models.DateTimeField(null=True, blank=True)

    objects = AccessRequestQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "unit", "permission"],
                condition=Q(state="open"),
                name="accessrequest_one_open",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("accounts:request_detail", args=[self.pk])

    @property
    def label(self) -> str:
        """The permission in words."""
        return permission_in_words(self.permission)

    @property
    def is_known(self) -> bool:
        """Whether the catalogue still has the permission."""
        return self.permission in catalogue().permissions

    @property
    def state_now(self) -> str:
        """The state by the clock."""
        late = self.state == self.State.OPEN and self.closes_at <= timezone.now()
        return self.State.EXPIRED if late else self.state

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.state_now == self.State.OPEN
