"""The steps about requests, as in steps.py (L1)."""

from collections.abc import Callable
from typing import Any

from accounts.services import requests
from accounts.services.grants import set_permissions
from accounts.why.steps import Step as Taken
from adminrights.change import SYSTEM
from tests.asking.acts import EXPORT, asked_by
from tests.security.steps import Stage, Step


def approve(stage: Stage, actor: Any) -> Callable[[], object]:
    request = asked_by(stage.person(), stage.unit)
    return lambda: requests.approve_request(request, [Taken("key", EXPORT)], actor=actor)


def decline(stage: Stage, actor: Any) -> Callable[[], object]:
    request = asked_by(stage.person(), stage.unit)
    return lambda: requests.decline_request(request, answer="Not needed", actor=actor)


def close(stage: Stage, actor: Any) -> Callable[[], object]:
    request = asked_by(stage.person(), stage.unit)
    set_permissions(request.account, {EXPORT: True, "contacts:list": True}, actor=SYSTEM, unit=stage.unit)
    return lambda: requests.close_request(request, actor=actor)


REQUEST_STEPS: dict[str, Step] = {
    "accounts.services.requests.approve_request": Step(approve),
    "accounts.services.requests.decline_request": Step(decline),
    "accounts.services.requests.close_request": Step(close),
}
