"""When what somebody may do ends by itself: by all that is planned today, not by one date of many."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.held import ACCESS_FIELDS, GRANT_FIELDS, Held
from accounts.lived import Lived, by_first, lived_at, read_lived
from accounts.models import Grant, UnitAccess
from accounts.policy import Policy, unit_nodes
from accounts.who.judge import Judge
from adminrights.models import Fact, UnitFeature
from adminrights.models.facts import standing_now
from groups.models import GroupRole, Membership
from roles.models import Rule
from roles.resolver import Access, HeldGrant

JudgeOf = Callable[[Policy], Judge]
ByAccount = Mapping[int, list[Lived]]


class Ahead:
    """The dates that are known of some people and of the policy, read in a constant number of statements."""

    def __init__(self, about: Q, policy: Policy, now: datetime, judge_of: JudgeOf) -> None:
        dated = about & standing_now(now) & (Q(expires_at__isnull=False) | Q(starts_at__gt=now))
        self._accesses = _by_account(UnitAccess, ACCESS_FIELDS, dated, Access)
        self._grants = _by_account(Grant, GRANT_FIELDS, dated, HeldGrant)
        self._groups = _by_account(Membership, ("group_id",), dated, int)
        self._now, self._policies, self._judge_of = now, _Policies(policy, now), judge_of
        self._judges: dict[int, Judge] = {}

    def end(self, account: int, held: Held) -> datetime | None:
        """Return the first moment at which the account may do it no more; None if there is none."""
        facts = [fact for kind in self._kinds for fact in kind.get(account, ())]
        dates = {date for fact in facts for date in fact[1:] if date is not None and date > self._now}
        moments = sorted(dates.union(self._policies.moments))
        return next((at for at in moments if not self._may(account, held, at)), None)

    @property
    def _kinds(self) -> tuple[ByAccount, ...]:
        return self._accesses, self._grants, self._groups

    def _may(self, account: int, held: Held, at: datetime) -> bool:
        number = bisect_right(self._policies.moments, at)
        if number not in self._judges:
            self._judges[number] = self._judge_of(self._policies.after(number))
        then = Held(
            active=held.active,
            accesses=_then(held.accesses, self._accesses.get(account), at),
            grants=_then(held.grants, self._grants.get(account), at),
            groups=_then(held.groups, self._groups.get(account), at),
        )
        return self._judges[number].of(account, then) is not None


def _by_account(
    kind: type[Fact], fields: tuple[str, ...], dated: Q, make: Callable[..., Any]
) -> dict[int, list[Lived]]:
    found: dict[int, list[Lived]] = defaultdict(list)
    for fact in read_lived(kind, ("account_id", *fields), dated):
        account, *what = fact.what
        found[account].append(fact._replace(what=make(*what)))
    return dict(found)


def _then(now: list[Any], dated: list[Lived] | None, at: datetime) -> list[Any]:
    if not dated:
        return now
    known = {fact.what for fact in dated}
    return [*(what for what in now if what not in known), *lived_at(dated, at)]


class _Policies:
    """The policy as it will be from moment to moment; the tree of units has no dates."""

    def __init__(self, policy: Policy, now: datetime) -> None:
        self._policy = policy
        self.moments: list[datetime] = []
        if policy.good_until is None:
            return
        standing = standing_now(now)
        self._carried = read_lived(GroupRole, ("group_id", "role_id"), standing)
        self._rules = read_lived(Rule, ("role_id", "permission_id"), standing)
        self._features = read_lived(UnitFeature, ("unit_id", "feature"), standing)
        facts = [*self._carried, *self._rules, *self._features]
        dates = {date for fact in facts for date in fact[1:] if date is not None and date > now}
        self.moments = sorted(dates)

    def after(self, number: int) -> Policy:
        """Return the policy after so many of its moments."""
        if not number:
            return self._policy
        at = self.moments[number - 1]
        rights = by_first(lived_at(self._rules, at))
        levels = {
            role: {right for right in known if "@" in right}
            for role, known in self._policy.role_rights.items()
        }
        every = rights.keys() | levels.keys()
        tree = {node.id: (node.path, node.owner) for node in self._policy.units.values()}
        carried = by_first(lived_at(self._carried, at))
        return replace(
            self._policy,
            units=unit_nodes(tree, by_first(lived_at(self._features, at))),
            group_roles={group: tuple(sorted(roles)) for group, roles in carried.items()},
            role_rights={
                role: frozenset(rights.get(role, set()) | levels.get(role, set())) for role in every
            },
        )
