"""Taking away what was decided, each fact by its ordinary service, so with every guard on."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from accounts.dates.kinds import Dated, is_planned
from accounts.dates.services import cancel_planned
from accounts.models import Account, Grant, ReviewLine, UnitAccess
from accounts.reach import administered
from accounts.reviews.scope import standing
from accounts.services.grants import set_levels, set_permission
from accounts.services.lifecycle import remove_account
from accounts.services.unit_access import entry_of, set_unit_access
from adminrights.change import Change
from adminrights.models.facts import standing_now
from groups.models import Group, Membership
from groups.services import remove_members


def take_away(c: Change, lines: Collection[ReviewLine]) -> None:
    """End what the lines are about, inside an open change. Raises what the services raise.

    Access goes last: where it is all that somebody has in the organisation, the person is removed.
    """
    facts = standing(lines, c.at)
    _memberships(c, [fact for fact in facts.values() if isinstance(fact, Membership)])
    for fact in facts.values():
        if isinstance(fact, Grant):
            _grant(c, fact)
    for fact in facts.values():
        if isinstance(fact, UnitAccess):
            _access(c, fact)


def _memberships(c: Change, facts: Iterable[Membership]) -> None:
    leaving: dict[Group, list[Account]] = defaultdict(list)
    for fact in facts:
        leaving[fact.group].append(fact.account)
    for group, people in leaving.items():
        remove_members(group, people, actor=c.actor)


def _grant(c: Change, fact: Grant) -> None:
    account, unit = fact.account, fact.unit
    if is_planned(fact, c.at):
        cancel_planned(fact, actor=c.actor)
    elif fact.module_id is None:
        set_permission(account, str(fact.permission_id), given=False, actor=c.actor, unit=unit)
    else:
        own = Grant.objects.live(c.at).filter(account=account, unit=unit, module__isnull=False)
        levels = dict(own.exclude(pk=fact.pk).values_list("module_id", "level"))
        set_levels(account, levels, actor=c.actor, unit=unit)


def _access(c: Change, fact: UnitAccess) -> None:
    account, unit = fact.account, fact.unit
    if is_last(fact, c):
        remove_account(account, actor=c.actor, unit=unit)
        return
    reach = administered(c.actor, unit)
    rows = UnitAccess.objects.filter(standing_now(c.at), account=account, unit__in=reach)
    wanted = {row.unit_id: entry_of(row) for row in rows.exclude(pk=fact.pk)}
    set_unit_access(account, wanted, actor=c.actor, unit=unit)


def is_last(fact: Dated, c: Change) -> bool:
    """Return whether it is the only access to the organisation that the person has."""
    if not isinstance(fact, UnitAccess):
        return False
    root = f"{fact.unit.root_id_or_self}/"
    rows = UnitAccess.objects.filter(standing_now(c.at), account=fact.account, unit__path__startswith=root)
    return not rows.exclude(pk=fact.pk).exists()
