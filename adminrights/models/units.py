from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from adminrights.models.base import ChangedModel, ChangedQuerySet
from adminrights.models.facts import Fact, fact_constraints, one_not_ended


class UnitQuerySet(ChangedQuerySet):
    def open(self) -> Self:
        """Return the units that were not closed."""
        return self.filter(closed_at=None)

    def below(self, unit: "Unit") -> Self:
        """Return the unit itself and everything under it."""
        return self.filter(path__startswith=unit.path)

    def roots(self) -> Self:
        """Return the organisations: units without a parent."""
        return self.filter(parent=None)


class Unit(ChangedModel):
    """A part of the organisation in which rights apply (C-01).

    Units form a tree. A root has seats, features and one owner. `path` holds the ids from the root to
    the unit, each followed by a slash, so that everything below a unit shares its path as a prefix.
    """

    IS_POLICY = True

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    root = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    path = models.CharField(max_length=255, default="", db_index=True)
    name = models.CharField(_("name"), max_length=150)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="owned_units"
    )
    seat_limit = models.PositiveIntegerField(null=True, blank=True)
    unit_limit = models.PositiveIntegerField(null=True, blank=True)
    # Of a root: whoever can hand out rights in it needs a second factor to sign in.
    factor_required = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["path"]
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"], condition=Q(closed_at=None), name="unit_name_once"
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | Q(owner=None, seat_limit=None, unit_limit=None),
                name="unit_only_roots_have_owner_and_limits",
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="unit_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("accounts:unit_detail", args=[self.pk])

    @property
    def root_id_or_self(self) -> int:
        return self.root_id or self.pk


class UnitFeature(Fact):
    """A licence switch of a unit: permissions that need it work there while it is live (C-14)."""

    SUBJECT = ("unit", "feature")
    IS_POLICY = True

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="feature_facts")
    feature = models.CharField(max_length=64)

    class Meta:
        constraints = [
            one_not_ended("unitfeature", "unit", "feature"),
            *fact_constraints("unitfeature"),
        ]

    def __str__(self) -> str:
        return self.feature
