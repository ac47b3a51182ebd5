"""Who can't sign in right now because too much was tried: places, and accounts that are locked (A10).

A place, that is an address or a network of requests, belongs to no organisation: whoever sits there may try
accounts of all of them. So it isn't everybody's to see and to let in again. An organisation that has the
installation to itself sees every place. Where several share it, each sees those from which people of its own
have signed in lately: their office, which it must be able to help, and whose address it knows from its own
log. What others suffer it doesn't learn; a place that nobody knows is lifted by who runs the installation,
by command. A lift gives a place new tries and takes no lock from any account.
"""

import ipaddress
from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.models import Account, AccountQuerySet, may_enter
from accounts.sign_in.throttle import Limit, limits_on, longest, source
from adminrights.events import Event
from adminrights.models import JournalEntry, Unit

LATELY = timedelta(days=30)
MOST = 200


def limits_seen_from(unit: Unit) -> list[Limit]:
    """Return the limits that hold right now, as far as they are the unit's to know.

    They are found by the journal, which notes each place once as its limit begins.
    """
    limits = limits_on(_noted_places())
    if not limits or _is_alone(unit):
        return limits
    own = _own_places(unit, {limit.source for limit in limits})
    return [limit for limit in limits if limit.source in own]


def locked_in(unit: Unit) -> AccountQuerySet:
    """Return the accounts of the unit, or below it, that are locked right now."""
    accounts: AccountQuerySet = Account.objects.in_unit(unit)
    return accounts.locked().filter(status=Account.Status.ACTIVE).order_by("-locked_at", "pk")


def _noted_places() -> set[str]:
    # A limit can go on for its whole length after the end of the one that was noted.
    since = timezone.now() - 2 * longest()
    noted = JournalEntry.objects.filter(event=Event.SIGN_INS_LIMITED, at__gt=since).order_by("-at")
    return {source(address) for address in noted.values_list("address", flat=True)[:MOST] if address}


def _is_alone(unit: Unit) -> bool:
    return unit.parent_id is None and not Unit.objects.roots().open().exclude(pk=unit.pk).exists()


def _own_places(unit: Unit, places: Iterable[str]) -> set[str]:
    found = JournalEntry.objects.filter(
        _from(places), may_enter(unit, "actor"), event=Event.SIGNED_IN, at__gt=timezone.now() - LATELY
    )
    return {source(address) for address in found.order_by().values_list("address", flat=True).distinct()}


def _from(places: Iterable[str]) -> Q:
    """Return what finds the entries from the places, and perhaps a few more."""
    found = Q(pk=None)
    for place in places:
        if "/" in place:
            network = ipaddress.ip_network(place)
            found |= Q(address__startswith=str(network.network_address).rstrip(":"))
        else:
            found |= Q(address=place)
    return found
