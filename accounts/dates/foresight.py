"""What dates will do to somebody when they come: shown before they are saved."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.access import effective
from accounts.dates.kinds import Dated, place_of
from adminrights.days import in_words
from adminrights.hooks import hooks
from adminrights.models import Unit

INSTANT = timedelta(microseconds=1)
Line = dict[str, str]


def foresee(fact: Dated, now: datetime) -> list[Line]:
    """Return what the account gains at the fact's start and loses at its end, in the fact's unit.

    It is worked out from all that is known now: another source of the same right makes a difference.
    """
    return [*_start(fact, now), *_end(fact)]


def _start(fact: Dated, now: datetime) -> Iterator[Line]:
    if fact.starts_at <= now:
        return
    gained = _rights(fact, fact.starts_at) - _rights(fact, fact.starts_at - INSTANT)
    yield _line("gain", fact, fact.starts_at, gained)


def _end(fact: Dated) -> Iterator[Line]:
    if fact.expires_at is None:
        return
    lost = _rights(fact, fact.expires_at - INSTANT) - _rights(fact, fact.expires_at)
    yield _line("lose", fact, fact.expires_at, lost)


def _rights(fact: Dated, at: datetime) -> frozenset[str]:
    unit: Unit = place_of(fact)
    return frozenset(effective(fact.account, unit, at, as_if_active=True).effective)


def _line(kind: str, fact: Dated, at: datetime, rights: frozenset[str]) -> Line:
    words = {"when": in_words(at), "who": fact.account.name, "unit": place_of(fact).name}
    if not rights:
        text = _("At %(when)s %(who)s neither gains nor loses a right in %(unit)s: other sources stay.")
        return {"kind": "note", "text": text % words}
    text = (
        _("At %(when)s %(who)s gains in %(unit)s: %(what)s")
        if kind == "gain"
        else _("At %(when)s %(who)s loses in %(unit)s: %(what)s")
    )
    return {"kind": kind, "text": text % (words | {"what": hooks.summary(rights)})}
