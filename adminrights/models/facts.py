"""Dated facts: the rows that give access."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils import timezone

from adminrights.models.base import ChangedModel, ChangedQuerySet

# What decides whether a fact is in force. An index that has them too answers who holds something by itself;
# `ended_at` as well, though the condition of the index says it: SQLite looks into the row otherwise.
DATES = ("starts_at", "expires_at", "ended_at")

NUMBER = models.Count("pk")

# The first and the last id of changes that commit together: one and the same of a change alone.
Ids = tuple[UUID, UUID]


def live_at(moment: datetime, prefix: str = "") -> Q:
    """Return the condition "started, not ended and not expired at that moment"."""
    p = prefix
    return (
        Q(**{f"{p}starts_at__lte": moment})
        & (Q(**{f"{p}ended_at": None}) | Q(**{f"{p}ended_at__gt": moment}))
        & (Q(**{f"{p}expires_at": None}) | Q(**{f"{p}expires_at__gt": moment}))
    )


def live_now(moment: datetime, prefix: str = "") -> Q:
    """Return the condition for the present, shaped so that the indexes of not-ended facts serve it."""
    p = prefix
    return Q(**{f"{p}ended_at": None, f"{p}starts_at__lte": moment}) & (
        Q(**{f"{p}expires_at": None}) | Q(**{f"{p}expires_at__gt": moment})
    )


def live_before(changes: Ids, moment: datetime, prefix: str = "") -> Q:
    """Return the condition for what was live just before changes that aren't committed yet."""
    return Q(**{f"{prefix}starts_at__lte": moment}) & standing_before(changes, moment, prefix)


def standing_now(moment: datetime, prefix: str = "") -> Q:
    """Return the condition for what is live or planned: neither ended nor run out."""
    p = prefix
    return Q(**{f"{p}ended_at": None}) & (Q(**{f"{p}expires_at": None}) | Q(**{f"{p}expires_at__gt": moment}))


def standing_before(changes: Ids, moment: datetime, prefix: str = "") -> Q:
    """Return the condition for what was live or planned just before changes that aren't committed yet."""
    p = prefix
    unexpired = Q(**{f"{p}expires_at": None}) | Q(**{f"{p}expires_at__gt": moment})
    started_now = _one_of(f"{p}started_in", changes)
    standing = Q(**{f"{p}ended_at": None}) & ~started_now
    # A change may start and end one and the same fact; such a fact was not there before.
    ended_now = _one_of(f"{p}ended_in", changes) & ~started_now
    return unexpired & (standing | ended_now)


def _one_of(name: str, changes: Ids) -> Q:
    first, last = changes
    return Q(**{name: first}) if first == last else Q(**{f"{name}__range": changes})


def number_of(facts: models.QuerySet[Any], about: str, what: Combinable = NUMBER) -> Coalesce:
    """Return how many of the facts, or `what` of them, there are about the row to which `about` leads.

    Counted for each row that is shown: several kinds of facts joined to one row would multiply each other.
    """
    of_row = facts.filter(**{about: models.OuterRef("pk")}).order_by().values(about)
    counted = models.Subquery(of_row.annotate(number=what).values("number"))
    return Coalesce(counted, 0)


class FactQuerySet(ChangedQuerySet):
    def live(self, at: datetime | None = None) -> Self:
        """Return the facts in force now, or at a moment of the past or the future."""
        if at is None:
            return self.filter(live_now(timezone.now()))
        return self.filter(live_at(at))

    def not_ended(self) -> Self:
        """Return the facts that nobody ended: live ones, planned ones and ones that ran out."""
        return self.filter(ended_at=None)

    def run_out(self, like: "Collection[Fact]", at: datetime) -> "list[Fact]":
        """Return the facts that ran out, that nobody ended, and that have the subject of one of these."""
        fields = [self.model._meta.get_field(name).attname for name in self.model.SUBJECT]
        wanted = {tuple(getattr(fact, name) for name in fields) for fact in like}
        first = {f"{fields[0]}__in": {subject[0] for subject in wanted}}
        found = self.not_ended().filter(expires_at__lte=at, **first)
        return [fact for fact in found if tuple(getattr(fact, name) for name in fields) in wanted]


class Fact(ChangedModel):
    """One thing that holds from a start to an end.

    Never edited and never deleted: a change ends one fact and starts another. It is in force while it
    has started, was not ended and has not expired, by the clock of whoever asks. `SUBJECT` names the
    fields that at most one not-ended fact may share.
    """

    SUBJECT: tuple[str, ...] = ()

    starts_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    started_in = models.UUIDField()
    ended_in = models.UUIDField(null=True, blank=True)

    objects = FactQuerySet.as_manager()

    class Meta:
        abstract = True

    def like(self, starts_at: datetime | None, expires_at: datetime | None) -> Self:
        """Return an unsaved fact that says the same; without a start it begins when it is written."""
        of_its_own = {field.name for field in Fact._meta.local_fields} | {"id"}
        fields = [field for field in self._meta.concrete_fields if field.name not in of_its_own]
        dates = {"expires_at": expires_at} | ({"starts_at": starts_at} if starts_at else {})
        new = type(self)(**{field.attname: getattr(self, field.attname) for field in fields}, **dates)
        # What was read of the one needn't be read again for the other.
        for field in fields:
            if isinstance(field, models.ForeignKey) and field.is_cached(self):
                field.set_cached_value(new, field.get_cached_value(self))
        return new


def fact_constraints(table: str) -> list[models.BaseConstraint]:
    """Return what must hold of every fact: it ends after it began."""
    return [
        models.CheckConstraint(
            condition=Q(expires_at=None) | Q(expires_at__gt=F("starts_at")),
            name=f"{table}_expires_after_start",
        ),
        models.CheckConstraint(
            condition=Q(ended_at=None, ended_in=None) | Q(ended_at__isnull=False, ended_in__isnull=False),
            name=f"{table}_ended_in_a_change",
        ),
    ]


def one_not_ended(
    table: str, *fields: str, name: str = "one_not_ended", **condition: object
) -> models.UniqueConstraint:
    """Return the constraint that at most one not-ended fact has these subject and object fields."""
    return models.UniqueConstraint(
        fields=list(fields), condition=Q(ended_at=None, **condition), name=f"{table}_{name}"
    )
