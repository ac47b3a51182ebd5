"""Ten thousand steps of everybody through every door, and no right beyond what entitled people gave."""

import sys
from collections.abc import Iterable

from django.db import transaction
from django.test.utils import setup_test_environment, teardown_test_environment
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.ceiling import organisation
from tests.ceiling.machine import Ceiling
from tests.soak import Measure, run, times
from tests.soak.site import Site

STEPS, A_LIFE, AT_ONCE = 10_000, 50, 5


@run("Everybody at every door")
def nobody_rises(site: Site, scale: float) -> Iterable[Measure]:
    steps = times(STEPS, scale)
    Ceiling.tried.clear()
    Ceiling.opened.clear()
    broken = "none"
    # Only then a page says what it was drawn with.
    setup_test_environment()
    with transaction.atomic():
        organisation.found()
        try:
            # A life may end early, so that lives are no measure.
            while Ceiling.tried.total() < steps:
                live()
                print(f"{Ceiling.tried.total()} steps", file=sys.stderr, flush=True)
        except AssertionError as error:
            broken = " ".join([str(error), *getattr(error, "__notes__", [])])
        transaction.set_rollback(True)
    teardown_test_environment()
    yield Measure("steps after which a promise was broken", "none", broken, broken == "none")
    done = f"{Ceiling.tried.total()}; {Ceiling.opened.total()}"
    yield Measure("steps; those that changed something", "", done, holds=True)
    shut = sorted(Ceiling.tried.keys() - +Ceiling.opened)
    yield Measure("doors that never opened", "", ", ".join(shut) or "none", holds=True)


def live() -> None:
    """Let some lives go by, one after the other."""
    run_state_machine_as_test(
        Ceiling,
        settings=settings(
            max_examples=AT_ONCE,
            stateful_step_count=A_LIFE,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            # A busy machine is no broken promise.
            suppress_health_check=list(HealthCheck),
        ),
    )
