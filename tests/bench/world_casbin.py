"""pycasbin's world: everything in memory, levels as roles, its enforcer that looks up by permission."""

import tracemalloc
from functools import partial
from typing import Any

import casbin
from casbin.model import FastModel

from roles.catalogue import catalogue
from tests.bench.agreed import ASKED
from tests.bench.answers import Answering, answers
from tests.bench.organisation import organisation
from tests.bench.shape import Shape
from tests.bench.worker import Measure, Measures, Number, Once, cycle, line_out, serve, spread

MODEL = """
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act
"""


def enforcer(shape: Shape) -> Any:
    """Return the enforcer with everything in it. Who isn't active has no rules."""
    model = FastModel([2, 1])
    model.load_model_from_text(MODEL)
    found = casbin.FastEnforcer(model, cache_key_order=[2, 1])
    known = catalogue()
    policies = [
        [f"role{index}", *key.split(":")]
        for index, rights in enumerate(shape.roles)
        for key in sorted({key for right in rights for key in known.given_by(right)})
    ]
    policies += [
        [f"{module.key}@{int(level)}", *key.split(":")]
        for module in known.modules.values()
        for level in module.levels
        for key in sorted(known.level(module.key, int(level)))
    ]
    # Not by add_policies, which counts all of them anew at each.
    for policy in policies:
        found.model.model["p"]["p"].policy.append(policy)
    links = [[f"group{i}", f"role{role}"] for i, group in enumerate(shape.groups) for role in group.roles]
    for index, person in enumerate(shape.people):
        if person.status == "active":
            links += [[f"person{index}", f"group{group}"] for group in person.groups]
            links += [[f"person{index}", f"{given.module}@{given.level}"] for given in person.grants]
    # Nor by add_grouping_policies, which looks for each link among all of them.
    found.model.model["g"]["g"].policy.extend(links)
    found.build_role_links()
    return found


def measures(people: int, known: Any, size: float) -> Measures:
    following = cycle(spread(range(people)))

    def decide() -> Once:
        return partial(known.enforce, f"person{following()}", *ASKED.split(":"))

    return {
        "decision, nothing cached": Measure(decide, times=100),
        "memory of the policy": Number(lambda: (size, "people and their grants are in it too")),
    }


def main(n: int) -> None:
    out = line_out()
    shape = organisation(n)
    tracemalloc.start()
    known = enforcer(shape)
    size = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    answering = Answering(may=lambda index, key: bool(known.enforce(f"person{index}", *key.split(":"))))
    serve(out, measures(n, known, size), answers(shape, answering))
