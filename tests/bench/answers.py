"""What every world is asked before anything is timed: all that know an answer must give the same. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.bench.agreed import Disagreement
from tests.bench.organisation import asked
from tests.bench.shape import SEED, Shape

SAMPLE, FIRST = 25, 50


@dataclass(frozen=True)
class Answering:
    """How a world answers: by the place of a person in the shape, and by permission. None: it can't."""

    held: Callable[[int], Iterable[str]] | None = None
    may: Callable[[int, str], bool] | None = None
    count: Callable[[str], int] | None = None
    first: Callable[[str], Sequence[str]] | None = None
    found: Callable[[str], int] | None = None
    touched: Callable[[], int] | None = None


def sample(shape: Shape) -> list[int]:
    """Return the people who are asked about, active ones among them and others."""
    size = len(shape.people)
    return Random(SEED).sample(range(size), min(SAMPLE, size))


def terms(shape: Shape) -> dict[str, str]:
    """Return what is searched for: what one person has, and what many have."""
    return {"one hit": f"account{len(shape.people) // 2}@", "many hits": "Kim-1"}


def answers(shape: Shape, world: Answering) -> dict[str, Any]:
    """Return the world's answers by question, as JSON has them."""
    people, keys = sample(shape), asked(shape).values()
    found: dict[str, Any] = {}
    if world.held:
        found |= {f"what person {each} was given": sorted(world.held(each)) for each in people}
    if world.may:
        found |= {f"whether person {i} may {key}": world.may(i, key) for i in people for key in keys}
    if world.count:
        found |= {f"how many may {key}": world.count(key) for key in keys}
    if world.first:
        found |= {f"the first who may {key}": list(world.first(key)) for key in keys}
    if world.found:
        found |= {f"how many are found by {term}": world.found(term) for term in terms(shape).values()}
    if world.touched:
        found["how many a role change touches"] = world.touched()
    return found


def compare(ours: dict[str, Any], others: dict[str, dict[str, Any]]) -> str:
    """Return a sentence about the answers that agree. Raises Disagreement at the first that doesn't."""
    same = 0
    for name, given in others.items():
        for question, answer in given.items():
            if question not in ours:
                continue
            if answer != ours[question]:
                raise Disagreement(f"{name}, {question}: {answer!r:.300} instead of {ours[question]!r:.300}")
            same += 1
    return f"{same} answers of {', '.join(others)} agree with ours."
