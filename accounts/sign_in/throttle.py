"""How often may be tried: counted by browser and by source in the cache that all processes share (A10).

The lock of an account (services/sessions.py) stops guessing from many sources. It holds for strange
browsers only; one in which the person has signed in before has a count of its own. So nobody can shut
somebody else out, and whoever guesses has few tries whichever way they go.
"""

import ipaddress
import math
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, NoReturn

from allauth.core import ratelimit
from allauth.core.internal.ratelimit import RateLimitUsage, consume, get_cache_key, get_rates
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import ngettext

from adminrights.change import SYSTEM, Change, record_refusal
from adminrights.events import Event
from adminrights.exceptions import TooManyTries
from adminrights.origin import current_origin

KNOWN, SOURCE, RESET = "sign_in_known", "sign_in_source", "reset_source"
APP = "allauth.account"
# One customer of a provider has a whole network of such addresses.
NETWORK = 64


class Tries(NamedTuple):
    """A counted try: what takes the count back, and whether a lock spares the browser."""

    usage: RateLimitUsage
    spared: bool


def source(text: str = "") -> str:
    """Return the source of an address, of the request's if none is given: of IPv6 the network."""
    text = text or current_origin().address
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, NETWORK), strict=False))


def count_try(request: HttpRequest, browser: str) -> Tries:
    """Count a try to sign in. Raises TooManyTries.

    A known browser spends its own tries first, and then those of its source, as a strange one does.
    """
    if browser and (usage := consume(request, app=APP, action=KNOWN, key=browser)):
        return Tries(usage, spared=True)
    usage = consume(request, app=APP, action=SOURCE, key=source())
    if usage is None:
        refuse(SOURCE)
    return Tries(usage, spared=False)


def count_reset(request: HttpRequest) -> None:
    """Count a request for a new password against its source. Raises TooManyTries."""
    if not consume(request, app=APP, action=RESET, key=source()):
        refuse(RESET)


class Limit(NamedTuple):
    """A source from which nothing is taken for now: of which kind, how many tries, since when, until when."""

    action: str
    source: str
    tries: int
    since: datetime
    until: datetime


def limits_on(sources: Iterable[str]) -> list[Limit]:
    """Return the limits that hold right now, those that hold longest first."""
    counted = {
        get_cache_key(None, app=APP, action=action, rate=rate, key=place): (action, place, rate)
        for place in sources
        for action in (SOURCE, RESET)
        for rate in get_rates(app=APP, action=action)
    }
    found = []
    for key, history in cache.get_many(counted).items():
        action, place, rate = counted[key]
        tries = [at for at in history if at > time.time() - rate.duration]
        if len(tries) >= rate.amount:
            since, until = moment(max(tries)), moment(min(tries) + rate.duration)
            found.append(Limit(action, place, len(tries), since, until))
    return sorted(found, key=lambda limit: (limit.until, limit.source), reverse=True)


def moment(seconds: float) -> datetime:
    """Return a time of the counter as everybody else names times."""
    return datetime.fromtimestamp(seconds, tz=UTC)


def longest() -> timedelta:
    """Return how long a limit holds at most."""
    rates = [rate for action in (SOURCE, RESET) for rate in get_rates(app=APP, action=action)]
    return timedelta(seconds=max(rate.duration for rate in rates))


def lift(address: str) -> None:
    """Forget what was counted against the source."""
    for action in (SOURCE, RESET):
        ratelimit.clear(None, action=action, key=address)
        cache.delete(_told(action, address))


def refuse(action: str) -> NoReturn:
    """Raise TooManyTries, and journal it once in the time for which it holds."""
    seconds = max(rate.duration for rate in get_rates(app=APP, action=action))
    minutes = math.ceil(seconds / 60)
    refusal = TooManyTries(
        ngettext(
            "Too many tries came from your network. Wait %(count)d minute and try again.",
            "Too many tries came from your network. Wait %(count)d minutes and try again.",
            minutes,
        )
        % {"count": minutes}
    )
    if cache.add(_told(action, source()), "", seconds):
        record_refusal(Change(Event.SIGN_INS_LIMITED, SYSTEM), refusal)
    raise refusal


def _told(action: str, key: str) -> str:
    return f"sign_in:told:{action}:{key}"
