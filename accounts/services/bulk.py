"""One step for many accounts, as one change: all of it or nothing. Who may is asked as for each alone."""

from collections.abc import Collection
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.dates.services import set_ends
from accounts.models import Account, UnitAccess
from accounts.services.invitations import resend_invitation
from accounts.services.lifecycle import switch_off, switch_on
from adminrights.change import Actor, change
from adminrights.days import Span
from adminrights.events import Event
from adminrights.exceptions import Invalid
from adminrights.models import Unit
from adminrights.models.facts import standing_now
from groups.models import Group, Membership
from groups.services import add_members, remove_members

People = Collection[Account]
Facts = Collection[Membership | UnitAccess]


def put_into_groups(
    people: People, groups: Collection[Group], *, actor: Actor, unit: Unit, ends: datetime | None = None
) -> None:
    """Put the accounts into each of the groups, with an end or without; who is in it already stays.

    Raises what `add_members` raises; Invalid for a group of the role matrix, whose levels replace another.
    """
    with change(Event.MEMBERSHIPS_CHANGED, actor=actor, unit=unit):
        for group in groups:
            if group.standing_role_id is not None:
                raise Invalid(_("%s belongs to the role matrix. Give levels there.") % group)
            add_members(group, people, actor=actor, span=Span(None, ends))


def take_out_of_groups(people: People, groups: Collection[Group], *, actor: Actor, unit: Unit) -> None:
    """Take the accounts out of each of the groups. Raises what `remove_members` raises."""
    with change(Event.MEMBERSHIPS_CHANGED, actor=actor, unit=unit):
        for group in groups:
            remove_members(group, people, actor=actor)


def facts_of(people: People, groups: Collection[Group], *, access: bool, unit: Unit) -> Facts:
    """Return what an end date is for: the memberships in the groups, and the access to the unit itself."""
    now, ids = timezone.now(), [account.pk for account in people]
    memberships = Membership.objects.filter(standing_now(now), account__in=ids, group__in=groups)
    accesses = UnitAccess.objects.filter(standing_now(now), account__in=ids, unit=unit)
    return [*memberships, *(accesses if access else ())]


def set_end(
    people: People,
    groups: Collection[Group],
    *,
    access: bool,
    ends: datetime | None,
    actor: Actor,
    unit: Unit,
) -> None:
    """Let the memberships in the groups, and the access to the unit if asked, end then, or never.

    Raises what `set_ends` raises.
    """
    set_ends(facts_of(people, groups, access=access, unit=unit), ends, actor=actor, unit=unit)


def disable_accounts(people: People, *, actor: Actor, unit: Unit, reason: str = "") -> None:
    """Switch the active accounts off, each with its notice. Raises what `disable_account` raises."""
    with change(Event.ACCOUNT_DISABLED, actor=actor, unit=unit, needs="accounts:update", reason=reason) as c:
        switch_off(c, people)


def reactivate_accounts(people: People, *, actor: Actor, unit: Unit, reason: str = "") -> None:
    """Switch the disabled accounts on again. Raises what `reactivate_account` raises."""
    event = Event.ACCOUNT_REACTIVATED
    with change(event, actor=actor, unit=unit, needs="accounts:update", reason=reason) as c:
        switch_on(c, people)


def resend_invitations(people: People, *, actor: Actor, unit: Unit) -> None:
    """Send each pending account a new link. Raises what `resend_invitation` raises."""
    with change(Event.INVITATION_RESENT, actor=actor, unit=unit, needs="accounts:update"):
        for account in people:
            resend_invitation(account, actor=actor, unit=unit)
