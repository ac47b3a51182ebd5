"""What accounts hold: the dated facts about people, read as plain values for the resolver."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q

from accounts.models import Account, Grant, StatusPeriod, UnitAccess
from accounts.numbers import among
from accounts.policy import Policy
from groups.models import Membership
from roles.resolver import Access, Facts, HeldGrant

# The columns of which `Access` and `HeldGrant` are made, in their order.
ACCESS_FIELDS = ("unit_id", "includes_subunits", "own_rights_only")
GRANT_FIELDS = ("pk", "unit_id", "module_id", "level", "permission_id")
# So many groups or permissions are named in a statement; of more, all are read.
MOST_NAMED = 90
MOST_AT_ONCE = 5_000
LIVE = "ended_at IS NULL AND starts_at <= %s AND (expires_at IS NULL OR expires_at > %s)"
# One statement for one account, with the policy's token: a decision costs one round trip and is never stale.
ONE_ACCOUNT = f"""
SELECT 0, 0, 0, 0, CAST(policy AS varchar(36)) || ' ' || digest FROM adminrights_journalhead WHERE id = 1
UNION ALL SELECT 1, 0, 0, 0, status FROM accounts_account WHERE id = %s
UNION ALL SELECT 2, unit_id, CASE WHEN includes_subunits THEN 1 ELSE 0 END,
    CASE WHEN own_rights_only THEN 1 ELSE 0 END, '' FROM accounts_unitaccess WHERE account_id = %s AND {LIVE}
UNION ALL SELECT 3, id, unit_id, COALESCE(level, 0), COALESCE(module_id, permission_id)
    FROM accounts_grant WHERE account_id = %s AND {LIVE}
UNION ALL SELECT 4, group_id, 0, 0, '' FROM groups_membership WHERE account_id = %s AND {LIVE}
"""  # noqa: S608 - only constants are joined
# What every page's menu asks besides: whether any single item, and any open request, is there at all.
ANYTHING = """
UNION ALL SELECT 5, CASE WHEN EXISTS (SELECT 1 FROM accounts_item WHERE retired_at IS NULL) THEN 1 ELSE 0 END,
    CASE WHEN EXISTS (SELECT 1 FROM accounts_accessrequest WHERE state = 'open') THEN 1 ELSE 0 END, 0, ''
"""
# The same for some accounts, whose numbers stand in the statement.
SOME_ACCOUNTS = f"""
SELECT 0, 0, 0, 0, 0, CAST(policy AS varchar(36)) FROM adminrights_journalhead WHERE id = 1
UNION ALL SELECT 1, id, 0, 0, 0, status FROM accounts_account WHERE id IN ({{some}})
UNION ALL SELECT 2, account_id, unit_id, CASE WHEN includes_subunits THEN 1 ELSE 0 END,
    CASE WHEN own_rights_only THEN 1 ELSE 0 END, '' FROM accounts_unitaccess
    WHERE account_id IN ({{some}}) AND {LIVE}
UNION ALL SELECT 3, account_id, id, unit_id, COALESCE(level, 0), COALESCE(module_id, permission_id)
    FROM accounts_grant WHERE account_id IN ({{some}}) AND {LIVE}
UNION ALL SELECT 4, account_id, group_id, 0, 0, '' FROM groups_membership
    WHERE account_id IN ({{some}}) AND {LIVE}
"""  # noqa: S608 - only constants are joined


class Counting(NamedTuple):
    """The groups and the rights of which facts about people count."""

    groups: Collection[int]
    rights: Collection[str]

    def memberships(self) -> Q:
        """Return the condition on memberships; none at all where a statement can't name so many groups."""
        return Q(group__in=self.groups) if len(self.groups) <= MOST_NAMED else Q()

    def grants(self) -> Q:
        """Return the condition on grants: those of a module that counts may be of another level."""
        levels = {right for right in self.rights if "@" in right}
        modules, single = {level.partition("@")[0] for level in levels}, {*self.rights} - levels
        if len(single) > MOST_NAMED:
            return Q()
        return Q(module__in=modules) | Q(permission__in=single)


@dataclass(slots=True)
class Held:
    """The facts of one account that count at a moment."""

    active: bool = False
    accesses: list[Access] = field(default_factory=list)
    grants: list[HeldGrant] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)

    def signature(self) -> tuple[Any, ...]:
        """Return what decides the account's rights: accounts with equal signatures have equal rights."""
        rights = sorted((g.unit, g.module or "", g.level or 0, g.permission or "") for g in self.grants)
        return (self.active, tuple(sorted(self.accesses)), tuple(rights), tuple(sorted(self.groups)))

    def facts(self, account: int, policy: Policy) -> Facts:
        """Return the facts as the resolver wants them."""
        return Facts(
            active=self.active,
            owns=policy.owned_by(account),
            accesses=tuple(self.accesses),
            grants=tuple(self.grants),
            roles=policy.held_roles(self.groups),
        )


class Anything(NamedTuple):
    """Whether any single item is there, in whatever organisation, and any request that nobody answered."""

    items: bool = True
    requests: bool = True


class HeldNow(NamedTuple):
    """What an account holds now, the policy's token, and what is there for the menu, where that was asked.

    `state` is the digest of the journal's last entry: what only changes write is the same while it is.
    """

    held: Held
    token: str
    anything: Anything
    state: str


def held_now(account: int, at: datetime, *, for_menu: bool = False) -> HeldNow:
    """Return what one account holds now, and what belongs to it, in one statement."""
    now = connection.ops.adapt_datetimefield_value(at)
    held, token, anything, state = Held(), "", Anything(), ""
    asked = ONE_ACCOUNT + ANYTHING if for_menu else ONE_ACCOUNT
    with connection.cursor() as cursor:
        cursor.execute(asked, [account, account, now, now, account, now, now, account, now, now])
        for kind, first, second, third, text in cursor.fetchall():
            if kind == 0:
                token, _space, state = text.replace("-", "").partition(" ")
            elif kind == 1:
                held.active = text == Account.Status.ACTIVE.value
            elif kind == 2:
                held.accesses.append(Access(first, bool(second), bool(third)))
            elif kind == 3:
                held.grants.append(_grant(first, second, third, text))
            elif kind == 4:
                held.groups.append(first)
            else:
                anything = Anything(bool(first), bool(second))
    return HeldNow(held, token, anything, state)


def held_of(accounts: Collection[int], at: datetime) -> tuple[dict[int, Held], str]:
    """Return what some accounts hold now, and the policy's token, in one statement for each 900 of them."""
    now = connection.ops.adapt_datetimefield_value(at)
    found, token = {account: Held() for account in accounts}, ""
    for batch in _batches(sorted(found)) or [[0]]:
        with connection.cursor() as cursor:
            some = ",".join(str(int(account)) for account in batch)
            cursor.execute(SOME_ACCOUNTS.format(some=some), [now] * 6)
            for kind, account, first, second, third, text in cursor.fetchall():
                if kind == 0:
                    token = token or text.replace("-", "")
                elif kind == 1:
                    found[account].active = text == Account.Status.ACTIVE.value
                elif kind == 2:
                    found[account].accesses.append(Access(first, bool(second), bool(third)))
                elif kind == 3:
                    found[account].grants.append(_grant(first, second, third, text))
                else:
                    found[account].groups.append(first)
    return found, token


def _grant(pk: int, unit: int, level: int, text: str) -> HeldGrant:
    if level:
        return HeldGrant(pk, unit, text, level, None)
    return HeldGrant(pk, unit, None, None, text)


def held_by(accounts: Collection[int], live: Q, counting: Counting | None = None) -> dict[int, Held]:
    """Return what many accounts hold by facts that meet the condition, in four statements for each 5,000.

    With `counting` only the memberships and grants that count are there.
    """
    found: dict[int, Held] = defaultdict(Held)
    for batch in _batches(sorted(accounts), MOST_AT_ONCE):
        _read(found, among(batch) & live, counting)
    return {account: found[account] for account in accounts}


def held_where(about: Q, live: Q) -> dict[int, Held]:
    """Return what the accounts hold that meet a condition on their facts, in four statements however many."""
    found: dict[int, Held] = defaultdict(Held)
    _read(found, about & live)
    return dict(found)


def _read(found: dict[int, Held], condition: Q, counting: Counting | None = None) -> None:
    statuses = StatusPeriod.objects.filter(condition).values_list("account_id", "status")
    for account, status in statuses:
        found[account].active = status == Account.Status.ACTIVE
    accesses = UnitAccess.objects.filter(condition)
    for account, *access in accesses.values_list("account_id", *ACCESS_FIELDS):
        found[account].accesses.append(Access(*access))
    grants, memberships = Grant.objects.filter(condition), Membership.objects.filter(condition)
    if counting is not None:
        grants, memberships = grants.filter(counting.grants()), memberships.filter(counting.memberships())
    for account, *values in grants.values_list("account_id", *GRANT_FIELDS):
        grant = HeldGrant(*values)
        if counting is None or grant.right in counting.rights:
            found[account].grants.append(grant)
    for account, group in memberships.values_list("account_id", "group_id"):
        if counting is None or group in counting.groups:
            found[account].groups.append(group)


def _batches(items: list[int], size: int = 900) -> list[list[int]]:
    return [items[index : index + size] for index in range(0, len(items), size)]
