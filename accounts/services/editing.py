"""What the account form does: details, groups and own levels in one change (S0-28, S0-42)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.matrix import givers_of, inherited_levels, own_levels, parse_levels
from accounts.models import Account
from accounts.services.grants import set_levels
from accounts.services.lifecycle import create_account, update_account
from accounts.services.memberships import set_groups
from accounts.services.unit_access import Entry, set_unit_access
from adminrights.change import Actor, change
from adminrights.conflicts import Sheet, refuse_stale, sheet_of, ticked
from adminrights.events import Event
from adminrights.models import Unit
from groups.models import Group, Membership


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asked for in the form.

    `details` are the arguments of create_account and update_account. `groups` and `ticks` ("module:level")
    are None where the form doesn't show them, and then stay as they are. `drawn` are the groups with which
    the form was drawn: levels that they gave were greyed in it, so an own one there stays.
    """

    details: Mapping[str, object] = field(default_factory=dict)
    groups: Collection[Group] | None = None
    ticks: Collection[str] | None = None
    drawn: Collection[Group] | None = None
    # The units that a new account may enter; None for the one in which it is made, alone (S2-24).
    units: Mapping[int, Entry] | None = None
    # When a new account's access ends by itself.
    ends: datetime | None = None


def add_account(wanted: Wanted, *, invite: bool, actor: Actor, unit: Unit) -> Account:
    """Create the account with groups and own levels, all or nothing (S0-28, S1-13).

    Raises what create_account, set_unit_access and parse_levels raise; a refusal is journaled.
    """
    with change(Event.ACCOUNT_CREATED, actor=actor, unit=unit, needs="accounts:create"):
        groups = wanted.groups or ()
        levels = parse_levels(wanted.ticks or (), {}, inherited_levels(givers_of(None, unit, groups)))
        details: dict[str, Any] = dict(wanted.details)
        account = create_account(
            **details,
            ends=wanted.ends,
            groups=groups,
            levels=levels,
            invite=invite,
            unit=unit,
            actor=actor,
        )
        if wanted.units is not None:
            set_unit_access(account, wanted.units, actor=actor, unit=unit, ends=wanted.ends)
    return account


def edit_account(
    account: Account, wanted: Wanted, *, seen: Sheet | None = None, actor: Actor, unit: Unit
) -> set[str]:
    """Change details, groups and own levels, all or nothing; return the names of the changed fields.

    Raises Stale when any of it is no longer as `seen`, and what update_account, set_groups, set_levels and
    parse_levels raise; a refusal is journaled.
    """
    with change(Event.ACCOUNT_UPDATED, actor=actor, unit=unit, target=account, needs="accounts:update") as c:
        account.refresh_from_db()
        refuse_stale(seen, _present(account, wanted, unit))
        c.concern(account)
        details: dict[str, Any] = dict(wanted.details)
        changed = update_account(account, actor=actor, unit=unit, **details)
        if wanted.ticks is not None:
            set_levels(account, _levels(account, wanted, unit), actor=actor, unit=unit)
        if wanted.groups is not None:
            set_groups(account, wanted.groups, actor=actor, unit=unit)
    return changed


def _levels(account: Account, wanted: Wanted, unit: Unit) -> dict[str, int]:
    inherited = inherited_levels(givers_of(account, unit, wanted.groups))
    greyed = inherited_levels(givers_of(account, unit, wanted.drawn))
    return parse_levels(wanted.ticks or (), own_levels(account, unit), inherited, greyed)


def _present(account: Account, wanted: Wanted, unit: Unit) -> Sheet:
    """Return the present state of what is asked for."""
    sheet = sheet_of(account, wanted.details)
    if wanted.groups is not None:
        sheet |= groups_sheet(account, unit)
    if wanted.ticks is not None:
        sheet |= levels_sheet(account, unit)
    return sheet


def groups_sheet(account: Account, unit: Unit) -> Sheet:
    """Return which groups of the unit and below the account is in."""
    live = Membership.objects.live().filter(account=account, group__in=Group.objects.in_unit(unit))
    return ticked("group", live.values_list("group_id", flat=True))


def levels_sheet(account: Account, unit: Unit) -> Sheet:
    """Return the account's own levels in the unit."""
    return {f"level:{module}": str(level) for module, level in own_levels(account, unit).items()}
