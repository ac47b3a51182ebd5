"""Who may answer which requests, and what people see of their own; reads only."""

from collections.abc import Sequence
from datetime import timedelta
from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils import timezone

from accounts.access import anything_for, effective
from accounts.guards import ASSIGN, DELEGATE, is_administration
from accounts.helpers import givers
from accounts.models import AccessRequest, Account, Grant, may_enter
from accounts.models.requests import AccessRequestQuerySet
from accounts.passing import passing
from accounts.reach import READ
from accounts.why.case import missing_features
from accounts.why.steps import Step, of_kind
from accounts.why.suggestions import Question, ask
from adminrights import clock
from adminrights.models import Unit
from adminrights.models.facts import standing_now
from groups.models import Group
from groups.services import other_levels

# How long the answers to one's own requests stay on My access.
SHOWN = timedelta(days=90)
MOST_SHOWN = 10
ALONG = ("account", "unit__root", "answered_by")
CAN_END = frozenset({"key", "level", "group"})


def may_answer(reader: Account, unit: Unit) -> bool:
    """Return whether the reader answers requests in the unit: sees its people, and hands out rights."""
    return reader.may(READ, unit) and any(reader.may(key, unit) for key in (ASSIGN, DELEGATE))


def is_shown(reader: Account, unit: Unit | None) -> bool:
    """Return whether the menu leads to the requests."""
    return unit is not None and may_answer(reader, unit)


def requests_seen_by(reader: Account, unit: Unit) -> AccessRequestQuerySet:
    """Return the requests of the unit and below in whose unit the reader may answer, but not his own."""
    return _answerable(reader, requests_in(unit))


def _answerable(reader: Account, asked: AccessRequestQuerySet) -> AccessRequestQuerySet:
    """Return those of the requests that the reader may answer; it costs one statement."""
    units = _units_to_answer(reader, asked)
    return asked.filter(unit__in=[each.pk for each in units]).exclude(account=reader)


def _units_to_answer(reader: Account, asked: AccessRequestQuerySet) -> list[Unit]:
    units = Unit.objects.filter(pk__in=asked.order_by().values("unit"))
    return [each for each in units if may_answer(reader, each)]


def requests_in(unit: Unit) -> AccessRequestQuerySet:
    """Return the requests of the unit and below; of people who work there no more nothing is asked."""
    here = AccessRequest.objects.filter(unit__path__startswith=unit.path, unit__closed_at=None)
    found: AccessRequestQuerySet = here.filter(may_enter(unit, "account")).select_related(*ALONG)
    return found


def waiting(reader: Account, unit: Unit) -> int:
    """Return how many requests wait for which the reader could give what is asked; mostly there are none."""
    if not anything_for(reader).requests:
        return 0
    asked = requests_in(unit).open()
    could = [_could_give(reader, each) for each in _units_to_answer(reader, asked)]
    return asked.filter(reduce(or_, could)).exclude(account=reader).count() if could else 0


def _could_give(reader: Account, unit: Unit) -> Q:
    """Return which requests in the unit ask for what the reader may pass on there."""
    rights = effective(reader, unit).effective
    if DELEGATE in rights:
        return Q(unit=unit)
    return Q(unit=unit, permission__in=[key for key in rights if not is_administration(key)])


def own_requests(account: Account, unit: Unit) -> list[AccessRequest]:
    """Return the newest requests of the account in the organisation: open ones, and answers of late."""
    root = unit.root or unit
    own = AccessRequest.objects.filter(account=account, unit__path__startswith=root.path)
    found = own.filter(asked_at__gte=timezone.now() - SHOWN).select_related("unit", "answered_by")
    return list(found[:MOST_SHOWN])


def open_request(account: Account, unit: Unit, permission: str) -> AccessRequest | None:
    """Return the request for it that waits for an answer."""
    own = AccessRequest.objects.open().filter(account=account, unit=unit, permission=permission)
    return own.first()


def has_it(request: AccessRequest) -> bool:
    """Return whether whoever asked may do it by now."""
    account = Account.objects.get(pk=request.account_id)
    return request.permission in effective(account, request.unit).effective


def who_can_give(account: Account, unit: Unit, permission: str) -> list[Account]:
    """Return the first of those who could give it, who are told of the request.

    Where the unit lacks a feature for it, they are those who may switch that on as well.
    """
    features = missing_features(ask(account, unit, permission, account).case())
    return givers(account, unit, permission, licensing=bool(features))


def may_decide(reader: Account, request: AccessRequest) -> bool:
    """Return whether the reader could pass on what is asked for; anything, where it is unknown by now."""
    known = passing(reader, request.account, request.unit)
    return known.anything and (not request.is_known or known.may_give(request.permission))


def stays(asked: Question, steps: Sequence[Step]) -> bool:
    """Return whether something of the steps can't end by itself.

    Neither can what takes the place of something else: at the end that would be gone as well.
    """
    if any(step.kind not in CAN_END for step in steps):
        return True
    account, unit = asked.account, asked.unit
    modules = [right.partition("@")[0] for right in of_kind(steps, "level")]
    standing = Grant.objects.filter(standing_now(clock.now()), account=account, unit=unit)
    if modules and standing.filter(module__in=modules).exists():
        return True
    groups = Group.objects.filter(pk__in=of_kind(steps, "group"))
    return any(other_levels(group).filter(account=account).exists() for group in groups)
