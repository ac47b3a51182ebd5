"""The dates of what an account has: from when, and to when. Another date is another fact (Fact)."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.dates.kinds import KINDS, Dated, Kind, is_planned, kind_of, place_of
from accounts.models import UnitAccess
from accounts.reach import administered
from accounts.services.unit_access import refuse_beyond, refuse_own_access
from adminrights.change import Actor, Change, change
from adminrights.conflicts import Sheet, refuse_stale, text_of
from adminrights.days import Span, day_of, refuse_impossible
from adminrights.events import Event
from adminrights.exceptions import Invalid, NotAllowed
from adminrights.models import Unit
from adminrights.models.facts import standing_now


def set_dates(fact: Dated, span: Span, *, actor: Actor, seen: Sheet | None = None) -> Dated:
    """End the fact and start its like with these dates, in one change; return the one that counts now.

    What has begun goes on: of it only the end is set. Raises Invalid for a fact that is over and for an end
    that has passed or lies before the start, Stale when the dates are no longer as `seen`, NotAllowed for
    whoever may not give and take such a thing in its unit, and what the guards raise: a later end is
    giving, so nobody prolongs his own rights.
    """
    kind = kind_of(fact)
    with change(Event.DATES_CHANGED, actor=actor, unit=place_of(fact), target=fact.account) as c:
        fact = _again(c, kind, fact)
        refuse_stale(seen, dates_sheet(fact, c.at))
        planned = is_planned(fact, c.at)
        starts = max(span.starts or c.at, c.at) if planned else c.at
        refuse_impossible(Span(starts, span.ends), c.at)
        if span.ends == fact.expires_at and (not planned or starts == fact.starts_at):
            return fact
        _require(c, kind, fact)
        c.end(fact)
        new: Dated = c.start(fact.like(starts, span.ends))
        return new


def set_ends(facts: Collection[Dated], ends: datetime | None, *, actor: Actor, unit: Unit) -> list[Dated]:
    """Let all of these facts end then, in one change, as `set_dates` does with one; return the new ones.

    Facts that end then already, or are over, stay. Raises what `set_dates` raises.
    """
    with change(Event.DATES_CHANGED, actor=actor, unit=unit) as c:
        refuse_impossible(Span(None, ends), c.at)
        new: list[Dated] = []
        for kind in KINDS.values():
            wanted = Q(pk__in=[fact.pk for fact in facts if isinstance(fact, kind.model)])
            found = [f for f in kind.facts(standing_now(c.at), wanted).order_by("pk") if f.expires_at != ends]
            new += _end_then(c, kind, found, ends)
    return new


def _end_then(c: Change, kind: Kind, facts: list[Dated], ends: datetime | None) -> list[Dated]:
    for fact in {place_of(fact).pk: fact for fact in facts}.values():
        _require(c, kind, fact)
    accesses = [fact for fact in facts if isinstance(fact, UnitAccess)]
    for fact in accesses:
        refuse_own_access(c, fact.account_id)
    for place in {fact.unit.pk: fact.unit for fact in accesses}.values():
        refuse_beyond([fact for fact in accesses if fact.unit == place], administered(c.actor, place))
    for fact in facts:
        if is_planned(fact, c.at):
            refuse_impossible(Span(fact.starts_at, ends), c.at)
    c.end_all(facts)
    starts = [fact.starts_at if is_planned(fact, c.at) else c.at for fact in facts]
    new: list[Dated] = c.start_all([fact.like(at, ends) for fact, at in zip(facts, starts, strict=True)])
    return new


def cancel_planned(fact: Dated, *, actor: Actor) -> None:
    """Take back what has yet to begin. Raises Invalid for what has begun, NotAllowed, and as the guards."""
    kind = kind_of(fact)
    with change(Event.DATES_CHANGED, actor=actor, unit=place_of(fact), target=fact.account) as c:
        fact = _again(c, kind, fact)
        if not is_planned(fact, c.at):
            raise Invalid(_("This has begun already. Take it away where it was given."))
        _require(c, kind, fact)
        c.end(fact)


def dates_sheet(fact: Dated, now: datetime) -> Sheet:
    """Return the last day of the fact, and the first of one that is planned, as its form shows them."""
    starts = {"starts": text_of(day_of(fact.starts_at))} if is_planned(fact, now) else {}
    return starts | {"ends": text_of(day_of(fact.expires_at))}


def _again(c: Change, kind: Kind, fact: Dated) -> Dated:
    """Return the fact as it is now. Raises Invalid where it is over."""
    found: Dated | None = kind.facts(standing_now(c.at), Q(pk=fact.pk)).first()
    if found is None:
        raise Invalid(_("This has ended, or was changed, in the meantime. Look at the page again."))
    return found


def _require(c: Change, kind: Kind, fact: Dated) -> None:
    unit = place_of(fact)
    for either in kind.needs:
        _require_one(c, sorted(either), fact)
    if isinstance(fact, UnitAccess):
        refuse_own_access(c, fact.account_id)
        refuse_beyond([fact], administered(c.actor, unit))


def _require_one(c: Change, either: list[str], fact: Dated) -> None:
    """Raise NotAllowed for the first, the smaller, unless the actor holds one of them."""
    for key in reversed(either[1:]):
        try:
            return c.require(key, place_of(fact))
        except NotAllowed:
            continue
    return c.require(either[0], place_of(fact))
