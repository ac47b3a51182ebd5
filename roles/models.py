from typing import Self

from django.db import models
from django.db.models import Exists, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adminrights.models import ChangedModel, ChangedQuerySet, Fact, Unit
from adminrights.models.facts import fact_constraints, one_not_ended
from adminrights.navigation import path_of
from roles.catalogue import catalogue
from roles.vocabulary import Level


class CatalogueRow(ChangedModel):
    """A line of the catalogue file in the database, so that facts can point to it.

    Written by `load_catalogue` only. `retired_at` marks what the file no longer has.
    """

    IS_POLICY = True

    key = models.CharField(max_length=120, primary_key=True)
    label = models.CharField(max_length=200)
    help = models.CharField(max_length=500, blank=True)
    position = models.PositiveIntegerField()
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = ChangedQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["position"]

    def __str__(self) -> str:
        return self.label


class Module(CatalogueRow):
    """A part of the platform that levels are given on (S0-03)."""


class Feature(CatalogueRow):
    """A licence switch of a unit (C-14)."""


class Resource(CatalogueRow):
    """A kind of data inside a module, such as ad campaigns (S1-44)."""

    module = models.ForeignKey(Module, models.PROTECT, related_name="resources")


class Permission(CatalogueRow):
    """One action on one resource, or on everything in a module (`resource` empty)."""

    module = models.ForeignKey(Module, models.PROTECT, related_name="permissions")
    resource = models.ForeignKey(Resource, models.PROTECT, null=True, blank=True, related_name="permissions")
    action = models.CharField(max_length=40)
    level = models.PositiveSmallIntegerField()


class RoleQuerySet(ChangedQuerySet):
    def present(self) -> Self:
        """Return the roles that were not deleted."""
        return self.filter(deleted_at=None)

    def offered_in(self, unit: Unit) -> Self:
        """Return the roles that groups of the unit may carry: built-in ones and the organisation's own.

        Where there is only one unit, the system roles for several are left out.
        """
        root = unit.root_id_or_self
        for_several = [role.key for role in catalogue().system_roles.values() if role.several_units]
        single = ~Exists(Unit.objects.open().filter(root=root))
        offered = self.present().filter(Q(unit=None) | Q(unit=root))
        return offered.exclude(Q(built_in=True, module=None, name__in=for_several) & single)

    def system(self) -> Self:
        """Return the built-in roles that stand for no level of a module (S3-107)."""
        return self.filter(built_in=True, module=None)

    def own(self) -> Self:
        """Return the roles that people made."""
        return self.filter(built_in=False)

    def search(self, text: str) -> Self:
        """Return the roles whose name or display name holds the text."""
        return self.filter(Q(name__icontains=text) | Q(display_name__icontains=text))


class Role(ChangedModel):
    """A named set of rules (S1-36).

    A built-in role can't be edited or deleted, only copied (C-18). One that stands for a level of a
    module names both and has no rules of its own: the catalogue says what it holds.
    """

    IS_POLICY = True

    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="roles")
    name = models.SlugField(_("name"), max_length=100)
    display_name = models.CharField(_("display name"), max_length=150)
    description = models.CharField(_("description"), max_length=500, blank=True)
    built_in = models.BooleanField(default=False)
    module = models.ForeignKey(Module, models.PROTECT, null=True, blank=True, related_name="level_roles")
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = RoleQuerySet.as_manager()

    class Meta:
        ordering = ["display_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name"], condition=Q(deleted_at=None), name="role_name_once"
            ),
            models.UniqueConstraint(
                fields=["name"], condition=Q(deleted_at=None, unit=None), name="role_built_in_name_once"
            ),
            models.UniqueConstraint(
                fields=["module", "level"], condition=Q(module__isnull=False), name="role_level_once"
            ),
            models.CheckConstraint(
                condition=Q(module=None, level=None)
                | Q(module__isnull=False, level__isnull=False, built_in=True),
                name="role_level_is_built_in",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_absolute_url(self) -> str:
        return path_of("roles:role_detail", self.pk)

    @property
    def label(self) -> str:
        """Its name in the language of whoever reads, where it came with the product; else as people wrote it.

        What is written down, such as the journal, has `display_name`.
        """
        if not self.built_in:
            return self.display_name
        module = catalogue().modules.get(self.module_id or "")
        if module is None or self.level is None:
            return gettext(self.display_name)
        return gettext("%(module)s: %(level)s") % {"module": module.label, "level": Level(self.level).label}

    @property
    def help(self) -> str:
        """What it is for, in the language that `label` has."""
        return gettext(self.description) if self.built_in and self.description else self.description

    @property
    def right(self) -> str | None:
        """What a level role holds, as the resolver spells it: "customers@2"."""
        return f"{self.module_id}@{self.level}" if self.module_id else None


class Rule(Fact):
    """One action of one rule: the role may do it (S1-37).

    A rule, as people see it, is a resource with its actions: the facts of a role with the same
    resource. Each action is a fact of its own, so each knows who gave it and when.
    """

    SUBJECT = ("role", "permission")
    IS_POLICY = True

    role = models.ForeignKey(Role, models.PROTECT, related_name="rules")
    permission = models.ForeignKey(Permission, models.PROTECT, related_name="rules")

    class Meta:
        constraints = [one_not_ended("rule", "role", "permission"), *fact_constraints("rule")]
        indexes = [
            models.Index(
                fields=["permission", "role"], condition=Q(ended_at=None), name="rule_by_permission"
            ),
        ]

    def __str__(self) -> str:
        return self.permission_id
