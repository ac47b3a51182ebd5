"""Whom to ask: who can change what somebody may do in a unit (C-08); reads only.

To look after people's accounts isn't to hand out rights (S3-T15), so the answer follows the guards.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from accounts.access import holders_in
from accounts.effects import Side
from accounts.guards import ASSIGN, DELEGATE, LICENSING, is_administration
from accounts.held import Held, held_by
from accounts.models import Account
from accounts.policy import policy_now
from accounts.reach import READ
from adminrights.models import Unit
from adminrights.models.facts import live_now
from roles.wording import areas_of

MOST = 5


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who can give rights and take them. `areas` says which; none where he can pass on anything."""

    account: Account
    areas: tuple[str, ...] = ()


def helpers(account: Account, unit: Unit) -> list[Helper]:
    """Return the first of those who can change what the account may do in the unit.

    Those who can pass on anything come first. Nobody raises himself, nobody changes the owner's rights, and
    nobody those of an administrator who holds more.
    """
    found = {pk: _areas(rights) for pk, rights in _able(account, unit, _side()).items()}
    anything = [pk for pk, areas in found.items() if areas is None]
    something = [pk for pk, areas in found.items() if areas]
    people = [*_by_name(anything), *_by_name(something)][:MOST]
    return [Helper(person, found[person.pk] or ()) for person in people]


def givers(account: Account, unit: Unit, permission: str, *, licensing: bool = False) -> list[Account]:
    """Return the first of those who can give the account the permission in the unit.

    With `licensing` it takes a feature that the unit lacks, which the root's administrators switch (C-14).
    """
    side = _side()
    able = _able(account, unit, side)
    anything = [pk for pk, rights in able.items() if DELEGATE in rights]
    same = [] if is_administration(permission) else [pk for pk in able if permission in able[pk]]
    if licensing:
        held = held_by([*anything, *same], side.live)
        root = unit.root_id_or_self
        keepers = {pk for pk in held if LICENSING in side.rights(pk, held[pk], root).effective}
        anything, same = ([pk for pk in pks if pk in keepers] for pks in (anything, same))
    return list(dict.fromkeys([*_by_name(anything), *_by_name(same)]))[:MOST]


def _side() -> Side:
    return Side(policy_now(), live_now(timezone.now()))


def _able(account: Account, unit: Unit, side: Side) -> dict[int, frozenset[str]]:
    """Return who can change the account's rights in the unit, each with what he may do there himself."""
    if unit.root_id_or_self in side.policy.owned_by(account.pk):
        return {}
    keys = (DELEGATE, ASSIGN)
    able = {holder.account for key in keys for holder in holders_in(key, unit.pk, side.policy, side.live)}
    held = held_by(able | {account.pk}, side.live)
    guarded = _administration(account, held[account.pk], unit, side)
    found = {}
    for pk in able - {account.pk}:
        rights = side.rights(pk, held[pk], unit.pk).effective
        if READ in rights and _may_touch(pk, held[pk], guarded, side):
            found[pk] = rights
    return found


def _administration(account: Account, held: Held, unit: Unit, side: Side) -> dict[int, set[str]]:
    """Return what the account holds of administration in each unit of the organisation."""
    units = side.units(account.pk, held) & frozenset(side.policy.below(unit.root_id_or_self))
    mine = {each: set(filter(is_administration, side.rights(account.pk, held, each).held)) for each in units}
    return {each: rights for each, rights in mine.items() if rights}


def _may_touch(helper: int, held: Held, guarded: dict[int, set[str]], side: Side) -> bool:
    """Return whether the helper holds all the administration that the account holds, or may give any."""
    rights = ((side.rights(helper, held, unit).effective, theirs) for unit, theirs in guarded.items())
    return all(DELEGATE in mine or theirs <= mine for mine, theirs in rights)


def _areas(rights: Iterable[str]) -> tuple[str, ...] | None:
    """Return the areas in which there is something to pass on; None where it is anything."""
    if DELEGATE in rights:
        return None
    return areas_of(key for key in rights if not is_administration(key))


def _by_name(accounts: Iterable[int]) -> Iterable[Account]:
    return Account.objects.filter(pk__in=list(accounts)).order_by("last_name", "first_name", "pk")[:MOST]
