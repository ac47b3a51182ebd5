"""The facts about people that can have dates: membership, own rights, access to units."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.guards import ASSIGN, DELEGATE
from accounts.models import Grant, UnitAccess
from accounts.reach import UPDATE
from accounts.sources import right_in_words
from adminrights.days import Span
from adminrights.models import Unit
from groups.models import Membership
from roles.catalogue import catalogue

Dated = Membership | Grant | UnitAccess


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of dated fact. Of `needs` each set must have one permission that is held in its unit."""

    key: str
    label: Any
    model: type[Any]
    unit: str
    needs: tuple[frozenset[str], ...]
    read_along: tuple[str, ...]

    def below(self, unit: Unit) -> Q:
        """Return the condition that the fact belongs to the unit or to one below."""
        return Q(**{f"{self.unit}__path__startswith": unit.path, f"{self.unit}__closed_at": None})

    def facts(self, *conditions: Q) -> QuerySet[Any]:
        """Return the facts that meet the conditions, with all that `words` and `place` need."""
        along = ("account", "started_by", *self.read_along)
        return self.model.objects.filter(*conditions).select_related(*along)


KINDS: Mapping[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            "membership",
            gettext_lazy("Group"),
            Membership,
            "group__unit",
            (frozenset({"group_members:create"}), frozenset({"group_members:delete"})),
            ("group__unit",),
        ),
        Kind(
            "right",
            gettext_lazy("Own right"),
            Grant,
            "unit",
            (frozenset({ASSIGN, DELEGATE}),),
            ("unit",),
        ),
        Kind(
            "access",
            gettext_lazy("Access to a unit"),
            UnitAccess,
            "unit",
            (frozenset({UPDATE}),),
            ("unit",),
        ),
    )
}


def kind_of(fact: Dated) -> Kind:
    """Return the kind of the fact."""
    return next(kind for kind in KINDS.values() if isinstance(fact, kind.model))


def place_of(fact: Dated) -> Unit:
    """Return the unit to which the fact belongs."""
    unit: Unit = fact.group.unit if isinstance(fact, Membership) else fact.unit
    return unit


def words(fact: Dated) -> str:
    """Return what the fact gives, for people."""
    if isinstance(fact, Membership):
        return _("Group %s") % fact.group.display_name
    if isinstance(fact, Grant):
        return _("Own right: %s") % right_in_words(fact.right)
    return _("Access to %s") % fact.unit.name


def asked_by(fact: Dated) -> str:
    """Return the permission, or the named one, that the fact gives by itself; empty where it gives others."""
    key = str(fact.permission_id or "") if isinstance(fact, Grant) else ""
    return key if key in catalogue().permissions or key in catalogue().named else ""


def span_of(fact: Dated) -> Span:
    """Return the dates of the fact."""
    return Span(fact.starts_at, fact.expires_at)


def is_planned(fact: Dated, now: datetime) -> bool:
    """Return whether it has yet to begin."""
    return bool(fact.starts_at > now)
