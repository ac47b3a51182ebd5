"""What will end by itself: everybody's dated rights of a unit and of those below, the next end first."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.addresses import canonical
from accounts.dates.kinds import KINDS, Dated, Kind, kind_of, place_of, words
from accounts.models import Account
from adminrights.models import Unit
from adminrights.models.facts import live_at, standing_now
from groups.models import Membership

HEADS = ("name", "email", "status", "kind", "what", "unit", "from", "until", "given_by")


@dataclass(frozen=True, slots=True)
class Ending:
    """One right that ends by itself, whose it is, where, and who gave it or set its dates."""

    fact: Dated
    account: Account
    kind: Kind
    what: str
    unit: Unit
    until: datetime
    by: Account | None

    @property
    def name(self) -> str:
        """The name by which the list is sorted."""
        return f"{self.account.last_name} {self.account.first_name}".casefold()

    @property
    def unit_name(self) -> str:
        return self.unit.name

    @property
    def kind_label(self) -> str:
        """The kind in words."""
        return str(self.kind.label)

    def row(self) -> tuple[object, ...]:
        """Return it as a line of CSV."""
        return (
            self.account.name, self.account.email, self.account.status, self.kind.key, self.what,
            self.unit.name, self.fact.starts_at.isoformat(), self.until.isoformat(),
            self.by.name if self.by else "",
        )  # fmt: skip


def ending(
    unit: Unit,
    *,
    days: int | None = None,
    kind: str = "",
    text: str = "",
    at: datetime | None = None,
) -> list[Ending]:
    """Return what ends in the unit and below, within so many days, of one kind, of people like the text.

    It costs one statement for each kind. What is planned and has an end is there as well.
    """
    now = at or timezone.now()
    condition = (standing_now(now) if at is None else live_at(now)) & Q(expires_at__isnull=False)
    if days is not None:
        condition &= Q(expires_at__lte=now + timedelta(days=days))
    kinds = [each for each in KINDS.values() if kind in {"", each.key}]
    found = (end for each in kinds for end in _of_kind(each, condition & each.below(unit)))
    asked = canonical(text).split()
    fitting = (end for end in found if all(word in _searched(end) for word in asked))
    return sorted(fitting, key=lambda end: (end.until, end.name, end.what, end.fact.pk))


def end_condition(kind: Kind, unit: Unit, now: datetime, days: int) -> Q:
    """Return the condition that a fact of the kind ends within so many days, as `ending` lists it now."""
    ends = standing_now(now) & Q(expires_at__isnull=False, expires_at__lte=now + timedelta(days=days))
    there = Q(group__deleted_at=None) if kind.model is Membership else Q()
    return ends & kind.below(unit) & there


def _of_kind(kind: Kind, condition: Q) -> Iterator[Ending]:
    facts: Iterable[Dated] = kind.facts(condition)
    return (ending_of(fact) for fact in facts if not _of_deleted_group(fact))


def _of_deleted_group(fact: Dated) -> bool:
    return isinstance(fact, Membership) and fact.group.deleted_at is not None


def ending_of(fact: Dated) -> Ending:
    """Return a fact that has an end as a line."""
    assert fact.expires_at is not None  # noqa: S101 - the caller's condition says so
    return Ending(
        fact, fact.account, kind_of(fact), words(fact), place_of(fact), fact.expires_at, fact.started_by
    )


def _searched(end: Ending) -> str:
    return f"{end.account.search_text} {canonical(end.what)}"


def csv_of(found: Collection[Ending]) -> Iterator[tuple[object, ...]]:
    """Yield the head of the file and a line for each."""
    yield HEADS
    for end in found:
        yield end.row()
