"""Units and the people in them: opened, closed, limited, licensed."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from accounts.access import enterable_units
from accounts.guards import seats_taken
from accounts.held import held_by
from accounts.models import Account, Grant, Invitation, UnitAccess
from accounts.policy import policy_now
from accounts.services.invitations import revoke_invitation
from adminrights import services as kernel
from adminrights.change import Actor, Change, change
from adminrights.conflicts import Sheet, refuse_stale, sheet_of
from adminrights.events import Event
from adminrights.exceptions import Invalid
from adminrights.models import Unit, UnitFeature
from adminrights.models.facts import live_now
from groups.models import Group, GroupRole, Membership
from roles.catalogue import catalogue
from roles.resolver import own_rights_only

# What the column holds on PostgreSQL.
MOST = 2_147_483_647


def open_unit(parent: Unit, name: str, *, actor: Actor) -> Unit:
    """Create a unit below another one and let its maker in; return it.

    There they have what they hold in the parent, no more. Raises as `create_unit`.
    """
    with change(Event.UNIT_CREATED, actor=actor, unit=parent) as c:
        unit = kernel.create_unit(parent, name, actor=actor)
        c.target = unit
        if not c.by_system:
            _let_in(c, parent, unit)
    return unit


def _let_in(c: Change, parent: Unit, unit: Unit) -> None:
    policy = policy_now(c.at)
    facts = held_by([c.actor.pk], live_now(c.at))[c.actor.pk].facts(c.actor.pk, policy)
    if unit.pk not in enterable_units(facts, policy):
        own_only = own_rights_only(facts, policy.place(parent.pk))
        c.start(UnitAccess(account=c.actor, unit=unit, own_rights_only=own_only))


def close_unit(unit: Unit, *, actor: Actor) -> None:
    """Close the unit and end all that gives access in it: nothing is left for nobody to see (Z10).

    Raises as the kernel's `close_unit`, and what the guards raise.
    """
    with change(Event.UNIT_CLOSED, actor=actor, unit=unit, target=unit) as c:
        kernel.close_unit(unit, actor=actor)
        accesses = list(UnitAccess.objects.not_ended().filter(unit=unit))
        c.end_all(accesses)
        c.end_all(Grant.objects.not_ended().filter(unit=unit))
        for group in Group.objects.present().filter(unit=unit):
            c.end_all(Membership.objects.not_ended().filter(group=group).select_related("group"))
            c.end_all(GroupRole.objects.not_ended().filter(group=group))
            c.update(group, deleted_at=c.at)
        _revoke_invitations(c, {access.account_id for access in accesses})


def _revoke_invitations(c: Change, accounts: set[int]) -> None:
    """End the invitations of those who would find nothing behind their link any more."""
    elsewhere = UnitAccess.objects.not_ended().filter(account__in=accounts).values("account")
    pending = Account.objects.filter(pk__in=accounts, status=Account.Status.PENDING)
    for account in pending.exclude(pk__in=elsewhere):
        revoke_invitation(c, account, Invitation.Revoked.REMOVED)


def set_limits(
    root: Unit,
    limits: Mapping[str, int | None],
    *,
    actor: Actor,
    seen: Sheet | None = None,
) -> set[str]:
    """Set `seat_limit` and `unit_limit` of a root, None for no limit; return what differed (C-15, S4-39).

    Raises Invalid below what is in use or for a unit that isn't a root, Stale when they are no longer as
    `seen`, NotAllowed without `units:update` at the root.
    """
    with change(Event.UNIT_LIMITS_CHANGED, actor=actor, unit=root, target=root, needs="units:update") as c:
        root.refresh_from_db()
        if root.parent_id is not None:
            raise Invalid(_("Only the organisation as a whole has limits."))
        refuse_stale(seen, sheet_of(root, limits))
        in_use = {"seat_limit": seats_taken(root), "unit_limit": kernel.units_in_use(root)}
        for name, limit in limits.items():
            _refuse_below(name, limit, in_use[name])
        return c.update(root, **limits)


def _refuse_below(name: str, limit: int | None, in_use: int) -> None:
    if limit is None or in_use <= limit <= MOST:
        return
    if limit > MOST:
        raise Invalid(_("This limit is too large. Leave it empty for none."))
    words = {
        "seat_limit": _("%d seats are taken. Disable or remove somebody first."),
        "unit_limit": _("%d units are in use. Close one first."),
    }
    raise Invalid(words[name] % in_use)


def switch_feature(unit: Unit, feature: str, *, on: bool, actor: Actor) -> bool:
    """Switch a feature of the unit on or off; return whether that changed anything (S3-90, S3-91, C-14).

    What accounts hold is never touched: without its feature it rests, and whoever gave it was judged as if
    the feature were on. So this gives nobody anything; it needs what entitles to the organisation's plan,
    `units:update` at the root, whatever the dates (`guards.licences`). Raises Invalid for a feature that
    the catalogue doesn't have or that is computed, NotAllowed.
    """
    with change(Event.UNIT_FEATURES_CHANGED, actor=actor, unit=unit, target=unit) as c:
        c.require("units:update", unit.root or unit)
        unit.refresh_from_db()
        _refuse_unknown(feature, unit)
        standing = UnitFeature.objects.not_ended().filter(unit=unit, feature=feature)
        live = standing.live(c.at).exists()
        if on and not live:
            c.start(UnitFeature(unit=unit, feature=feature))
        elif not on:
            c.end_all(standing)
        return live is not on


def _refuse_unknown(feature: str, unit: Unit) -> None:
    known = catalogue().features.get(feature)
    if known is None or unit.closed_at is not None:
        raise Invalid(_("There is no such feature."))
    if known.computed:
        raise Invalid(_("This feature is on by itself where it applies; nobody switches it."))
