"""Carrying out what the page "Why" suggests: several small steps as one change."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Account, Grant, UnitAccess
from accounts.reach import administered
from accounts.services.grants import set_levels, set_permissions
from accounts.services.lifecycle import reactivate_account
from accounts.services.unit_access import Entry, entry_of, set_unit_access
from accounts.services.units import switch_feature
from accounts.why.steps import Step, in_order, of_kind
from adminrights import clock
from adminrights.change import Actor, change
from adminrights.days import Span
from adminrights.events import Event
from adminrights.exceptions import Invalid, NotFound
from adminrights.models import Unit
from adminrights.models.facts import standing_now
from adminrights.services import line_of
from groups.models import Group
from groups.services import add_members, other_levels


def take_steps(
    account: Account, steps: Sequence[Step], *, actor: Actor, unit: Unit, ends: datetime | None = None
) -> None:
    """Take the steps, so that the account is allowed something in the unit, all or none.

    Memberships and own rights that they give hold until `ends`; the other kinds of steps have no end.

    One kind of step alone is journaled as what it is; several together are one change of the account's
    rights. Raises Invalid for no step, NotFound for a group that isn't of the unit or of one above it, and
    what the service of each step raises.
    """
    if not steps:
        raise Invalid(_("Choose one of the changes that the page before suggests."))
    kinds = list(dict.fromkeys(step.kind for step in in_order(steps)))
    if len(steps) == 1 or kinds in (["key"], ["level"]):
        _take(kinds[0], account, steps, actor, unit, ends)
        return
    with change(Event.ACCOUNT_RIGHTS_CHANGED, actor=actor, unit=unit, target=account):
        for kind in kinds:
            _take(kind, account, steps, actor, unit, ends)


def _take(
    kind: str, account: Account, steps: Sequence[Step], actor: Actor, unit: Unit, ends: datetime | None
) -> None:
    whats = of_kind(steps, kind)
    if kind == "activate":
        reactivate_account(account, actor=actor, unit=unit)
    elif kind in {"enter", "open", "second"}:
        _let_in(account, [int(what) if what else unit.pk for what in whats], actor, unit)
    elif kind == "feature":
        for feature in whats:
            switch_feature(unit, feature, on=True, actor=actor)
    elif kind == "group":
        _join(account, whats, actor, unit, ends)
    elif kind == "level":
        _raise_levels(account, whats, actor, unit, ends)
    else:
        set_permissions(account, dict.fromkeys(whats, True), actor=actor, unit=unit, ends=ends)


def _let_in(account: Account, units: Sequence[int], actor: Actor, unit: Unit) -> None:
    """Open these units as well; where he is let in with that unit's own rights only, with all rights."""
    reach = administered(actor, unit)
    standing = standing_now(clock.now())
    rows: QuerySet[UnitAccess] = UnitAccess.objects.filter(standing, account=account, unit__in=reach)
    wanted = {row.unit_id: entry_of(row) for row in rows}
    for pk in units:
        wanted[pk] = wanted.get(pk, Entry())._replace(own_rights_only=False)
    set_unit_access(account, wanted, actor=actor, unit=unit)


def _join(account: Account, groups: Sequence[str], actor: Actor, unit: Unit, ends: datetime | None) -> None:
    offered = Group.objects.present().filter(pk__in=groups, unit__in=line_of(unit)).select_related("unit")
    if len(offered) < len(groups):
        raise NotFound(_("There is no such group here."))
    for group in offered:
        instead = other_levels(group).filter(account=account).exists()
        add_members(group, [account], actor=actor, instead=instead, span=Span(None, ends))


def _raise_levels(
    account: Account, rights: Sequence[str], actor: Actor, unit: Unit, ends: datetime | None
) -> None:
    """Set these levels; the account's others in the unit stay."""
    present = Grant.objects.live().filter(account=account, unit=unit, module__isnull=False)
    levels = {str(module): int(level or 0) for module, level in present.values_list("module", "level")}
    for right in rights:
        module, _sign, level = right.partition("@")
        levels[module] = max(levels.get(module, 0), int(level))
    set_levels(account, levels, actor=actor, unit=unit, ends=ends)
