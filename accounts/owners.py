"""The guard of owners: an organisation always has one who can act (S2-27, S2-30)."""

from django.utils.translation import gettext as _

from accounts.effects import closed_units, sides_of
from accounts.models import Account, StatusPeriod, UnitAccess
from adminrights.change import Change
from adminrights.exceptions import OwnerProtected
from adminrights.models import Unit


def owners_stay(change: Change) -> None:
    """Refuse to disable an owner or to remove one from the organisation, whoever asks for it."""
    disabled = {
        fact.account_id
        for fact in change.started
        if isinstance(fact, StatusPeriod) and fact.status == Account.Status.DISABLED
    }
    left = _left(change)
    if not disabled | left:
        return
    for node in sides_of(change)[1].policy.units.values():
        if node.owner in disabled or (node.owner in left and not _has_access(node.owner, node.path)):
            raise OwnerProtected(
                _("%(who)s owns %(unit)s. Make somebody else the owner first.")
                % {"who": Account.objects.get(pk=node.owner).name, "unit": Unit.objects.get(pk=node.id)}
            )


def _left(change: Change) -> set[int]:
    closed = closed_units(change)
    ended = (fact for fact in change.ended if isinstance(fact, UnitAccess))
    return {fact.account_id for fact in ended if fact.unit_id not in closed}


def _has_access(account: int | None, path: str) -> bool:
    accesses = UnitAccess.objects.not_ended().filter(account=account)
    return accesses.filter(unit__path__startswith=path).exists()
