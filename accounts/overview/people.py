"""The accounts by their status."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Account
from accounts.models.accounts import locked_now, quiet_now
from accounts.overview.drawing import Mark, Picture, draw, table_of
from adminrights.models import Unit
from adminrights.navigation import Button, EmptyState
from adminrights.pictures import stacked

Status = Account.Status


def counted(unit: Unit) -> dict[str, int]:
    """Return how many accounts of the unit there are of each status, locked and quiet, in one statement."""
    of_status = {status.value: Count("pk", filter=Q(status=status)) for status in Status}
    return Account.objects.in_unit(unit).aggregate(
        **of_status,
        locked=Count("pk", filter=locked_now() & Q(status=Status.ACTIVE)),
        quiet=Count("pk", filter=quiet_now()),
    )


def picture(unit: Unit, *, may_add: bool) -> Picture:
    """Return the accounts of the unit by status; `may_add` says whether the reader may add one."""
    number = counted(unit)
    marks = (
        Mark(_("Active"), number["active"], _listed("active"), "good"),
        Mark(_("Pending"), number["pending"], _listed("pending"), "wait", "lines"),
        Mark(_("Disabled"), number["disabled"], _listed("disabled"), "off", "dots"),
    )
    beside = (
        Mark(_("Locked"), number["locked"], _listed("locked")),
        Mark(_("Active, but not signed in for 90 days"), number["quiet"], _listed("quiet")),
    )
    total = sum(mark.count for mark in marks)
    alone = total <= 1
    return Picture(
        key="accounts",
        finding=_finding(total, number["pending"]),
        marks=marks,
        beside=beside,
        drawn=draw(stacked([mark.count for mark in marks]), marks),
        table=table_of(_("Status"), (*marks, *beside)),
        empty=_first_step() if alone and may_add else None,
    )


def _finding(total: int, pending: int) -> str:
    words = (
        ngettext(
            "%(count)d account, %(pending)d of them pending",
            "%(count)d accounts, %(pending)d of them pending",
            total,
        )
        if pending
        else ngettext("%(count)d account, nobody pending", "%(count)d accounts, nobody pending", total)
    )
    return words % {"count": total, "pending": pending}


def _listed(status: str) -> str:
    return reverse("accounts:account_list", query={"status": status})


def _first_step() -> EmptyState:
    add = Button(_("Add account"), reverse("accounts:account_create"), "user-plus", style="primary")
    return EmptyState(_("You are the only one here"), _("Invite the people you work with."), "users", add)
