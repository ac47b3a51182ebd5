"""Rules that hold for everybody's access, whatever changes: who must not, and how many must."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from adminrights.models import Fact, Unit
from adminrights.models.facts import FactQuerySet, fact_constraints, one_not_ended
from groups.models import Group
from roles.catalogue import catalogue


class AccessRule(Fact):
    """What must be so in a unit and below; every change is judged by it (`accounts/rules/guard.py`).

    Like every fact it is never edited: another rule takes its place.
    """

    SUBJECT = ("unit", "kind", "first", "second", "group", "inside", "least")

    class Kind(models.TextChoices):
        BOTH = "both", gettext_lazy("Nobody may do both")
        NOBODY = "nobody", gettext_lazy("Nobody may do it")
        GROUP = "group", gettext_lazy("Nobody outside a group may do it")
        UNIT = "unit", gettext_lazy("Nobody outside a unit may do it")
        LEAST = "least", gettext_lazy("At least so many people can do it")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="access_rules")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    first = models.CharField(max_length=120)
    second = models.CharField(max_length=120, blank=True, default="")
    group = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, related_name="+")
    inside = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    least = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [*fact_constraints("accessrule")]
        indexes = [
            models.Index(fields=["unit"], condition=models.Q(ended_at=None), name="accessrule_by_unit"),
        ]

    def __str__(self) -> str:
        words = {
            "first": permission_in_words(self.first),
            "second": permission_in_words(self.second),
            "group": self.group.display_name if self.group else "",
            "unit": self.inside.name if self.inside else "",
            "number": self.least or 0,
        }
        return SENTENCES[AccessRule.Kind(self.kind)](self.least or 0) % words

    def get_absolute_url(self) -> str:
        return reverse("accounts:access_rule", args=[self.pk])

    def alike(self) -> FactQuerySet:
        """Return the rules that say the same of the same unit, this one and ended ones too."""
        return AccessRule.objects.filter(**{name: getattr(self, name) for name in self.SUBJECT})

    @property
    def permissions(self) -> tuple[str, ...]:
        """The permissions that it names and the catalogue knows."""
        return tuple(key for key in (self.first, self.second) if key in catalogue().permissions)

    @property
    def is_known(self) -> bool:
        """Whether the catalogue knows all that the rule speaks of."""
        return len(self.permissions) == (2 if self.kind == AccessRule.Kind.BOTH else 1)


SENTENCES = {
    AccessRule.Kind.BOTH: lambda n: _("Nobody may both “%(first)s” and “%(second)s”"),
    AccessRule.Kind.NOBODY: lambda n: _("Nobody may “%(first)s”"),
    AccessRule.Kind.GROUP: lambda n: _("Nobody outside the group %(group)s may “%(first)s”"),
    AccessRule.Kind.UNIT: lambda n: _("Nobody outside of %(unit)s may “%(first)s”"),
    AccessRule.Kind.LEAST: lambda n: ngettext(
        "At least %(number)d person can “%(first)s”", "At least %(number)d people can “%(first)s”", n
    ),
}


def permission_in_words(key: str) -> str:
    """Return the permission's label; the key of one that the catalogue no longer has."""
    known = catalogue().permissions
    return known[key].label if key in known else key


class Waiver(Fact):
    """One person is let off one rule, for a reason and until a date."""

    SUBJECT = ("rule", "account")

    rule = models.ForeignKey(AccessRule, models.PROTECT, related_name="waivers")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="waivers")
    reason = models.CharField(max_length=300)

    class Meta:
        constraints = [one_not_ended("waiver", "rule", "account"), *fact_constraints("waiver")]

    def __str__(self) -> str:
        return str(self.rule)

    def get_absolute_url(self) -> str:
        return reverse("accounts:access_rule", args=[self.rule_id])
