"""What was left over: groups and roles without effect, invitations that nobody accepted."""

from collections.abc import Iterator

from django.db.models import Min
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.least.doubled import twin_roles
from accounts.least.finding import Finding
from accounts.least.world import World
from accounts.models import Account, Invitation


def idle_groups(world: World) -> Iterator[Finding]:
    """Yield groups without members, now or planned, and groups without roles.

    Those of the role matrix are made on their first use and stay.
    """
    filled = {member.group_id for member in world.memberships}
    for group in world.groups:
        if group.standing_role_id is not None:
            continue
        if group.pk not in filled:
            yield Finding("empty_group", str(group), group, group.unit, _("Nobody is in it"), group)
        elif group.pk not in world.carried:
            yield Finding("bare_group", str(group), group, group.unit, _("Gives its members nothing"), group)


def loose_roles(world: World) -> Iterator[Finding]:
    """Yield roles of the organisation that no group carries; twins are told of elsewhere."""
    carried = {fact.role_id for facts in world.carried.values() for fact in facts}
    twins = {finding.thing.pk for finding in twin_roles(world)}
    for role in world.roles:
        if role.pk not in carried and role.pk not in twins:
            yield Finding("loose_role", str(role), role, world.unit, _("No group carries it"), role)


def stale_invitations(world: World) -> Iterator[Finding]:
    """Yield people whose invitation has run out, or who were first invited longer ago than is looked back."""
    people = Account.objects.in_unit(world.unit).filter(status=Account.Status.PENDING)
    sent = Invitation.objects.filter(account__in=people).values_list("account").order_by()
    first = dict(sent.annotate(at=Min("created_at")))
    rows = Invitation.objects.outstanding().filter(account__in=people).select_related("account", "unit")
    for row in rows.order_by("created_at", "pk"):
        invited = first[row.account_id]
        days = (world.now - invited).days
        if row.is_expired:
            why = _("Ran out on %s") % date_format(localtime(row.expires_at), "SHORT_DATE_FORMAT")
        elif invited <= world.cutoff:
            why = ngettext("Not accepted for %d day", "Not accepted for %d days", days) % days
        else:
            continue
        yield Finding("invitation", _("Invitation to %s") % row.address, row.account, row.unit, why, row)
