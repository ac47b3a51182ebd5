"""When a right was last used. Not a fact: it gives nobody anything, and it is forgotten after a while."""

from django.conf import settings
from django.db import models

from adminrights.models import Unit


class Use(models.Model):
    """An account used a permission in a unit: the first and the last day on which it did.

    One row and no diary of days: what least privilege and reviews ask is the last day, the table doesn't
    grow with time, and it tells nothing of when somebody works. The first day says since when it is recorded.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="uses", db_index=False)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", db_index=False)
    permission = models.CharField(max_length=120)
    first = models.DateField()
    last = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "unit", "permission"], name="one_use"),
        ]
        # Since when they are recorded is asked on many pages.
        indexes = [models.Index(fields=["first"], name="use_by_first")]

    def __str__(self) -> str:
        return f"{self.permission}: {self.last}"
