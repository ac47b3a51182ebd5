"""Until when a right lasts: the planned ends of the facts that carry it, for one side of a change."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from django.db.models import Q

from accounts.held import Held
from accounts.models import Grant, UnitAccess
from accounts.policy import Policy
from adminrights.models import Fact
from groups.models import GroupRole, Membership
from roles.models import Rule
from roles.resolver import Source

# A source without the number of its grant: a grant that ends and starts anew is the same way to a right.
Way = tuple[str, int, int | None, int | None, str]
Ways = frozenset[Way]
Until = Mapping[Way, datetime]
NOTHING: Ways = frozenset()
NEVER = datetime.max.replace(tzinfo=UTC)
# Up to so many accounts, their dated facts are looked up by name.
FEW = 500

Key = tuple[object, ...]


class Entry(NamedTuple):
    """Until when somebody may enter a unit, and until when with what he holds in the units above it."""

    unit: int
    own: datetime
    above: datetime

    def of(self, how: Way) -> datetime:
        """Return until when somebody may enter who holds a right in this way."""
        return self.own if how[1] == self.unit else self.above


def way(source: Source) -> Way:
    """Return the source as a way."""
    return (source.kind, source.unit, source.group, source.role, source.right)


class Ends:
    """The planned ends of the facts that meet a condition: those about some accounts, and the policy's.

    The policy's needn't be read where it is known that there are none.
    """

    def __init__(self, live: Q, accounts: Collection[int], *, of_policy: bool = True) -> None:
        dated = live & Q(expires_at__isnull=False)
        mine = dated & Q(account__in=list(accounts)) if len(accounts) <= FEW else dated
        self._ends: dict[Key, datetime] = {}
        self._people: set[int] = set()
        self._read(Membership, mine, "account_id", "group_id")
        self._read(UnitAccess, mine, "account_id", "unit_id")
        if of_policy:
            self._read(GroupRole, dated, "group_id", "role_id")
            self._read(Rule, dated, "role_id", "permission_id")
        for grant in Grant.objects.filter(mine):
            self._people.add(grant.account_id)
            self._ends[Grant, grant.account_id, grant.unit_id, grant.right] = grant.expires_at or NEVER

    def _read(self, kind: type[Fact], condition: Q, *subject: str) -> None:
        for *key, end in kind.objects.filter(condition).values_list(*subject, "expires_at"):
            self._ends[kind, *key] = end
            if subject[0] == "account_id":
                self._people.add(key[0])

    def __bool__(self) -> bool:
        return bool(self._ends)

    def has_own(self, account: int) -> bool:
        """Return whether a fact about this very account ends by itself."""
        return account in self._people

    def until(self, account: int, held: Mapping[str, Ways], entry: Entry) -> Until:
        """Return when each way ends by which the account holds rights in the unit of the entry."""
        ways = frozenset().union(*held.values())
        return {
            each: min(entry.of(each), *(self._ends.get(key, NEVER) for key in _facts(account, each)))
            for each in ways
        }

    def of_entry(self, account: int, held: Held, policy: Policy, unit: int) -> Entry:
        """Return when the last access that lets the account into the unit runs out.

        One that lets in with the unit's own rights alone may outlast those that bring what is held above.
        """
        node = policy.units.get(unit)
        if node is None or node.root in policy.owned_by(account):
            return Entry(unit, NEVER, NEVER)
        own, above = list[datetime](), list[datetime]()
        for access in held.accesses:
            if access.unit == unit or (access.includes_subunits and access.unit in node.ancestors):
                end = self._ends.get((UnitAccess, account, access.unit), NEVER)
                own.append(end)
                if access.unit != unit or not access.own_rights_only:
                    above.append(end)
        return Entry(unit, max(own, default=NEVER), max(above, default=NEVER))


def _facts(account: int, how: Way) -> Iterator[Key]:
    kind, unit, group, role, right = how
    if kind == "grant":
        yield Grant, account, unit, right
    else:
        yield Membership, account, group
        yield GroupRole, group, role
        yield Rule, role, right


def is_given(ways: Ways, known: Ways, until: tuple[Until, Until] | None) -> bool:
    """Return whether a right is given: held by more ways than before, now or at any moment to come.

    A second way counts though the right is held already, for it outlives the first. A way that takes the
    place of another gives nothing, unless it lasts longer. `until` has the ends before and after, if any.
    """
    if until is None:
        return len(ways) > len(known)
    before, after = until
    was = sorted((before[way] for way in known), reverse=True)
    is_now = sorted((after[way] for way in ways), reverse=True)
    return len(is_now) > len(was) or any(new > old for new, old in zip(is_now, was, strict=False))
