from django.conf import settings
from django.db import models

from adminrights.models.units import Unit


class CollectedEdit(models.Model):
    """An edit that somebody keeps to apply it later, together with others: the form as it was sent.

    It is a draft of one person in one unit and changes nothing; what it does when it is applied goes
    through the pages' own services, with that person's rights of then. No form with a secret is kept.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="collected_edits")
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+")
    # The page of the edit, below the product's own address, with its query.
    path = models.CharField(max_length=2000)
    title = models.CharField(max_length=300)
    # What it does by itself, as it was shown when it was collected.
    shown = models.JSONField(default=list)
    sent = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title
