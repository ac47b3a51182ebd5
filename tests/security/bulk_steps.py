"""The steps with many accounts at once, as in steps.py (L1)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.dates.services import set_ends
from accounts.services import bulk
from adminrights.change import SYSTEM
from groups import services as groups
from tests.security.steps import Stage, Step


def with_many(step: Callable[..., object], make: str = "person") -> Step:
    """Return a step that takes accounts, the actor and the unit."""

    def set_up(stage: Stage, actor: Any) -> Callable[[], object]:
        people = [getattr(stage, make)(), getattr(stage, make)()]
        return lambda: step(people, actor=actor, unit=stage.unit)

    return Step(set_up)


def many_in(stage: Stage, actor: Any) -> Callable[[], object]:
    people, group = [stage.person(), stage.person()], stage.group()
    return lambda: bulk.put_into_groups(people, [group], actor=actor, unit=stage.unit)


def many_out(stage: Stage, actor: Any) -> Callable[[], object]:
    people, group = [stage.person(), stage.person()], stage.group()
    groups.add_members(group, people, actor=SYSTEM)
    return lambda: bulk.take_out_of_groups(people, [group], actor=actor, unit=stage.unit)


def many_end(stage: Stage, actor: Any) -> Callable[[], object]:
    people, group = [stage.person(), stage.person()], stage.group()
    groups.add_members(group, people, actor=SYSTEM)
    ends = timezone.now() + timedelta(days=9)
    return lambda: bulk.set_end(people, [group], access=True, ends=ends, actor=actor, unit=stage.unit)


def facts_end(stage: Stage, actor: Any) -> Callable[[], object]:
    people, group = [stage.person(), stage.person()], stage.group()
    groups.add_members(group, people, actor=SYSTEM)
    facts = bulk.facts_of(people, [group], access=False, unit=stage.unit)
    ends = timezone.now() + timedelta(days=9)
    return lambda: set_ends(facts, ends, actor=actor, unit=stage.unit)


BULK_STEPS: dict[str, Step] = {
    "accounts.services.bulk.put_into_groups": Step(many_in),
    "accounts.services.bulk.take_out_of_groups": Step(many_out),
    "accounts.services.bulk.set_end": Step(many_end),
    "accounts.dates.services.set_ends": Step(facts_end),
    "accounts.services.bulk.disable_accounts": with_many(bulk.disable_accounts),
    "accounts.services.bulk.reactivate_accounts": with_many(bulk.reactivate_accounts, "disabled"),
    "accounts.services.bulk.resend_invitations": with_many(bulk.resend_invitations, "pending"),
}
