"""The groups of accounts."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from accounts.models import Account
from adminrights.change import Actor, Change, change
from adminrights.events import Event
from adminrights.exceptions import Invalid
from adminrights.models import Unit
from adminrights.models.facts import standing_now
from groups.models import Group, Membership


def set_groups(account: Account, groups: Collection[Group], *, actor: Actor, unit: Unit) -> None:
    """Make these the account's groups in the unit and below; groups elsewhere stay (S0-30, S1-06).

    Raises Invalid for a group that isn't there, and what the guards raise.
    """
    with change(Event.MEMBERSHIPS_CHANGED, actor=actor, unit=unit, target=account) as c:
        set_groups_of(c, [(account, groups)], unit)


def set_groups_of(c: Change, people: Collection[tuple[Account, Collection[Group]]], unit: Unit) -> None:
    """As `set_groups`, of many accounts, each with its groups, inside an open change."""
    wanted = {(account.pk, group.pk): (account, group) for account, groups in people for group in groups}
    groups, accounts = {group for _account, group in wanted}, [account.pk for account, _groups in people]
    if Group.objects.in_unit(unit).filter(pk__in=groups).count() != len(groups):
        raise Invalid(_("One of the groups doesn't exist here any more. Look at the list again."))
    here = Membership.objects.live(c.at).filter(account__in=accounts, group__in=Group.objects.in_unit(unit))
    present = {(each.account_id, each.group_id): each for each in here.select_related("group")}
    gone = [membership for pair, membership in present.items() if pair not in wanted]
    new = [Membership(account=who, group=where) for key, (who, where) in wanted.items() if key not in present]
    if new:
        c.require("group_members:create", unit)
    if gone:
        c.require("group_members:delete", unit)
    # What was planned for later makes room for what begins now.
    planned = Membership.objects.filter(standing_now(c.at), account__in=accounts, starts_at__gt=c.at)
    begun = {(each.account_id, each.group_id) for each in new}
    planned = planned.filter(group__in={group for _account, group in begun}).select_related("group")
    gone += [each for each in planned if (each.account_id, each.group_id) in begun]
    c.end_all(gone)
    c.start_all(new)
