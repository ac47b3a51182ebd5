"""The long runs, short: `make soak` runs them whole. SOAK_SCALE says how much of them is run here."""

import os
from pathlib import Path

import pytest

from tests.soak import Measure, times
from tests.soak.__main__ import tell
from tests.soak.mail import mail_survives
from tests.soak.site import Site
from tests.soak.tables import lines_are_whole
from tests.soak.together import no_update_is_lost, one_administrator_stays, twins_count_once

SCALE = float(os.environ.get("SOAK_SCALE", "0.025"))

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    "long_run",
    [mail_survives, twins_count_once, one_administrator_stays, no_update_is_lost, lines_are_whole],
    ids=lambda run: run.__name__,
)
def test_what_the_long_runs_promise_holds_in_the_short(
    long_run, catalogue_rows: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    measures = list(long_run(Site(tmp_path), SCALE))
    tell(long_run.__name__, measures)
    assert all(measure.holds for measure in measures), capsys.readouterr().out


def test_a_table_names_what_was_missed(capsys: pytest.CaptureFixture[str]) -> None:
    tell("Crashes", [Measure("lost", 0, 3, holds=False), Measure("made up", 0, 0, holds=True)])
    said = capsys.readouterr().out
    assert "MISSED" in said
    assert "holds" in said
    assert (times(200, 0.1), times(20, 0.001)) == (20, 1)
