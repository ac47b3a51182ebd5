"""An account's own rights: levels of modules, and single permissions."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.effects import sides_of
from accounts.guards import Ceiling
from accounts.held import held_by
from accounts.models import Account, Grant
from adminrights import clock
from adminrights.change import Actor, Change, change
from adminrights.conflicts import Sheet, refuse_stale, ticked
from adminrights.events import Event
from adminrights.exceptions import Invalid, NotAllowed
from adminrights.models import Fact, Unit
from adminrights.models.facts import standing_before, standing_now
from groups.models import Membership
from roles.catalogue import LevelNotOffered, catalogue


def set_levels(
    account: Account, levels: Mapping[str, int], *, actor: Actor, unit: Unit, ends: datetime | None = None
) -> None:
    """Make these the account's own levels in the unit: module key → level, 0 or absent for none (S0-30).

    What is given by it holds until `ends`; what was there keeps its dates. Raises Invalid for an unknown
    module or a level that it doesn't offer (S0-36), NotAllowed for an actor who may hand out nothing
    (S3-T15), and what the guards raise.
    """
    with change(Event.GRANTS_CHANGED, actor=actor, unit=unit, target=account) as c:
        set_levels_of(c, [(account, levels)], unit, ends)


def set_levels_of(
    c: Change,
    people: Collection[tuple[Account, Mapping[str, int]]],
    unit: Unit,
    ends: datetime | None = None,
) -> None:
    """As `set_levels`, of many accounts, each with its levels, inside an open change."""
    wanted = {
        (account.pk, module): (account, level)
        for account, levels in people
        for module, level in levels.items()
        if level
    }
    for module, level in {(module, level) for (_pk, module), (_account, level) in wanted.items()}:
        refuse_unoffered(module, level)
    standing = Grant.objects.filter(
        standing_now(c.at), account__in=[account.pk for account, _levels in people], unit=unit
    )
    grants = list(standing.exclude(module=None))
    present = {_place(grant): grant for grant in grants if grant.starts_at <= c.at}
    gone = [grant for place, grant in present.items() if wanted.get(place, (None, 0))[1] != grant.level]
    kept = present.keys() - {_place(grant) for grant in gone}
    new = [
        Grant(account=account, unit=unit, module_id=place[1], level=level, expires_at=ends)
        for place, (account, level) in wanted.items()
        if place not in kept
    ]
    # What was planned for later makes room for what begins now.
    begun = {_place(grant) for grant in new}
    gone += [grant for grant in grants if grant.starts_at > c.at and _place(grant) in begun]
    if gone or new:
        require_handing_out(c, unit)
    c.end_all(gone)
    c.start_all(new)


def _place(grant: Grant) -> tuple[int, str]:
    return grant.account_id, str(grant.module_id)


def refuse_unoffered(module: str, level: int) -> None:
    """Raise Invalid unless the module offers the level."""
    try:
        catalogue().level(module, level)
    except LevelNotOffered as error:
        raise Invalid(_("The module doesn't offer this level. Choose one that the table shows.")) from error


def set_permission(account: Account, key: str, *, given: bool, actor: Actor, unit: Unit) -> None:
    """Give the account one permission in the unit, or take its own grant of it back; as `set_permissions`."""
    set_permissions(account, {key: given}, actor=actor, unit=unit)


def set_permissions(
    account: Account,
    wanted: Mapping[str, bool],
    *,
    actor: Actor,
    unit: Unit,
    seen: Sheet | None = None,
    ends: datetime | None = None,
) -> None:
    """Give or take back these permissions of the account's own in the unit, in one change (S2-09, S2-14).

    Keys that aren't named stay as they are; what is given by it holds until `ends`. Raises Invalid for an
    unknown permission, Stale when any of the account's own permissions there is no longer as `seen`, and as
    `set_levels`.
    """
    unknown = sorted(wanted.keys() - catalogue().holdable_keys())
    with change(Event.GRANTS_CHANGED, actor=actor, unit=unit, target=account) as c:
        if unknown:
            raise Invalid(_("There is no permission %s.") % unknown[0][:100])
        refuse_stale(seen, permissions_sheet(account, unit))
        grants = Grant.objects.filter(standing_now(c.at), account=account, unit=unit, permission__in=wanted)
        present = {str(grant.permission_id): grant for grant in grants}
        gone = [grant for key, grant in present.items() if not wanted[key]]
        new = [
            Grant(account=account, unit=unit, permission_id=key, expires_at=ends)
            for key, given in wanted.items()
            if given and key not in present
        ]
        if gone or new:
            require_handing_out(c, unit)
        c.end_all(gone)
        c.start_all(new)


def permissions_sheet(account: Account, unit: Unit) -> Sheet:
    """Return which single permissions are the account's own in this very unit."""
    standing = Grant.objects.filter(standing_now(clock.now()), account=account, unit=unit)
    return ticked("permission", standing.exclude(permission=None).values_list("permission_id", flat=True))


def require_handing_out(c: Change, unit: Unit) -> None:
    """Raise NotAllowed unless the actor may hand out something; it names the smaller of two rights (C-08)."""
    try:
        c.require("access:delegate", unit)
    except NotAllowed:
        c.require("access:assign", unit)


def end_beyond_ceiling(c: Change, account: Account) -> list[Fact]:
    """Take back what those who gave it could no longer give, inside the change of an acceptance (I9).

    Each gift is judged by its giver, who need not be the last to have sent the invitation. Returns the
    facts that were ended. What the system gave stays.
    """
    given: list[Fact] = [
        *Grant.objects.filter(standing_now(c.at), account=account, started_by__isnull=False),
        *Membership.objects.filter(standing_now(c.at), account=account, started_by__isnull=False),
    ]
    before, _after = sides_of(c)
    givers = {fact.started_by_id for fact in given if fact.started_by_id}
    ceilings = {giver.pk: Ceiling(giver, before) for giver in Account.objects.filter(pk__in=givers)}
    # What is planned for later was given as well.
    held = held_by([account.pk], standing_before(c.ids, c.at))[account.pk]
    beyond = [
        fact
        for fact in given
        if any(
            ceilings[fact.started_by_id or 0].may_not_pass_on(
                before.rights_of_fact(account.pk, held, fact, unit), unit
            )
            for unit in before.units(account.pk, held)
        )
    ]
    for fact in beyond:
        c.end(fact)
    c.scratch.pop("sides", None)
    return beyond
