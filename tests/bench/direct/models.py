"""One thing on which people have permissions, by the models that guardian's documents recommend for speed."""

from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase


class Place(models.Model):
    name = models.CharField(max_length=50)

    def __str__(self) -> str:
        return self.name


class PlaceUserPermission(UserObjectPermissionBase):
    content_object = models.ForeignKey(Place, models.CASCADE)


class PlaceGroupPermission(GroupObjectPermissionBase):
    content_object = models.ForeignKey(Place, models.CASCADE)
