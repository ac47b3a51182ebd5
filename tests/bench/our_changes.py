"""What changes something: role changes, their preview, many people at once."""

import os
import subprocess
import sys
from functools import partial
from itertools import cycle
from pathlib import Path
from time import perf_counter
from typing import Any

from accounts.importing import Result, bring_in
from accounts.models import Account
from accounts.people_table import read_lines
from accounts.services.bulk import put_into_groups
from adminrights.change import preview, preview_all
from adminrights.consequences import consequences, texts
from groups.models import Group
from roles.models import Role
from roles.services import set_rule
from tests.bench.organisation import ACTIONS, KEPT
from tests.bench.serving import url_of_scratch
from tests.bench.worker import GIVE_UP, Measure, Measures, Number, Once

ASKED_AGAIN = 6
MANY, TWENTIETH, TENTH = "update", 20, 10


def measures(world: Any) -> Measures:
    """Return what is measured here, by name; what comes later finds what was changed before."""
    return {
        "impact preview": Measure(lambda: partial(_preview, world), times=3),
        "role change, group of 20": _role_change(world, "small"),
        "role change, large group": _role_change(world, "large"),
        "old answers after a role change": Number(partial(_old_answers, world)),
        "people into a group": _into_a_group(world),
        "import preview": Number(partial(_import_preview, world)),
        "import": Number(partial(_import, world)),
        "import, growth of memory": Number(partial(_import_memory, world)),
    }


def _preview(world: Any) -> object:
    role, resource = world.role("half"), KEPT["half"]
    run = partial(set_rule, role, resource, [*ACTIONS, MANY], actor=world.boss, unit=world.root)
    told = consequences(preview(run))
    if len(told) < 1:
        raise RuntimeError("The preview tells nothing")
    return told


def _role_change(world: Any, name: str) -> Measure:
    role: Role = world.role(name)
    people = sum(world.shape.special[name] in person.groups for person in world.shape.people)
    wanted = cycle(([*ACTIONS, MANY], list(ACTIONS)))

    def turn() -> Once:
        actions = next(wanted)
        return partial(set_rule, role, KEPT[name], actions, actor=world.boss, unit=world.root)

    return Measure(turn, times=6, note=f"{people} people")


def _old_answers(world: Any) -> tuple[float, str]:
    """Return how often another process decided by the old rules right after a role changed."""
    role, key = world.role("small"), f"{KEPT['small']}:{MANY}"
    old, wanted = 0, cycle((True, False))
    with _watcher() as watcher:
        assert watcher.stdin
        assert watcher.stdout
        for _ in range(ASKED_AGAIN):
            given = next(wanted)
            actions = [*ACTIONS, MANY] if given else list(ACTIONS)
            set_rule(role, KEPT["small"], actions, actor=world.boss, unit=world.root)
            print(world.filled.people[0], key, world.root.pk, file=watcher.stdin, flush=True)
            old += watcher.stdout.readline().strip() != str(given)
        watcher.stdin.close()
        watcher.wait(60)
    return old, f"{ASKED_AGAIN} changes, each asked about in another process at once"


def _watcher() -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.bench.launch", "watcher", "0"]
    pipe = subprocess.PIPE
    environment = os.environ | {"DATABASE_URL": url_of_scratch()}
    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True)


def _into_a_group(world: Any) -> Measure:
    """Put a twentieth of the people into a group at once."""
    people = world.filled.people[:-1]
    inside = {index for index, person in enumerate(world.shape.people) if 0 in person.groups}
    some = [pk for index, pk in enumerate(people) if index not in inside][: max(len(people) // TWENTIETH, 1)]

    def prepare() -> Once:
        found = list(
            Account.objects.filter(pk__lte=some[-1], pk__gte=some[0]).in_bulk(field_name="pk").values()
        )
        chosen = [account for account in found if account.pk in set(some)]
        group = Group.objects.get(pk=world.filled.groups[0])
        return partial(put_into_groups, chosen, [group], actor=world.boss, unit=world.root)

    return Measure(prepare, times=1, note=f"{len(some)} people")


def _table(number: int, prefix: str) -> bytes:
    lines = (f"{prefix}{i}@bench.example,Nia,Newcomer-{i},Group {i % 3}" for i in range(number))
    return "\n".join(["email,first_name,last_name,groups", *lines]).encode()


def _number(world: Any) -> int:
    return max(len(world.shape.people) // TENTH, 10)


def _import_preview(world: Any) -> tuple[float, str]:
    """Return of how many people a second the command says what inviting them would do, without doing it."""
    start, results = perf_counter(), list[Result]()
    lines = read_lines(_table(_number(world), "tried"))
    said = texts(*preview_all(lambda: results.extend(bring_in(lines, unit=world.root, actor=world.boss))))
    took = perf_counter() - start
    if not said or any(result.outcome != "invited" for result in results):
        raise RuntimeError("The preview tells of no invitation, or of a refusal")
    return len(results) / took, f"{len(results)} people in {took:.0f} s"


def _import(world: Any) -> tuple[float, str]:
    """Return how many people a second come in, mails queued."""
    lines = read_lines(_table(_number(world), "new"))
    start, done = perf_counter(), 0
    for result in bring_in(lines, unit=world.root, actor=world.boss):
        if result.outcome != "invited":
            raise RuntimeError(f"Line {result.number}: {result.message}")
        done += 1
        if perf_counter() - start > GIVE_UP:
            break
    return done / (perf_counter() - start), f"{done} of {len(lines)} people in {perf_counter() - start:.0f} s"


def _import_memory(world: Any) -> tuple[float, str]:
    """Return by how many MB the process grew while more people came in."""
    lines = read_lines(_table(max(len(world.shape.people) // TENTH // TENTH, 10), "more"))
    before, done, end = _resident(), 0, perf_counter() + GIVE_UP
    for _result in bring_in(lines, unit=world.root, actor=world.boss):
        done += 1
        if perf_counter() > end:
            break
    return _resident() - before, f"{done} people more"


def _resident() -> float:
    with Path("/proc/self/statm").open() as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
