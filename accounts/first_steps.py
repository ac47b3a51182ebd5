"""The first steps in a new organisation, each ticked by what is there: nothing about them is stored."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Account
from adminrights.models import Unit
from groups.models import Group
from roles.models import Role

# With more accounts an organisation is no new one.
MOST_ACCOUNTS = 3


@dataclass(frozen=True, slots=True)
class Step:
    """What to do, why, and whether it is done. Without an address somebody else does it."""

    label: str
    text: str
    done: bool
    url: str = ""


def first_steps(reader: Account, unit: Unit, accounts: int) -> list[Step]:
    """Return the steps, the first one first; none where all are done, or the organisation is no new one.

    `accounts` is how many there are. Only whoever may add accounts is led.
    """
    is_new = unit.parent_id is None and 0 < accounts <= MOST_ACCOUNTS
    if not is_new or not reader.may("accounts:create", unit):
        return []
    roles = Role.objects.offered_in(unit).own().exists()
    groups = Group.objects.in_unit(unit).filter(standing_role=None).exists()
    steps = [
        Step(_("Set up the organisation"), _("You can sign in, and hand out access."), done=True),
        Step(
            _("Create a role"),
            _("It says what can be done: choose permissions once, use them often."),
            roles,
            _open(reader, unit, "roles:create", "roles:role_create"),
        ),
        Step(
            _("Create a group"),
            _("It says who: its members have what its roles allow."),
            groups,
            _open(reader, unit, "groups:create", "groups:group_create"),
        ),
        Step(
            _("Invite somebody"),
            _("They get a link by mail and choose a password."),
            accounts > 1,
            reverse("accounts:account_create"),
        ),
    ]
    return [] if all(step.done for step in steps) else steps


def _open(reader: Account, unit: Unit, permission: str, page: str) -> str:
    return reverse(page) if reader.may(permission, unit) else ""
