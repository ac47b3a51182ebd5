"""The guard of the way into units: access is given and taken only by whoever looks after people there."""

from django.utils.translation import gettext as _

from accounts.effects import closed_units, sides_of
from accounts.guards import Ceiling
from accounts.models import UnitAccess
from adminrights.change import Change
from adminrights.exceptions import MayNotPassOn
from adminrights.models import Unit

# One of these in the unit, or in one above it, where whoever holds it decides for everything below.
LOOKING_AFTER = frozenset({"accounts:create", "accounts:update", "accounts:delete"})


def entrances(change: Change) -> None:
    """Refuse to open or close a unit to anybody unless the actor looks after people there (S4-41).

    Whoever gives up an access of his own closes nothing to others. Access alone gives no right; it lets in
    what was given before or will be given later.
    """
    closed = (fact for fact in change.ended if getattr(fact, "account_id", None) != change.actor.pk)
    accesses = [fact for fact in (*change.started, *closed) if isinstance(fact, UnitAccess)]
    if change.by_system or not accesses:
        return
    before = sides_of(change)[0]
    actor = Ceiling(change.actor, before, change)
    # Who makes a unit is let into it, and a closing door shuts out everybody.
    passing = closed_units(change) | {unit.pk for unit in change.created if isinstance(unit, Unit)}
    for unit in {access.unit_id for access in accesses} - passing:
        node = before.policy.units.get(unit)
        line = (node.id, *node.ancestors) if node else ()
        if not any(actor.holds(key, each) for each in line for key in sorted(LOOKING_AFTER)):
            raise MayNotPassOn(
                _("You don't look after the people of %(unit)s, so you can't change who may enter it.")
                % {"unit": Unit.objects.get(pk=unit).name}
            )
