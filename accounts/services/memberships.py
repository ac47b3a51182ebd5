"""The groups of one account."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from accounts.models import Account
from adminrights.change import Actor, change
from adminrights.events import Event
from adminrights.exceptions import Invalid
from adminrights.models import Unit
from adminrights.models.facts import standing_now
from groups.models import Group, Membership


def set_groups(account: Account, groups: Collection[Group], *, actor: Actor, unit: Unit) -> None:
    """Make these the account's groups in the unit and below; groups elsewhere stay (S0-30, S1-06).

    Raises Invalid for a group that isn't there, and what the guards raise.
    """
    wanted = {group.pk: group for group in groups}
    offered = Group.objects.in_unit(unit).filter(pk__in=wanted)
    with change(Event.MEMBERSHIPS_CHANGED, actor=actor, unit=unit, target=account) as c:
        if offered.count() != len(wanted):
            raise Invalid(_("One of the groups doesn't exist here any more. Look at the list again."))
        here = Membership.objects.live(c.at).filter(account=account, group__in=Group.objects.in_unit(unit))
        present = {membership.group_id: membership for membership in here.select_related("group")}
        gone = [membership for group, membership in present.items() if group not in wanted]
        new = [Membership(account=account, group=group) for pk, group in wanted.items() if pk not in present]
        if new:
            c.require("group_members:create", unit)
        if gone:
            c.require("group_members:delete", unit)
        # What was planned for later makes room for what begins now.
        planned = Membership.objects.filter(standing_now(c.at), account=account, starts_at__gt=c.at)
        gone += planned.filter(group__in=[each.group_id for each in new]).select_related("group")
        c.end_all(gone)
        c.start_all(new)
