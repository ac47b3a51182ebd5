"""The tab Units of an account: which units it may enter (S2-02 to S2-07)."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from accounts.forms.unit_access import UnitAccessForm
from accounts.models import Account, UnitAccess
from accounts.parts import AccessPart
from accounts.reach import administered
from accounts.services.unit_access import access_sheet, entry_of, set_unit_access
from accounts.views.previewed import PreviewedFormPage
from accounts.views.tabs import account_head
from adminrights.conflicts import Sheet
from adminrights.models import Unit
from adminrights.models.facts import standing_now
from adminrights.navigation import Link
from adminrights.views.parts import Part


class AccountUnits(PreviewedFormPage):
    """S2-05 to S2-07, S2-23, C-17."""

    permission = "accounts:update"
    template_name = "accounts/account_units.html"
    form_class = UnitAccessForm
    submit_label = gettext_lazy("Save")

    def breadcrumbs(self) -> list[Link]:
        return super().breadcrumbs()[:1]

    def get_title(self) -> str:
        return str(self.object.name)

    @cached_property
    def reach(self) -> dict[int, Unit]:
        """The units that the form asks about."""
        return administered(self.request.user, self.unit)

    def parts(self) -> list[Part]:
        return [AccessPart(self.object, self.reach)]

    def sheet(self) -> Sheet:
        return access_sheet(self.object, self.reach, timezone.now())

    def get_form_kwargs(self) -> dict[str, Any]:
        account: Account = self.object
        reach, standing = self.reach, standing_now(timezone.now())
        rows = UnitAccess.objects.filter(standing, account=account).select_related("unit")
        accesses = {row.unit_id: row for row in rows}
        present = {pk: entry_of(row) for pk, row in accesses.items() if pk in reach}
        through = {pk: _through(unit, accesses) for pk, unit in reach.items()}
        return super().get_form_kwargs() | {"reach": reach, "present": present, "through": through}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        account: Account = self.object
        return super().get_context_data(**account_head(self.request, account, "account_units"), **kwargs)

    def apply(self, form: UnitAccessForm) -> Account:
        account: Account = self.object
        set_unit_access(account, form.wanted(), actor=self.request.user, unit=self.unit, seen=self.seen)
        return account

    def get_success_url(self) -> str:
        if not self.visible().filter(pk=self.object.pk).exists():
            return reverse("accounts:account_list")
        return reverse("accounts:account_units", args=[self.object.pk])


def _through(unit: Unit, accesses: dict[int, UnitAccess]) -> str:
    """Return the name of the nearest unit above by which the account comes in, or nothing."""
    above = [int(part) for part in unit.path.split("/") if part][:-1]
    for pk in reversed(above):
        if pk in accesses and accesses[pk].includes_subunits:
            return accesses[pk].unit.name
    return ""
