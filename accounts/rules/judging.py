"""Whether access rules are kept, judged on who may do what, never on how they came to it.

A right counts from when it is given: somebody whose account is pending or disabled is judged as if it were
active. The owner of an organisation may do everything in it, so no prohibition is about the owner.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Q

from accounts.access import enterable_units, holders_in
from accounts.held import Held, held_by
from accounts.models import AccessRule, Waiver
from accounts.policy import Policy
from roles.resolver import Source, allows, sources_of

Kind = AccessRule.Kind


@dataclass(slots=True)
class Judge:
    """Judges by one policy and by the facts about people that meet the condition."""

    policy: Policy
    live: Q
    _known: dict[tuple[object, ...], int | None] = field(default_factory=dict)

    def breaking(self, rule: AccessRule, held: Mapping[int, Held]) -> set[int]:
        """Return which of these people do what the rule forbids, let off or not."""
        if rule.kind == Kind.LEAST or not self.applies(rule):
            return set()
        return {account for account, each in held.items() if self._breaks(rule, account, each)}

    def applies(self, rule: AccessRule) -> bool:
        """Return whether the rule's unit is open and the catalogue knows what the rule speaks of."""
        return rule.unit_id in self.policy.units and rule.is_known

    def let_off(self, rules: Collection[AccessRule]) -> set[tuple[int, int]]:
        """Return which rule doesn't count for whom: its number and the account's."""
        waivers = Waiver.objects.filter(self.live, rule__in=[rule.pk for rule in rules])
        return set(waivers.values_list("rule_id", "account_id"))

    def able(self, rule: AccessRule) -> int:
        """Return how many people can do it in the rule's unit now."""
        return len(holders_in(rule.first, rule.unit_id, self.policy, self.live))

    def _breaks(self, rule: AccessRule, account: int, held: Held) -> bool:
        if self.policy.units[rule.unit_id].root in self.policy.owned_by(account):
            return False
        if rule.kind == Kind.GROUP and rule.group_id in held.groups:
            return False
        if rule.kind == Kind.UNIT and rule.inside_id in self._entered(account, held):
            return False
        return all(self.place(rule, key, account, held) is not None for key in rule.permissions)

    def _entered(self, account: int, held: Held) -> frozenset[int]:
        return enterable_units(held.facts(account, self.policy), self.policy)

    def place(self, rule: AccessRule, permission: str, account: int, held: Held) -> int | None:
        """Return the first unit, from the rule's downwards, in which the account may do it if active."""
        key = (rule.unit_id, permission, held.signature(), self.policy.owned_by(account))
        if key not in self._known:
            self._known[key] = self._place(rule, permission, account, held)
        return self._known[key]

    def _place(self, rule: AccessRule, permission: str, account: int, held: Held) -> int | None:
        facts = held.facts(account, self.policy)
        entered = enterable_units(facts, self.policy)
        for unit in self.policy.below(rule.unit_id):
            if unit in entered and allows(
                facts,
                self.policy.catalogue,
                self.policy.place(unit),
                permission,
                enterable_units=len(entered),
                as_if_active=True,
            ):
                return unit
        return None

    def sources(self, rule: AccessRule, account: int, held: Held) -> Iterable[tuple[str, tuple[Source, ...]]]:
        """Yield each permission of the rule with the ways by which the account holds it."""
        facts = held.facts(account, self.policy)
        for key in rule.permissions:
            unit = self.place(rule, key, account, held)
            if unit is not None:
                yield key, sources_of(facts, self.policy.catalogue, self.policy.place(unit), key)


def held_of(accounts: Collection[int], judge: Judge) -> dict[int, Held]:
    """Return what the accounts hold on the judge's side."""
    return held_by(accounts, judge.live)
