"""The first steps in a new organisation, each ticked by what is there: nothing about them is stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account
from adminrights.models import Unit
from groups.models import Group
from roles.models import Role

# With more accounts an organisation is no new one.
MOST_ACCOUNTS = 3
# So long the last word stands after the last step.
LAST_WORD_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Step:
    """What to do, why, and whether it is done. Without an address somebody else does it."""

    label: str
    text: str
    done: bool
    url: str = ""


def first_steps(reader: Account, unit: Unit, accounts: int) -> list[Step]:
    """Return the steps, the first one first; none where the organisation is no new one.

    All of them done, they are shown for a day more, with a last word about what comes next.
    `accounts` is how many there are. Only whoever may add accounts is led.
    """
    is_new = unit.parent_id is None and 0 < accounts <= MOST_ACCOUNTS
    if not is_new or not reader.may("accounts:create", unit):
        return []
    made = Min("created_at")
    role = Role.objects.offered_in(unit).own().order_by().aggregate(at=made)["at"]
    group = Group.objects.in_unit(unit).filter(standing_role=None).order_by().aggregate(at=made)["at"]
    if role and group and accounts > 1 and _is_over(unit, max(role, group)):
        return []
    return [
        Step(_("Set up the organisation"), _("You can sign in, and hand out access."), done=True),
        Step(
            _("Create a role"),
            _("It says what can be done: choose permissions once, use them often."),
            role is not None,
            _open(reader, unit, "roles:create", "roles:role_create"),
        ),
        Step(
            _("Create a group"),
            _("It says who: its members have what its roles allow."),
            group is not None,
            _open(reader, unit, "groups:create", "groups:group_create"),
        ),
        Step(
            _("Invite somebody"),
            _("They get a link by mail and choose a password."),
            accounts > 1,
            reverse("accounts:account_create"),
        ),
    ]


def _is_over(unit: Unit, since: datetime) -> bool:
    """Whether everything was there a day ago already."""
    before = timezone.now() - LAST_WORD_FOR
    return since < before and Account.objects.in_unit(unit).filter(created_at__lt=before).count() > 1


def _open(reader: Account, unit: Unit, permission: str, page: str) -> str:
    return reverse(page) if reader.may(permission, unit) else ""
