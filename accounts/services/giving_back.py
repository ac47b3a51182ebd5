"""Giving up what one has: the person ends a fact about himself, and nothing else."""

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.dates.kinds import Dated, kind_of, place_of
from accounts.models import Account, UnitAccess
from adminrights.change import change
from adminrights.events import Event
from adminrights.exceptions import Invalid, NotFound
from adminrights.models.facts import standing_now


def give_back(fact: Dated, account: Account) -> None:
    """End a membership, an own right or the access to a unit of one's own; what is planned, too.

    It only takes away, so it needs no right. Raises NotFound for somebody else's, Invalid for what is over
    and for the last access to the organisation, and what the guards raise: for the last administrator, the
    owner, an access rule, and where something would be gained by it.
    """
    kind = kind_of(fact)
    with change(Event.GIVEN_BACK, actor=account, unit=place_of(fact), target=account) as c:
        if fact.account_id != account.pk:
            raise NotFound(_("There is nothing of this kind to give back."))
        found: Dated | None = kind.facts(standing_now(c.at), Q(pk=fact.pk)).first()
        if found is None:
            raise Invalid(_("This has ended, or was changed, in the meantime. Look at the page again."))
        c.end(found)
        if isinstance(found, UnitAccess):
            root = found.unit.root or found.unit
            rest = UnitAccess.objects.filter(standing_now(c.at), account=account)
            if not rest.filter(unit__path__startswith=root.path).exists():
                raise Invalid(_("This is your last way in. Ask an administrator to remove you."))
