"""Decisions, effective sets, and who can."""

import tracemalloc
from functools import partial
from typing import Any

from django.utils import timezone

from accounts import policy
from accounts.access import effective, resolve_held
from accounts.held import held_of
from accounts.models import Account
from accounts.policy import load_policy, policy_for
from accounts.who.listing import Wanted
from accounts.who.people import people_who
from accounts.who.question import about_permission
from accounts.who.shown import shown
from adminrights.models.facts import live_now
from tests.bench.agreed import ASKED
from tests.bench.answers import FIRST
from tests.bench.organisation import asked
from tests.bench.paging import ROWS
from tests.bench.worker import Measure, Measures, Number, Once, cycle, spread


def measures(world: Any) -> Measures:
    """Return what is measured here, by name."""
    units = world.filled.units
    places = [(pk, units[index % len(units)]) for index, pk in enumerate(spread(world.filled.people[:-1]))]
    return _of_one(cycle(places)) | _of_many(world) | _who_can(world)


def _of_one(following: Any) -> Measures:
    def fresh() -> tuple[Account, Any]:
        pk, unit = following()
        return Account.objects.get(pk=pk), unit

    def cold() -> Once:
        account, unit = fresh()
        return partial(account.has_perm, ASKED, unit)

    def cold_process() -> Once:
        policy._kept.clear()
        return cold()

    def warm() -> Once:
        account, unit = fresh()
        account.decisions = {}
        account.has_perm(ASKED, unit)
        return partial(account.has_perm, ASKED, unit)

    def why() -> Once:
        account, unit = fresh()
        return lambda: effective(account, unit).held.get(ASKED)

    return {
        "decision, nothing cached": Measure(cold, times=300),
        "decision, in a new process": Measure(cold_process, times=10),
        "decision, again": Measure(warm, times=200, repeat=200),
        "why": Measure(why, times=200),
        "effective set": Measure(lambda: partial(effective, *fresh()), times=200),
    }


def _of_many(world: Any) -> Measures:
    page = world.filled.people[:ROWS]

    def sets() -> list[object]:
        now = timezone.now()
        held, token = held_of(page, now)
        known = policy_for(token, now)
        return [resolve_held(pk, each, known, world.root.pk) for pk, each in held.items()]

    return {
        "effective sets of a page": Measure(lambda: sets, times=30, note=f"{len(page)} accounts"),
        "memory of the policy": Number(_memory),
    }


def _memory() -> tuple[float, str]:
    """Return the bytes that a process keeps of the policy."""
    tracemalloc.start()
    now = timezone.now()
    kept = load_policy(live_now(now), now)
    size, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return size / 1e6, f"{len(kept.group_roles)} groups, {len(kept.role_rights)} roles, one copy"


def _who_can(world: Any) -> Measures:
    found: Measures = {}
    for share, key in asked(world.shape).items():
        question = about_permission(key, world.root)
        number = partial(_number, question)
        found[f"who can, count: {share}"] = Measure(
            lambda number=number: number,  # type: ignore[misc]
            times=10,
            note=f"{number()} people",
        )
        page = partial(_first_page, question, world.root)
        found[f"who can, page: {share}"] = Measure(lambda page=page: page, times=10)  # type: ignore[misc]
    return found


def _number(question: Any) -> int:
    return len(people_who(question).everybody)


def _first_page(question: Any, unit: Any) -> Any:
    """Return what the page has: the numbers in words, the first people by name, and the sources of each."""
    people = shown(question, unit, Wanted(), None)
    rows = people.data[:FIRST]
    return people.counts().sentence(), rows, people.lines([row.pk for row in rows], links=True)
