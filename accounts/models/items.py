"""Single things of a resource, such as one event, that are handed to people one by one (S4-31)."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from adminrights.models import ChangedModel, ChangedQuerySet, Unit
from roles.models import Resource

# What whoever an item is handed to may do with it: enter and view it, and manage it.
HANDED = ("get", "update")


class ItemQuerySet(ChangedQuerySet):
    def present(self) -> Self:
        """Return the items that were not retired."""
        return self.filter(retired_at=None)

    def standing(self, at: datetime) -> Self:
        """Return the items that were there at the moment."""
        return self.filter(Q(retired_at=None) | Q(retired_at__gt=at), created_at__lte=at)


class Item(ChangedModel):
    """One thing of a resource, in one unit. What it is beyond its name, other software knows.

    To whom it is handed, django-guardian keeps; the codenames of `permissions` are actions of the catalogue.
    """

    resource = models.ForeignKey(Resource, models.PROTECT, related_name="items")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="items")
    name = models.CharField(_("name"), max_length=200)
    # A label, not a link: it outlives the person's removal (S4-36, S4-37).
    created_by = models.CharField(max_length=400)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "pk"]
        default_permissions = ()
        permissions = [("get", _("Open the item")), ("update", _("Manage the item"))]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "resource", "name"], condition=Q(retired_at=None), name="item_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("accounts:item_detail", args=[self.pk])
