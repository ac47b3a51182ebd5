"""What was given to oneself, fact by fact, and where each is given back; reads only."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.dates.kinds import KINDS, Dated, asked_by, kind_of, place_of, words
from accounts.models import Account
from adminrights.days import brief
from adminrights.models import Unit
from adminrights.models.facts import standing_now
from groups.models import Membership


@dataclass(frozen=True, slots=True)
class Mine:
    """One fact as a line. Without an address it can't be given back: it is the only way in.

    `why_url` leads to why one may do what was given, where it is one permission, or a named one.
    """

    text: str
    unit: str
    since: datetime
    by: str
    dates: str
    url: str
    why_url: str = ""


def mine_in(account: Account, unit: Unit) -> list[Mine]:
    """Return all that was given to the account in the organisation, by kind; a statement for each."""
    now, root = timezone.now(), unit.root or unit
    own = standing_now(now) & Q(account=account)
    facts: list[Dated] = [f for kind in KINDS.values() for f in kind.facts(own, kind.below(root))]
    there = [f for f in facts if not isinstance(f, Membership) or f.group.deleted_at is None]
    ways_in = sum(kind_of(fact).key == "access" for fact in there)
    return [_line(fact, unit, now, last=ways_in == 1) for fact in there]


def _line(fact: Dated, here: Unit, now: datetime, *, last: bool) -> Mine:
    kind, unit = kind_of(fact).key, place_of(fact)
    only = last and kind == "access"
    asked = asked_by(fact) if unit.pk == here.pk else ""
    return Mine(
        text=words(fact),
        unit=unit.name if unit.pk != here.pk and kind != "access" else "",
        since=fact.starts_at,
        by=fact.started_by.name if fact.started_by else "",
        dates=brief(fact.starts_at, fact.expires_at, now),
        url="" if only else reverse("accounts:give_back", args=[kind, fact.pk]),
        why_url=reverse("accounts:my_why", args=[asked]) if asked else "",
    )
