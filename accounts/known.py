"""What may be said of an address before somebody is added (S4-07 to S4-10, S4-43); reads only."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum

from accounts.addresses import canonical, clean_address
from accounts.models import Account, UnitAccess
from accounts.reach import whom_he_may_know
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
    address = clean_address(email)
    return look_up_all([address], unit=unit, reader=reader)[address]


def look_up_all(addresses: Iterable[str], *, unit: Unit, reader: Actor) -> dict[str, Known]:
    """Return how each of the clean addresses stands in the unit, in few statements however many."""
    keys = {address: canonical(address) for address in addresses}
    found = {account.email_key: account for account in Account.objects.filter(email_key__in=keys.values())}
    people = {account.pk: account for account in found.values()}
    seen, standing = whom_he_may_know(reader, people), _standing(people, unit)

    def known(address: str, account: Account | None) -> Known:
        if account is None:
            return Known(address, Standing.UNKNOWN)
        name = account.name if account.pk in seen else ""
        return Known(account.email if name else address, standing[account.pk], account, name)

    return {address: known(address, found.get(key)) for address, key in keys.items()}


def _standing(accounts: Collection[int], unit: Unit) -> dict[int, Standing]:
    if not accounts:
        return {}
    here = set(Account.objects.in_unit(unit).filter(pk__in=accounts).values_list("pk", flat=True))
    others = set(accounts) - here
    path = f"{unit.root_id_or_self}/"
    under_root = UnitAccess.objects.filter(account__in=others, unit__path__startswith=path)
    ever = set(under_root.values_list("account", flat=True)) if others else set()
    now = set(under_root.live().values_list("account", flat=True)) if ever else set()
    return (
        dict.fromkeys(here, Standing.HERE)
        | dict.fromkeys(others, Standing.ELSEWHERE)
        | dict.fromkeys(ever - now, Standing.REMOVED)
    )
