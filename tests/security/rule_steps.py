"""The steps about access rules and twin roles, as in steps.py (L1)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import AccessRule
from accounts.services import rules
from adminrights.change import SYSTEM
from groups import services as groups
from tests.security.steps import Stage, Step


def access_rule(stage: Stage) -> AccessRule:
    return rules.start_rule(rules.Wanted("nobody", "offers:delete"), unit=stage.unit, actor=SYSTEM)


def with_access_rule(step: Callable[..., object], *more: object) -> Step:
    def set_up(stage: Stage, actor: Any) -> Callable[[], object]:
        rule = access_rule(stage)
        return lambda: step(rule, *more, actor=actor)

    return Step(set_up)


def start_rule(stage: Stage, actor: Any) -> Callable[[], object]:
    wanted = rules.Wanted("nobody", "offers:delete")
    return lambda: rules.start_rule(wanted, unit=stage.unit, actor=actor)


def give_waiver(stage: Stage, actor: Any) -> Callable[[], object]:
    rule, person, until = access_rule(stage), stage.person(), timezone.now() + timedelta(days=1)
    return lambda: rules.give_waiver(rule, person, until=until, reason="Stocktaking", actor=actor)


def end_waiver(stage: Stage, actor: Any) -> Callable[[], object]:
    waiver: Any = give_waiver(stage, SYSTEM)()
    return lambda: rules.end_waiver(waiver, actor=actor)


def replace_role(stage: Stage, actor: Any) -> Callable[[], object]:
    role, twin = stage.role(), stage.role()
    stage.group(roles=[role])
    return lambda: groups.replace_role(role, twin, unit=stage.unit, actor=actor)


RULE_STEPS: dict[str, Step] = {
    "groups.services.replace_role": Step(replace_role),
    "accounts.services.rules.start_rule": Step(start_rule),
    "accounts.services.rules.replace_rule": with_access_rule(
        rules.replace_rule, rules.Wanted("nobody", "offers:create")
    ),
    "accounts.services.rules.end_rule": with_access_rule(rules.end_rule),
    "accounts.services.rules.give_waiver": Step(give_waiver),
    "accounts.services.rules.end_waiver": Step(end_waiver),
}
