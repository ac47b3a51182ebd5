"""What happens between the demo's people, named as in the files; the journal keeps refusals as well."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from accounts.demo.builder import Demo
from accounts.demo.data import Happening
from accounts.models import AccessRequest, AccessRule, Account, Review
from accounts.reviews.scope import Scope
from accounts.services.grants import set_permission
from accounts.services.items import hand_over, take_back
from accounts.services.known_accounts import add_known_account
from accounts.services.levels import set_cells
from accounts.services.lifecycle import disable_account, update_account
from accounts.services.requests import approve_request, ask_for_access, decline_request
from accounts.services.reviews import Wanted as WantedReview
from accounts.services.reviews import decide, open_review
from accounts.services.rules import Wanted as WantedRule
from accounts.services.rules import give_waiver, start_rule
from accounts.services.units import switch_feature
from accounts.standing import Cell
from accounts.why.steps import Step as Taken
from adminrights.days import end_of
from adminrights.exceptions import Refused
from adminrights.services import rename_unit
from groups.services import add_members, remove_members
from roles.models import Role
from roles.services import set_rule


def plan_happenings(demo: Demo) -> None:
    """Plan what the files tell of."""
    for number, each in enumerate(demo.organisation.happenings):
        demo.at(demo.day(each.days, f"{each.do} {number}"), partial(happen, demo, each), each.by)


def happen(demo: Demo, each: Happening) -> None:
    """Do it; what is bound to be refused must be refused."""
    run = partial(DEEDS[each.do], demo, demo.account(each.by), **each.details)
    if not each.refused:
        run()
        return
    with suppress(Refused):
        run()
        raise AssertionError(f"Nothing refused this: {each}")


def join(demo: Demo, actor: Account, *, who: str, group: str) -> None:
    add_members(demo.groups[group], [demo.account(who)], actor=actor)


def leave(demo: Demo, actor: Account, *, who: str, group: str) -> None:
    remove_members(demo.groups[group], [demo.account(who)], actor=actor)


def rule(demo: Demo, actor: Account, *, role: str, target: str, actions: list[str]) -> None:
    set_rule(demo.roles[role], target, actions, actor=actor, unit=demo.root)


def disable(demo: Demo, actor: Account, *, who: str) -> None:
    disable_account(demo.account(who), actor=actor, unit=demo.root)


def call(demo: Demo, actor: Account, *, who: str, phone: str, unit: str) -> None:
    update_account(demo.account(who), actor=actor, unit=demo.units[unit], phone=phone)


def permit(demo: Demo, actor: Account, *, who: str, unit: str, permission: str, given: bool = True) -> None:
    set_permission(demo.account(who), permission, given=given, actor=actor, unit=demo.units[unit])


def place(demo: Demo, actor: Account, *, who: str, unit: str, level: str, instead_of: str = "") -> None:
    """Put somebody on a level of a unit; for one who isn't there yet, from the organisation's matrix."""
    there = demo.units[unit]
    known = Account.objects.in_unit(there).filter(pk=demo.account(who).pk).exists()
    scope = there if known else there.root or there
    taken = [cell(demo, who, unit, instead_of)] if instead_of else []
    set_cells([cell(demo, who, unit, level)], taken, actor=actor, unit=scope)


def displace(demo: Demo, actor: Account, *, who: str, unit: str, level: str) -> None:
    set_cells((), [cell(demo, who, unit, level)], actor=actor, unit=demo.units[unit])


def cell(demo: Demo, who: str, unit: str, level: str) -> Cell:
    role = Role.objects.get(unit=None, name=level)
    return Cell(demo.account(who).pk, demo.units[unit].pk, role.pk)


def admit(demo: Demo, actor: Account, *, who: str, unit: str, level: str) -> None:
    """Add somebody from another organisation, on a level of the matrix (S4-10)."""
    add_known_account(demo.account(who).email, unit=demo.units[unit], actor=actor)
    place(demo, actor, who=who, unit=unit, level=level)


def feature(demo: Demo, actor: Account, *, unit: str, feature: str, on: bool) -> None:
    switch_feature(demo.units[unit], feature, on=on, actor=actor)


def rename(demo: Demo, actor: Account, *, unit: str, name: str) -> None:
    rename_unit(demo.units[unit], name, actor=actor)


def hand(demo: Demo, actor: Account, *, item: str, who: str) -> None:
    hand_over(demo.items[item], demo.account(who), actor=actor)


def fetch(demo: Demo, actor: Account, *, item: str, who: str) -> None:
    take_back(demo.items[item], demo.account(who), actor=actor)


def ask(demo: Demo, actor: Account, *, permission: str, reason: str) -> None:
    ask_for_access(actor, permission, unit=demo.root, reason=reason)


def grant(demo: Demo, actor: Account, *, who: str, permission: str, lasts: int) -> None:
    """Give the single right that somebody asked for, for so many days."""
    asked = AccessRequest.objects.get(account=demo.account(who), permission=permission)
    ends = end_of((demo.now + timedelta(days=lasts)).date())
    approve_request(asked, [Taken("key", permission)], actor=actor, ends=ends)


def decline(demo: Demo, actor: Account, *, who: str, answer: str) -> None:
    decline_request(AccessRequest.objects.get(account=demo.account(who)), answer=answer, actor=actor)


def forbid(demo: Demo, actor: Account, **said: Any) -> None:
    """Start an access rule of the organisation, though not everybody keeps to it yet."""
    start_rule(WantedRule(**said), unit=demo.root, actor=actor, despite=True)


def spare(demo: Demo, actor: Account, *, who: str, first: str, reason: str, lasts: int) -> None:
    """Let somebody off the access rule about a permission, for so many days."""
    ends = end_of((demo.now + timedelta(days=lasts)).date())
    ruled = AccessRule.objects.get(unit=demo.root, first=first)
    give_waiver(ruled, demo.account(who), until=ends, reason=reason, actor=actor)


def review(demo: Demo, actor: Account, *, group: str, name: str, notes: str, lasts: int) -> None:
    """Open a review of a group's members, to be done within so many days from now."""
    scope = Scope(Review.Kind.GROUP, demo.root, group=demo.groups[group])
    due = (demo.now + timedelta(days=lasts)).date()
    open_review(scope, WantedReview(name, notes, due, [actor]), actor=actor)


def judge(demo: Demo, actor: Account, *, name: str, who: list[str], decision: str, reason: str) -> None:
    """Keep or revoke what some people have, in the review of this name."""
    asked = Review.objects.get(name=name)
    lines = asked.lines.filter(account__in=[demo.account(each) for each in who])
    decide(asked, dict(lines.values_list("pk", "version")), decision, actor=actor, reason=reason)


DEEDS: Mapping[str, Callable[..., Any]] = {
    deed.__name__: deed
    for deed in (
        *(join, leave, rule, disable, call, permit),
        *(place, displace, admit, feature, rename, hand, fetch),
        *(ask, grant, decline, forbid, spare, review, judge),
    )
}
