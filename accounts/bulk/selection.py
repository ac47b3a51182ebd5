"""Whom a step for many is about: the ticked rows, or all that a list counted."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from accounts.access import token_for
from accounts.filters import AccountFilter
from accounts.models import Account, AccountQuerySet
from accounts.names import names_in
from accounts.states import with_state
from adminrights.exceptions import Invalid, Moved

FILTERS = ("q", "status", "group", "role", "unit")
MOST_TICKED = 500
# The greatest number of an account.
GREATEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Selection:
    """The accounts, in the order of the list, and what a form carries to mean the same again."""

    people: list[Account]
    carried: dict[str, list[str]]


def place_of(request: HttpRequest) -> str:
    """Return what a seal is good for: one reader in one unit."""
    return f"bulk:{request.user.pk}:{request.unit.pk}"  # type: ignore[attr-defined]


def seal_all(request: HttpRequest, query: QueryDict, count: int, people: str = "") -> str:
    """Return what stands for all that a list with these filters counted, and later for these very people."""
    kept = {name: query[name] for name in FILTERS if query.get(name)}
    return signing.dumps([kept, count, people], salt=place_of(request), compress=True)


def read_selection(request: HttpRequest) -> Selection:
    """Return whom the sent form names; accounts that the reader doesn't see are left out.

    Raises Invalid where it names nobody, Moved where other people match by now than were counted.
    """
    if request.POST.get("all"):
        return _all(request)
    ticked = {int(pk) for pk in request.POST.getlist("pk") if pk.isascii() and pk.isdigit() and len(pk) < 19}
    if len(ticked) > MOST_TICKED:
        raise Invalid(_("These are too many rows to tick one by one. Use “all that match”."))
    here: AccountQuerySet = Account.objects.in_unit(request.unit)  # type: ignore[attr-defined]
    people = list(here.filter(pk__in=ticked))
    if not people:
        raise Invalid(_("Nobody is ticked. Tick the rows first."))
    return Selection(people, {"pk": [str(account.pk) for account in people]})


def _all(request: HttpRequest) -> Selection:
    try:
        kept, count, known = signing.loads(request.POST["all"], salt=place_of(request))
    except (signing.BadSignature, ValueError):
        raise Invalid(_("Nobody knows what was counted. Go back to the list and choose again.")) from None
    query = QueryDict(mutable=True)
    query.update(kept)
    people = matching(request, query)
    same = fingerprint(people)
    if len(people) != count or (known and known != same):
        raise Moved(
            _("%(now)d accounts match by now; %(then)d did when you chose. Look again and choose anew.")
            % {"now": len(people), "then": count}
        )
    if not people:
        raise Invalid(_("Nobody matches. Take a filter away."))
    return Selection(people, {"all": [seal_all(request, query, count, same)]})


def matching(request: HttpRequest, query: QueryDict) -> list[Account]:
    """Return whom All Accounts lists with these filters."""
    unit: Any = request.unit  # type: ignore[attr-defined]
    names = names_in(unit, token_for(request.user))  # type: ignore[arg-type]
    found = AccountFilter(
        query, queryset=with_state(Account.objects.in_unit(unit)), request=request, names=names
    )
    return list(found.qs) if found.is_valid() else []


def fingerprint(people: Collection[Account]) -> str:
    """Return what stands for these very people."""
    text = ",".join(map(str, sorted(account.pk for account in people)))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
