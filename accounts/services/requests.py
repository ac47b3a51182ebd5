"""Asking for access: the request, its withdrawal, and the answers to it (accounts/asking)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.access import effective, units_of
from accounts.asking.reading import has_it, may_decide, open_request, stays, who_can_give
from accounts.models import AccessRequest, Account
from accounts.services.allowing import take_steps
from accounts.services.grants import require_handing_out
from accounts.why.steps import Step
from accounts.why.suggestions import ask, is_suggested
from adminrights.change import Actor, Change, change
from adminrights.days import Span, refuse_impossible
from adminrights.events import Event
from adminrights.exceptions import Invalid, MayNotPassOn, NotFound, OwnRights
from adminrights.models import Fact, Unit
from adminrights.text import clean_text
from roles.catalogue import catalogue

ASKED, GIVEN, DECLINED = "access_asked", "access_given", "access_declined"
OPEN_FOR = timedelta(days=30)
# Open ones of one person at a time, and new ones within a day: each sends mail.
MOST_OPEN, MOST_A_DAY = 5, 10
REASON_LENGTH = 300
State = AccessRequest.State


def ask_for_access(
    account: Account, permission: str, *, unit: Unit, reason: str, until: datetime | None = None
) -> AccessRequest:
    """File a person's own request for a permission in the unit, tell whoever could give it; return it.

    Raises NotFound for a unit that the person may not enter and for an unknown permission; Invalid for what
    he has or has asked for already, without a reason, for a day that is over, for too many requests, and
    where nobody could give it.
    """
    with change(Event.ACCESS_ASKED, actor=account, unit=unit, target=account) as c:
        if permission not in catalogue().permissions or not _works_in(account, unit):
            raise NotFound(_("There is nothing of this kind to ask for here."))
        c.reason = reason = _words(reason, _("Say in a few words what you need it for."))
        refuse_impossible(Span(None, until), c.at)
        if permission in effective(account, unit).effective:
            raise Invalid(_("You may do this here already."))
        _refuse_too_many(c, account, unit, permission)
        able = who_can_give(account, unit, permission)
        if not able:
            raise Invalid(_("Nobody can give you this here at the moment, so there is nobody to ask."))
        closes = min(c.at + OPEN_FOR, until or datetime.max.replace(tzinfo=c.at.tzinfo))
        request: AccessRequest = c.create(
            AccessRequest(
                account=account,
                unit=unit,
                permission=permission,
                reason=reason,
                until=until,
                asked_at=c.at,
                closes_at=closes,
            )
        )
        for each in able:
            c.send(ASKED, each, request=request.pk)
    return request


def _works_in(account: Account, unit: Unit) -> bool:
    return account.status == Account.Status.ACTIVE and unit in units_of(account)


def _words(text: str, otherwise: str) -> str:
    text = " ".join(clean_text(text).split())
    if not text:
        raise Invalid(otherwise)
    if len(text) > REASON_LENGTH:
        raise Invalid(_("Say it in at most %d characters.") % REASON_LENGTH)
    return text


def _refuse_too_many(c: Change, account: Account, unit: Unit, permission: str) -> None:
    own = AccessRequest.objects.filter(account=account)
    if open_request(account, unit, permission):
        raise Invalid(_("You have asked for this already. It waits for an answer."))
    if own.open(c.at).count() >= MOST_OPEN:
        raise Invalid(
            _("%d requests of yours wait for an answer. Wait, or withdraw one of them.") % MOST_OPEN
        )
    if own.filter(asked_at__gt=c.at - timedelta(days=1)).count() >= MOST_A_DAY:
        raise Invalid(_("You have asked very often today. Try again tomorrow."))
    # One that nobody answered in time makes room for the new one.
    for late in own.filter(unit=unit, permission=permission, state=State.OPEN):
        c.update(late, state=State.EXPIRED)


def withdraw_request(request: AccessRequest, account: Account) -> None:
    """Take back one's own request. Raises NotFound for somebody else's, Invalid for one that isn't open."""
    with change(Event.REQUEST_WITHDRAWN, actor=account, unit=request.unit, target=account) as c:
        if request.account_id != account.pk:
            raise NotFound(_("There is no such request."))
        c.update(_open(c, request), state=State.WITHDRAWN, answered_at=c.at)


def approve_request(
    request: AccessRequest, steps: Sequence[Step], *, actor: Actor, ends: datetime | None = None
) -> list[Fact]:
    """Give what was asked for, by exactly these steps and until `ends`; return the facts that it started.

    The steps are taken by the services for them, with everything that guards them. Raises Invalid for a
    request that isn't open, for steps that aren't one of the smallest changes that allow it, and for an end
    where something of it can't end; OwnRights for the actor's own request, NotAllowed, and as the services.
    """
    with change(Event.REQUEST_APPROVED, actor=actor, unit=request.unit, target=request.account) as c:
        request = _answerable(c, request)
        unit, account = request.unit, request.account
        refuse_impossible(Span(None, ends), c.at)
        asked = ask(account, unit, request.permission, actor)
        if not _works_in(account, unit):
            raise Invalid(_("%s can't work here at the moment. See to that first.") % account.name)
        if has_it(request):
            raise Invalid(_("%s may do this here already. Close the request.") % account.name)
        if not is_suggested(asked, steps):
            raise Invalid(_("This isn't one of the smallest changes any more. Look at the request again."))
        if ends is not None and stays(asked, steps):
            raise Invalid(_("This can't end by itself. Choose another change, or give it without an end."))
        take_steps(account, steps, actor=actor, unit=unit, ends=ends)
        if not has_it(request):
            raise Invalid(_("This doesn't allow what was asked for."))
        _answer(c, request, State.APPROVED, given_until=ends)
        c.send(GIVEN, account, request=request.pk)
        return list(c.started)


def decline_request(request: AccessRequest, *, answer: str, actor: Actor) -> None:
    """Say no, with a reason that the person is told. Raises Invalid, OwnRights, MayNotPassOn, NotAllowed."""
    with change(Event.REQUEST_DECLINED, actor=actor, unit=request.unit, target=request.account) as c:
        request = _answerable(c, request)
        c.reason = answer = _words(answer, _("Say why not: the person reads it."))
        c.concern(request.account)
        _answer(c, request, State.DECLINED, answer=answer)
        c.send(DECLINED, request.account, request=request.pk)


def close_request(request: AccessRequest, *, actor: Actor) -> None:
    """Close a request for what the person has meanwhile, and say so. Raises as `decline_request`."""
    with change(Event.REQUEST_CLOSED, actor=actor, unit=request.unit, target=request.account) as c:
        request = _answerable(c, request)
        if not has_it(request):
            raise Invalid(_("%s may not do this here. Give it, or decline.") % request.account.name)
        c.concern(request.account)
        _answer(c, request, State.SETTLED)
        c.send(GIVEN, request.account, request=request.pk)


def _open(c: Change, request: AccessRequest) -> AccessRequest:
    """Return the request as it is now. Raises Invalid unless it waits for an answer."""
    found = AccessRequest.objects.open(c.at).select_related("account", "unit__root").filter(pk=request.pk)
    again: AccessRequest | None = found.first()
    if again is None or again.unit.closed_at is not None:
        raise Invalid(_("This request doesn't wait for an answer any more."))
    return again


def _answerable(c: Change, request: AccessRequest) -> AccessRequest:
    """Return the request. Raises unless the actor may pass on what it asks for, to somebody else."""
    require_handing_out(c, request.unit)
    request = _open(c, request)
    if c.by_system:
        return request
    if request.account_id == c.actor.pk:
        raise OwnRights(_("You can't answer your own request. Somebody else has to do it."))
    if not may_decide(c.actor, request):
        raise MayNotPassOn(_("You may not pass this on yourself, so somebody else has to answer."))
    return request


def _answer(c: Change, request: AccessRequest, state: str, **values: object) -> None:
    c.update(request, state=state, answered_by_id=c.actor.pk, answered_at=c.at, **values)
