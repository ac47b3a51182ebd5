"""What may be said of an address before somebody is added (S4-07 to S4-10, S4-43); reads only."""

from dataclasses import dataclass
from enum import Enum

from accounts.addresses import canonical, clean_address
from accounts.models import Account, UnitAccess
from accounts.reach import may_know
from adminrights.change import Actor
from adminrights.models import Unit


class Standing(Enum):
    """What is known of an address in a unit."""

    HERE = "here"
    REMOVED = "removed"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Known:
    """The address as it is kept, how it stands here, and the name as far as the reader may know it.

    `account` is for the product itself: nothing of it is shown where `name` is empty.
    """

    email: str
    standing: Standing
    account: Account | None = None
    name: str = ""

    @property
    def can_be_added(self) -> bool:
        """Whether there is an account to which access could be given here."""
        return self.standing in (Standing.REMOVED, Standing.ELSEWHERE)

    @property
    def told(self) -> Standing:
        """How it stands as far as the reader may know: whom he may not know, has no past here either."""
        hidden = self.standing is Standing.REMOVED and not self.name
        return Standing.ELSEWHERE if hidden else self.standing


def account_with(email: str) -> Account | None:
    """Return the account with the address, in whatever spelling. Raises Invalid for no address."""
    return Account.objects.filter(email_key=canonical(clean_address(email))).first()


def look_up(email: str, *, unit: Unit, reader: Actor) -> Known:
    """Return how the address stands in the unit. Raises Invalid for what is no address."""
    account = account_with(email)
    if account is None:
        return Known(clean_address(email), Standing.UNKNOWN)
    name = account.name if may_know(reader, account) else ""
    return Known(account.email if name else clean_address(email), _standing(account, unit), account, name)


def _standing(account: Account, unit: Unit) -> Standing:
    if Account.objects.in_unit(unit).filter(pk=account.pk).exists():
        return Standing.HERE
    under_root = UnitAccess.objects.filter(account=account, unit__path__startswith=f"{unit.root_id_or_self}/")
    if under_root.exists() and not under_root.live().exists():
        return Standing.REMOVED
    return Standing.ELSEWHERE
