"""How All Accounts is searched and narrowed."""

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.invited import CHOICES, invited
from accounts.models import Account, AccountQuerySet, Invitation
from accounts.models.accounts import quiet_now
from accounts.names import Names
from accounts.reach import READ
from adminrights.models import OutgoingMail, Unit
from adminrights.widgets import LongSelect
from groups.models import GroupRole, Membership

STATUSES = [
    *Account.Status.choices,
    ("expired", _("Invitation expired")),
    ("locked", _("Locked")),
    ("undelivered", _("Mail not delivered")),
    ("quiet", _("Not signed in for 90 days")),
]


def units_below(request: Any) -> list[Unit]:
    """Return the units below the one in which the reader works, of those that he may enter."""
    here = request.unit
    return [unit for unit in request.units if unit.path.startswith(here.path) and unit.pk != here.pk]


class AccountFilter(django_filters.FilterSet):
    """Search by name and address, status, group and role; all of it in the address."""

    q = django_filters.CharFilter(label=_("Name or e-mail"), method="search")
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=STATUSES, method="by_status", empty_label=_("All"), widget=LongSelect
    )
    group = django_filters.ChoiceFilter(
        label=_("Group"), choices=(), method="by_group", empty_label=_("All"), widget=LongSelect
    )
    role = django_filters.ChoiceFilter(
        label=_("Role"), choices=(), method="by_role", empty_label=_("All"), widget=LongSelect
    )

    unit = django_filters.ChoiceFilter(
        label=_("Unit"), choices=(), method="by_unit", empty_label=_("All"), widget=LongSelect
    )
    invited = django_filters.ChoiceFilter(
        label=_("Invited in the last 90 days"),
        choices=CHOICES,
        method="by_invitation",
        empty_label=_("All"),
        widget=LongSelect,
    )

    class Meta:
        model = Account
        fields: list[str] = []

    def __init__(self, *args: Any, names: Names, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = {str(unit.pk): unit for unit in units_below(self.request)}
        if self.units:
            self.filters["unit"].extra["choices"] = [(pk, unit.name) for pk, unit in self.units.items()]
        elif not self.data.get("unit"):
            # What leaves no choice is not asked.
            del self.filters["unit"]
        if not self.data.get("invited"):
            # The overview asks for it; it would be one too many for every day.
            del self.filters["invited"]
        # Handed over as functions of what is built in: all else a form copies, name by name.
        self.filters["group"].extra |= {
            "choices": names.groups.items,
            "widget": LongSelect(kept=names.group_options),
        }
        self.filters["role"].extra["choices"] = names.of_roles().copy

    def search(self, accounts: AccountQuerySet, name: str, text: str) -> AccountQuerySet:
        return accounts.search(text)

    def by_status(self, accounts: AccountQuerySet, name: str, status: str) -> AccountQuerySet:
        if status == "locked":
            return accounts.locked().filter(status=Account.Status.ACTIVE)
        if status == "undelivered":
            lost = OutgoingMail.objects.undelivered().filter(account=OuterRef("pk"))
            return accounts.filter(Exists(lost))
        if status == "expired":
            run_out = Invitation.objects.outstanding().filter(
                account=OuterRef("pk"), expires_at__lte=timezone.now()
            )
            return accounts.filter(Exists(run_out), status=Account.Status.PENDING)
        if status == "quiet":
            return accounts.filter(quiet_now())
        return accounts.filter(status=status)

    def by_invitation(self, accounts: AccountQuerySet, name: str, step: str) -> AccountQuerySet:
        """Keep whose invitation got so far, for whoever may look at the pages that tell it."""
        if not self.request.user.may(READ, self.request.unit):
            return accounts.none()
        return accounts.filter(invited(self.request.unit, step))

    def by_unit(self, accounts: AccountQuerySet, name: str, unit: str) -> AccountQuerySet:
        """Keep the accounts with access to the unit or to something below it."""
        return accounts.in_unit(self.units[unit])

    def by_group(self, accounts: AccountQuerySet, name: str, group: str) -> AccountQuerySet:
        return accounts.filter(pk__in=Membership.objects.live().filter(group=group).values("account"))

    def by_role(self, accounts: AccountQuerySet, name: str, role: str) -> AccountQuerySet:
        """Keep the accounts that are in a group that carries the role."""
        carrying = GroupRole.objects.live().filter(role=role).values("group")
        return accounts.filter(pk__in=Membership.objects.live().filter(group__in=carrying).values("account"))
