"""What somebody may give to an account in a unit, and take from it; reads only.

The guards judge again when it is saved: this only keeps people from choosing what would be refused.
"""

from dataclasses import dataclass

from accounts.access import effective
from accounts.guards import ASSIGN, DELEGATE, is_administration
from accounts.models import Account
from adminrights.models import Unit
from roles.catalogue import catalogue


@dataclass(frozen=True, slots=True)
class Passing:
    """The rights of the actor in the unit, and whether the account is the actor's own."""

    rights: frozenset[str]
    own: bool = False

    @property
    def anything(self) -> bool:
        """Whether there is anything to give or to take."""
        return not self.own and bool({ASSIGN, DELEGATE} & self.rights)

    def may_give(self, key: str) -> bool:
        """Return whether the actor may pass on everything behind a permission's key (C-08)."""
        if not self.anything or DELEGATE in self.rights:
            return self.anything
        return all(each in self.rights and not is_administration(each) for each in catalogue().expand(key))

    def may_take(self, key: str) -> bool:
        """Return whether the actor may take it back: administration only where he holds it himself."""
        if not self.anything or DELEGATE in self.rights:
            return self.anything
        return all(each in self.rights or not is_administration(each) for each in catalogue().expand(key))


def passing(actor: Account, account: Account, unit: Unit) -> Passing:
    """Return what the actor may give to the account in the unit and take from it."""
    return Passing(frozenset(effective(actor, unit).effective), actor.pk == account.pk)
