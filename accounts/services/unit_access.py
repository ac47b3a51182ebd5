"""Which units an account may enter."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Account, UnitAccess
from accounts.reach import UPDATE, administered
from adminrights.change import Actor, Change, change
from adminrights.conflicts import Sheet, refuse_stale
from adminrights.days import Span, refuse_impossible
from adminrights.events import Event
from adminrights.exceptions import Invalid, MayNotPassOn, NotFound, OwnAccount
from adminrights.models import Unit
from adminrights.models.facts import standing_now


class Entry(NamedTuple):
    """How an account enters a unit: with everything below, or with that unit's own rights only (C-17)."""

    includes_subunits: bool = False
    own_rights_only: bool = False


def entry_of(access: UnitAccess) -> Entry:
    """Return how the row lets its account in."""
    return Entry(access.includes_subunits, access.own_rights_only)


def access_sheet(account: Account, reach: Iterable[int], at: datetime) -> Sheet:
    """Return how the account enters each of these units."""
    rows = _standing(account, at).filter(unit__in=list(reach))
    return {f"unit:{row.unit_id}": code_of(entry_of(row)) for row in rows}


def code_of(entry: Entry | None) -> str:
    """Return an entry as a sheet holds it; nothing for no access."""
    return "" if entry is None else f"{int(entry.includes_subunits)}{int(entry.own_rights_only)}"


def start_access(c: Change, account: Account, unit: Unit, ends: datetime | None = None) -> None:
    """Let the account enter the unit, to that moment or for good, inside an open change. Raises Invalid."""
    start_accesses(c, [(account, ends)], unit)


def start_accesses(c: Change, people: Iterable[tuple[Account, datetime | None]], unit: Unit) -> None:
    """As `start_access`, of many accounts, each with its end."""
    people = list(people)
    for _account, ends in people:
        refuse_impossible(Span(None, ends), c.at)
    c.start_all([UnitAccess(account=account, unit=unit, expires_at=ends) for account, ends in people])


def set_unit_access(
    account: Account,
    wanted: Mapping[int, Entry],
    *,
    actor: Actor,
    unit: Unit,
    seen: Sheet | None = None,
    ends: datetime | None = None,
) -> None:
    """Make these the units that the account may enter, among those the actor administers (S2-05, S2-23).

    `wanted` is complete for the units from `unit` downwards in which the actor may change accounts; all
    other units stay as they are. What begins anew ends with `ends`. Raises NotFound for a unit out of that
    reach, Stale when the account's access there is no longer as `seen`, Invalid when nothing would be left
    under the root (S2-06), OwnAccount for the actor's own account, and what the guards raise.
    """
    with change(Event.ACCOUNT_ACCESS_CHANGED, actor=actor, unit=unit, target=account) as c:
        c.require(UPDATE, unit)
        reach = administered(actor, unit)
        if wanted.keys() - reach.keys():
            raise NotFound(_("There is no such unit here, or you may not change accounts in it."))
        refuse_stale(seen, access_sheet(account, reach, c.at))
        present = {row.unit_id: row for row in _standing(account, c.at).filter(unit__in=reach)}
        gone = [row for pk, row in present.items() if wanted.get(pk) != entry_of(row)]
        changed = wanted.keys() - {pk for pk, row in present.items() if row not in gone}
        fresh = {pk: UnitAccess(expires_at=ends, starts_at=c.at) for pk in changed}
        new = [_access(account, reach[pk], wanted[pk], (fresh | present)[pk], c.at) for pk in sorted(changed)]
        if not gone and not new:
            return
        refuse_own_access(c, account.pk)
        refuse_beyond([*gone, *new], reach)
        c.end_all(gone)
        c.start_all(new)
        _refuse_nowhere(c, account, unit)


def _standing(account: Account, at: datetime) -> QuerySet[UnitAccess]:
    return UnitAccess.objects.filter(standing_now(at), account=account).select_related("unit")


def _access(account: Account, unit: Unit, entry: Entry, old: UnitAccess, at: datetime) -> UnitAccess:
    """Return the new row; what stood there before hands on its dates."""
    dates = {"starts_at": max(old.starts_at, at), "expires_at": old.expires_at}
    return UnitAccess(account=account, unit=unit, **entry._asdict(), **dates)


def refuse_own_access(c: Change, account: int) -> None:
    """Raise OwnAccount where the actor would change which units he himself may enter."""
    if account == c.actor.pk:
        raise OwnAccount(_("You can't change which units you may enter. Ask another administrator."))


def refuse_beyond(rows: Iterable[UnitAccess], reach: Mapping[int, Unit]) -> None:
    """Raise MayNotPassOn for "everything below" where a part of that isn't the actor's to give or take."""
    for row in rows:
        if not row.includes_subunits:
            continue
        beyond = Unit.objects.open().below(row.unit).exclude(pk__in=reach).first()
        if beyond is not None:
            raise MayNotPassOn(
                _("Below %(unit)s there are units in which you may not change accounts.")
                % {"unit": row.unit.name}
            )


def _refuse_nowhere(c: Change, account: Account, unit: Unit) -> None:
    root = f"{unit.root_id_or_self}/"
    if not _standing(account, c.at).filter(unit__path__startswith=root).exists():
        raise Invalid(_("Choose at least one unit. To take away all access, remove the account."))
