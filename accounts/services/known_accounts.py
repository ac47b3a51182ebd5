"""Access for somebody whom the product knows already: from another unit, or removed before."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import TypedDict, Unpack

from django.utils.translation import gettext as _

from accounts.known import account_with
from accounts.models import Account, UnitAccess
from accounts.reach import may_know
from accounts.services.grants import set_levels
from accounts.services.invitations import send_invitation
from accounts.services.memberships import set_groups
from accounts.services.unit_access import start_access
from adminrights.change import Actor, Change, change, preview
from adminrights.events import Event
from adminrights.exceptions import GuardRefused, Invalid, MayNotPassOn, NoSeatLeft, NotAllowed
from adminrights.models import Unit
from adminrights.models.facts import standing_now
from groups.models import Group

NEEDS = "accounts:create"


class Given(TypedDict, total=False):
    """What the person gets along with the access, and when that ends by itself."""

    groups: Collection[Group]
    levels: Mapping[str, int] | None
    ends: datetime | None


def add_known_account(
    email: str,
    *,
    unit: Unit,
    actor: Actor,
    invite: bool = True,
    **given: Unpack[Given],
) -> Account:
    """Give the account with the address access to this unit alone, with its details as they are (S4-10).

    What it has elsewhere stays, and its status too; whoever never finished the account is invited again,
    unless a link is still open (S4-38). Raises Invalid for an unknown address, one that has access already
    and an end that has passed, and what the guards raise, in words that tell no more of the person than the
    actor may know.
    """
    account = account_with(email)

    def run() -> Account:
        with change(Event.ACCOUNT_ADDED, actor=actor, unit=unit, needs=NEEDS) as c:
            if account is None:
                raise Invalid(_("Nobody is known by the address %s.") % email[:100])
            _let_in(c, account, unit, given.get("ends"))
            if given.get("groups"):
                set_groups(account, given["groups"], actor=actor, unit=unit)
            if levels := given.get("levels"):
                set_levels(account, levels, actor=actor, unit=unit)
            if invite:
                _invite_again(c, account, unit)
            return account

    if account is not None and not may_know(actor, account):
        _refuse_in_general_words(run, actor=actor, unit=unit)
    return run()


def _let_in(c: Change, account: Account, unit: Unit, ends: datetime | None) -> None:
    account.refresh_from_db()
    c.target = c.target or account
    if UnitAccess.objects.filter(standing_now(c.at), account=account, unit=unit).exists():
        raise Invalid(_("%s has access here already.") % account.email)
    start_access(c, account, unit, ends)


def _invite_again(c: Change, account: Account, unit: Unit) -> None:
    outstanding = account.invitations.outstanding()
    if account.status == Account.Status.PENDING and not any(each.is_open for each in outstanding):
        send_invitation(c, account, unit)


def _refuse_in_general_words(run: Callable[[], object], *, actor: Actor, unit: Unit) -> None:
    """Try it out: a guard's sentence names the person and its rights, which the actor may not know yet."""
    try:
        preview(run)
    except (NotAllowed, NoSeatLeft):
        # It names nobody: done in earnest, it is refused in the same words, and journaled.
        return
    except GuardRefused as refusal:
        with change(Event.ACCOUNT_ADDED, actor=actor, unit=unit):
            raise MayNotPassOn(
                _("You can't add this person here. Somebody who may pass on more rights has to do it.")
            ) from refusal
