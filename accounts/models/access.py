from django.conf import settings
from django.db import models
from django.db.models import Q

from adminrights.models import Fact, Unit
from adminrights.models.facts import DATES, fact_constraints, one_not_ended
from roles.models import Module, Permission


class Grant(Fact):
    """An account's own right, in one unit and below: a module's level or one permission (S1-07, S2-09)."""

    SUBJECT = ("account", "unit", "module", "level", "permission")

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="grants")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    module = models.ForeignKey(Module, models.PROTECT, null=True, blank=True, related_name="grants")
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    permission = models.ForeignKey(Permission, models.PROTECT, null=True, blank=True, related_name="grants")

    class Meta:
        constraints = [
            one_not_ended("grant", "account", "unit", "module", name="one_level", module__isnull=False),
            one_not_ended(
                "grant", "account", "unit", "permission", name="one_permission", permission__isnull=False
            ),
            models.CheckConstraint(
                condition=Q(module__isnull=False, level__isnull=False, permission=None)
                | Q(module=None, level=None, permission__isnull=False),
                name="grant_level_or_permission",
            ),
            *fact_constraints("grant"),
        ]
        indexes = [
            # In the order in which "who can" reads them, with all that it reads.
            models.Index(
                fields=["module", "level", "unit", "account", *DATES],
                condition=Q(ended_at=None),
                name="grant_by_level",
            ),
            models.Index(
                fields=["permission", "unit", "account", *DATES],
                condition=Q(ended_at=None),
                name="grant_by_permission",
            ),
        ]

    def __str__(self) -> str:
        return self.right

    @property
    def right(self) -> str:
        """What is held, as the resolver spells it: "customers@2", or a permission's key."""
        return self.permission_id or f"{self.module_id}@{self.level}"


class UnitAccess(Fact):
    """The account may enter the unit, and with it everything below if `includes_subunits` (C-17).

    With `own_rights_only` rights held in units above don't count there (Dotdigital's child account).
    """

    SUBJECT = ("account", "unit")

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="unit_accesses")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="account_accesses")
    includes_subunits = models.BooleanField(default=False)
    own_rights_only = models.BooleanField(default=False)

    class Meta:
        constraints = [one_not_ended("unitaccess", "account", "unit"), *fact_constraints("unitaccess")]
        indexes = [
            models.Index(
                fields=["unit", "own_rights_only", "includes_subunits", "account", *DATES],
                condition=Q(ended_at=None),
                name="unitaccess_by_unit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}"
