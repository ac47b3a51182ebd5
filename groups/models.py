from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from adminrights.models import ChangedModel, ChangedQuerySet, Fact, Unit
from adminrights.models.facts import DATES, fact_constraints, one_not_ended
from adminrights.navigation import path_of
from roles.models import Role


class GroupQuerySet(ChangedQuerySet):
    def present(self) -> Self:
        """Return the groups that were not deleted."""
        return self.filter(deleted_at=None)

    def in_unit(self, unit: Unit) -> Self:
        """Return the groups of the unit and of everything below it."""
        return self.present().filter(unit__path__startswith=unit.path)

    def search(self, text: str) -> Self:
        """Return the groups whose name or display name holds the text."""
        return self.filter(Q(name__icontains=text) | Q(display_name__icontains=text))


class Group(ChangedModel):
    """Accounts that share roles, in one unit and below (S1-26). A group is the only holder of roles."""

    IS_POLICY = True

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="groups")
    name = models.SlugField(_("name"), max_length=100)
    display_name = models.CharField(_("display name"), max_length=150)
    description = models.CharField(_("description"), max_length=500, blank=True)
    # The group that the role matrix made for this role in its unit; people make groups without one.
    standing_role = models.ForeignKey(Role, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = GroupQuerySet.as_manager()

    class Meta:
        ordering = ["display_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name"], condition=Q(deleted_at=None), name="group_name_once"
            ),
            models.UniqueConstraint(
                fields=["unit", "standing_role"], condition=Q(deleted_at=None), name="group_standing_once"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_absolute_url(self) -> str:
        return path_of("groups:group_detail", self.pk)


class GroupRole(Fact):
    """The group carries the role (S1-34)."""

    SUBJECT = ("group", "role")
    IS_POLICY = True

    group = models.ForeignKey(Group, models.PROTECT, related_name="role_facts")
    role = models.ForeignKey(Role, models.PROTECT, related_name="group_facts")

    class Meta:
        constraints = [one_not_ended("grouprole", "group", "role"), *fact_constraints("grouprole")]
        indexes = [
            models.Index(fields=["role", "group"], condition=Q(ended_at=None), name="grouprole_by_role"),
        ]

    def __str__(self) -> str:
        return f"{self.group} · {self.role}"


class Membership(Fact):
    """The account is in the group (S1-06)."""

    SUBJECT = ("group", "account")

    group = models.ForeignKey(Group, models.PROTECT, related_name="memberships")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")

    class Meta:
        constraints = [one_not_ended("membership", "account", "group"), *fact_constraints("membership")]
        indexes = [
            # With the dates, so that who is in a group now is read from the index alone.
            models.Index(
                fields=["group", "account", *DATES], condition=Q(ended_at=None), name="membership_by_group"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.group}"
