"""What was taken away is gone at the very next request, whichever process answers it (S6, R2.7)."""

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

from accounts.models import Account
from accounts.services.lifecycle import disable_account, reactivate_account
from accounts.services.passwords import change_own_password
from adminrights.change import SYSTEM
from adminrights.models import Unit
from groups.models import Group
from groups.services import add_members, remove_members
from roles.models import Role
from roles.services import set_rule
from tests.factories import PASSWORD, AccountFactory, GroupFactory, RoleFactory, UnitFactory
from tests.soak import Measure, run, times
from tests.soak.site import Site, Visitor, at_once

TRIALS, ASKING = 1_000, 4
PAGE = "/groups/"


class Stage(NamedTuple):
    """Somebody who may open the page by one role of one group, and where."""

    unit: Unit
    person: Account
    group: Group
    role: Role


def _stage(number: int) -> Stage:
    unit = UnitFactory(name=f"Revoking {number}")
    AccountFactory(unit=unit, levels={"admin_rights": 2})
    role = RoleFactory(unit=unit, rules=["groups:list"])
    group = GroupFactory(unit=unit, roles=[role])
    return Stage(unit, AccountFactory(unit=unit, groups=[group]), group, role)


def _disable(stage: Stage) -> None:
    disable_account(stage.person, actor=SYSTEM, unit=stage.unit)


def _password(stage: Stage) -> None:
    change_own_password(stage.person, password=PASSWORD)


def _leave(stage: Stage) -> None:
    remove_members(stage.group, [stage.person], actor=SYSTEM)


def _edit(stage: Stage) -> None:
    set_rule(stage.role, "groups", ["get"], actor=SYSTEM, unit=stage.unit)


def _enable(stage: Stage) -> None:
    reactivate_account(stage.person, actor=SYSTEM, unit=stage.unit)


def _join(stage: Stage) -> None:
    add_members(stage.group, [stage.person], actor=SYSTEM)


def _give(stage: Stage) -> None:
    set_rule(stage.role, "groups", ["list"], actor=SYSTEM, unit=stage.unit)


# What takes it, how the next request is answered, and what gives it back.
WAYS: dict[str, tuple[Callable[[Stage], None], int, Callable[[Stage], None]]] = {
    "disable": (_disable, 302, _enable),
    "a new password": (_password, 302, lambda stage: None),
    "leaving the group": (_leave, 403, _join),
    "an edited role": (_edit, 403, _give),
}


@run("Taken away, then asked for")
def nothing_is_served_late(site: Site, scale: float) -> Iterable[Measure]:
    """Four processes know the right; it is taken; four requests that begin after the commit ask for it."""
    trials, served, other = times(TRIALS, scale), 0, Counter[Any]()
    stage = _stage(0)
    with site.web("--workers", "4", "--threads", "1") as (address, _web):
        visitors: list[Visitor] = []
        for number in range(trials):
            take, refused, give = WAYS[list(WAYS)[number % len(WAYS)]]
            visitors = visitors or [Visitor(address, stage.person) for _ in range(ASKING)]
            before = at_once([partial(_ask, visitor) for visitor in visitors])
            take(stage)
            answers = at_once([partial(_ask, visitor) for visitor in visitors])
            served += answers.count(200)
            other.update(f"before: {each}" for each in before if each != 200)
            other.update(f"after: {each}" for each in answers if each not in {200, refused})
            give(stage)
            visitors = [] if refused == 302 else visitors
    yield Measure("requests served that began after their right was taken", 0, served, served == 0)
    yield Measure(
        "answers that were neither the page before nor the refusal after", 0, dict(other) or 0, not other
    )
    yield Measure(f"trials, with {ASKING} requests before and after each", trials, trials, holds=True)


def _ask(visitor: Visitor) -> int:
    return visitor.session.get(f"{visitor.site}{PAGE}", timeout=120, allow_redirects=False).status_code
