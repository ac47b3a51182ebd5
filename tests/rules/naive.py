"""Access rules once more, told naively on the plain rows: what the product's guard is judged by."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain

from accounts.models import AccessRule, Waiver
from tests.ceiling.rules import View, in_effect
from tests.ceiling.state import ALWAYS, Fact, State

PROHIBITIONS = ("both", "nobody", "group", "unit")


def below(state: State, unit: int) -> list[int]:
    view = View(state, datetime.min.replace(tzinfo=UTC))
    return [each for each in state.parents if unit in view.line(each)] if unit in state.parents else []


def somewhere(view: View, account: int, unit: int) -> set[str]:
    """Return what the account could do, were it active, in the unit or anywhere below it."""
    places = below(view.state, unit)
    return set(
        chain.from_iterable(
            in_effect(view.rights(account, place), view.features(account, place)) for place in places
        )
    )


def is_inside(view: View, rule: AccessRule, account: int) -> bool:
    if rule.kind == "group":
        return rule.group_id in {fact.gives for fact in view.live(view.state.memberships.get(account, []))}
    if rule.kind == "unit":
        return rule.inside_id in view.state.parents and view.may_enter(account, rule.inside_id or 0)
    return False


def begun(state: State) -> State:
    """Return the state as if everything planned had begun."""

    def always(facts: dict[int, list[Fact]]) -> dict[int, list[Fact]]:
        return {about: [fact._replace(start=ALWAYS) for fact in some] for about, some in facts.items()}

    return replace(
        state,
        doors=always(state.doors),
        grants=always(state.grants),
        memberships=always(state.memberships),
    )


def faults(state: State, at: datetime, now: datetime, *kinds: str) -> set[tuple[int, int]]:
    """Return each prohibition with each person who breaks it and isn't let off now."""
    view, found = View(state, at), set()
    for rule in AccessRule.objects.filter(ended_at=None, kind__in=kinds or PROHIBITIONS):
        if rule.unit_id not in state.parents:
            continue
        off = Waiver.objects.filter(ended_at=None, expires_at__gt=now, starts_at__lte=now, rule=rule)
        free = set(off.values_list("account", flat=True))
        wanted = {rule.first, rule.second} - {""}
        for account in state.people:
            if view.owns(account, rule.unit_id) or account in free or is_inside(view, rule, account):
                continue
            if wanted <= somewhere(view, account, rule.unit_id):
                found.add((rule.pk, account))
    return found


def missing(state: State, at: datetime) -> dict[int, int]:
    """Return how many people too few can do it, for each rule that asks for people."""
    view, found = View(state, at), {}
    for rule in AccessRule.objects.filter(ended_at=None, kind="least"):
        if rule.unit_id in state.parents:
            able = [p for p in state.people if rule.first in view.effective(p, rule.unit_id)]
            found[rule.pk] = max((rule.least or 0) - len(able), 0)
    return found


class Seen:
    """What is broken in a state: now, once everything planned has begun, and on the days to come."""

    def __init__(self, state: State, now: datetime, days: Iterable[datetime]) -> None:
        self.now, self.then = faults(state, now, now), faults(begun(state), now, now)
        self.missing = [missing(state, day) for day in (now, *days)]
        # What ends takes nobody into a right; it may take him out of a group or a unit.
        self.later = {(day, *each) for day in days for each in faults(state, day, now, "group", "unit")}

    def is_worse_than(self, before: "Seen") -> bool:
        """Return whether a rule is broken for somebody for whom it held, or by more people."""
        pairs = zip(before.missing, self.missing, strict=True)
        lacking = any(number > old.get(rule, 0) for old, new in pairs for rule, number in new.items())
        return bool(self.now - before.now or self.then - before.then or self.later - before.later) or lacking
