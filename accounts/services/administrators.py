"""The first administrators: made from outside, not by another administrator (S0-07)."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.addresses import canonical, clean_address
from accounts.models import Account, Grant, Invitation, UnitAccess
from accounts.services.grants import set_levels
from accounts.services.invitations import make_link
from accounts.services.lifecycle import create_account
from adminrights.change import Actor, change
from adminrights.events import Event
from adminrights.exceptions import WrongStatus
from adminrights.models import Unit
from adminrights.services import set_owner
from roles.catalogue import Level

ADMINISTRATION = "admin_rights"


@dataclass(frozen=True, slots=True)
class Appointment:
    """Whether the account is new, whether it owns the unit now, and the invitation to hand over, if any."""

    account: Account
    new: bool
    owner: bool
    invitation: Invitation | None


@transaction.atomic
def appoint_administrator(
    unit: Unit, *, email: str, names: tuple[str, str], actor: Actor, by_mail: bool = True
) -> Appointment:
    """Give the address Read & Write on Admin & Rights, and the root to own if nobody does (S0-06, S0-07).

    A new account is pending; its invitation goes out by mail, or comes back for its link to be handed
    over. Who is there already keeps everything; a second run changes nothing. Raises WrongStatus for a
    disabled account, Invalid for missing names.
    """
    account = Account.objects.filter(email_key=canonical(clean_address(email))).first()
    new = account is None
    if account is None:
        account = create_account(
            email=email,
            first_name=names[0],
            last_name=names[1],
            unit=unit,
            actor=actor,
            levels={ADMINISTRATION: Level.WRITE},
            invite=by_mail,
        )
    else:
        _raise_to_administrator(account, unit, actor)
    owns = unit.owner_id is None
    if owns:
        set_owner(unit, account, actor=actor)
    by_hand = account.status == Account.Status.PENDING and not by_mail
    return Appointment(account, new, owns, make_link(account, actor=actor, unit=unit) if by_hand else None)


def _raise_to_administrator(account: Account, unit: Unit, actor: Actor) -> None:
    grants = Grant.objects.live().filter(account=account, unit=unit, module__isnull=False)
    levels = dict(grants.values_list("module_id", "level"))
    needs = ("accounts:create", "access:delegate")
    with change(Event.ACCOUNT_ACCESS_CHANGED, actor=actor, unit=unit, target=account, needs=needs) as c:
        if account.status == Account.Status.DISABLED:
            raise WrongStatus(_("This account is disabled. Reactivate it first."))
        if not UnitAccess.objects.live().filter(account=account, unit=unit).exists():
            c.start(UnitAccess(account=account, unit=unit))
        set_levels(account, levels | {ADMINISTRATION: Level.WRITE}, actor=actor, unit=unit)
