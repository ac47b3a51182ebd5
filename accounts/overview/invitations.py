"""The invitations of the last 90 days, from sent to accepted."""

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.invited import ASTRAY, STEPS, conditions, invitations_of_late
from accounts.models import may_enter
from accounts.overview.drawing import Mark, Picture, draw, table_of
from adminrights.models import Unit
from adminrights.navigation import Button, EmptyState
from adminrights.pictures import bars


def counted(unit: Unit) -> dict[str, int]:
    """Return how many people of the unit got how far with their newest invitation, in two statements.

    Whether a mail went astray is the dearest question, so only those are asked about whom it matters of.
    """
    found = invitations_of_late(unit).order_by().filter(may_enter(unit, "account"))
    asked = conditions()
    astray = found.filter(asked.pop("undelivered")).count()
    steps = {key: Count("pk", filter=condition) for key, condition in asked.items()}
    return found.aggregate(**steps) | {"undelivered": astray}


def picture(unit: Unit, *, may_add: bool) -> Picture:
    """Return how far the invitations got; `may_add` says whether the reader may invite somebody."""
    number = counted(unit)
    marks = [Mark(str(word), number[key], _listed(key), "accent") for key, word in STEPS.items()]
    beside = [Mark(str(word), number[key], _listed(key)) for key, word in ASTRAY.items()]
    values = [mark.count for mark in marks]
    return Picture(
        key="invitations",
        finding=_finding(number["sent"], number["accepted"]),
        note=_("Delivered counts what the mail provider reported, and every link that was opened."),
        marks=marks,
        beside=beside,
        drawn=draw(bars(values), marks),
        table=table_of(_("Invitations of the last 90 days"), [*marks, *beside]),
        empty=None if number["sent"] else _nobody(may_add=may_add),
    )


def _finding(sent: int, accepted: int) -> str:
    if not sent:
        return _("Nobody was invited in the last 90 days")
    words = ngettext(
        "%(count)d person invited in 90 days, %(accepted)d of them accepted",
        "%(count)d people invited in 90 days, %(accepted)d of them accepted",
        sent,
    )
    return words % {"count": sent, "accepted": accepted}


def _listed(step: str) -> str:
    return reverse("accounts:account_list", query={"invited": step})


def _nobody(*, may_add: bool) -> EmptyState:
    add = Button(_("Add account"), reverse("accounts:account_create"), "user-plus")
    text = _("Whoever is invited shows here, until the account is finished.")
    return EmptyState(_("No invitations"), text, "mail", add if may_add else None)
