"""Whatever anybody tries in whatever order, rights come only from those who may give them (Z2, Z6–Z10).

The long run of the same machine is `python -m tests.soak ceiling`.
"""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.ceiling import organisation
from tests.ceiling.machine import Ceiling

EXAMPLES, STEPS = 12, 25


@pytest.mark.slow
def test_no_way_through_the_doors_leads_beyond_what_entitled_people_gave(catalogue_rows: None) -> None:
    organisation.found()

    run_state_machine_as_test(
        Ceiling,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            # A busy machine is no broken promise.
            suppress_health_check=list(HealthCheck),
        ),
    )

    assert len(Ceiling.opened) > 25, "the machine stands before closed doors"
