"""Access rules and exceptions among what is taken back: each ends and comes again by its own service."""

from accounts.models import AccessRule, Waiver
from accounts.services.rules import Wanted, end_rule, end_waiver, give_waiver, start_rule
from accounts.taking_back.facts import Facts
from adminrights.change import Change


def end_rules(c: Change, facts: Facts) -> None:
    """End the rules and the exceptions that the change had started. Raises what the services raise."""
    ended = {fact.pk for fact in facts.ends if isinstance(fact, AccessRule)}
    for fact in facts.ends:
        if isinstance(fact, AccessRule):
            end_rule(fact, actor=c.actor)
        elif isinstance(fact, Waiver) and fact.rule_id not in ended:
            end_waiver(fact, actor=c.actor)


def start_rules(c: Change, facts: Facts) -> None:
    """Let rules and exceptions that the change had ended hold again, though a rule be broken today.

    What breaks it is remarked, for whoever is asked first. Raises what the services raise: nobody lets
    himself off again.
    """
    for fact in facts.starts:
        if isinstance(fact, AccessRule):
            start_rule(Wanted.as_in(fact), unit=fact.unit, actor=c.actor, despite=True)
        elif isinstance(fact, Waiver):
            again = {"until": fact.expires_at, "reason": fact.reason, "actor": c.actor}
            give_waiver(fact.rule.alike().live(c.at).get(), fact.account, **again)
