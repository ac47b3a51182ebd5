"""The map from rows to tests counts what stands at a test and nothing else, and its check notices gaps."""

import pytest

from tests import rows

SOURCE = """
# S0-01
@fixture
# S0-02: and scenario 7
def test_above(): ...


def test_beside(): ...  # S2-13 to S2-16, T6


def test_none():
    assert "# S0-03"


# S0-04

def test_apart():
    # C-09, scenarios 14 and 15
    ...
"""
NO_REASONS: rows.Reasons = {kind: {} for kind in rows.WORDS}


def test_a_row_counts_for_the_test_at_which_it_stands() -> None:
    assert rows.rows_by_test(SOURCE) == {
        "test_above": ["S0-01", "S0-02", "SC-07"],
        "test_beside": ["S2-13", "S2-14", "S2-15", "S2-16", "T6"],
        "test_none": [],
        "test_apart": ["C-09", "SC-14", "SC-15"],
    }


def test_a_table_of_rows_counts_line_by_line() -> None:
    assert len(set(rows.rows_of("# each line of named_rows.txt")) & set(rows.ROWS)) == 106


@pytest.mark.parametrize(
    ("proved", "reasons", "mistake"),
    [
        ({}, {}, "S0-05 has neither a test nor a reason."),
        (
            {"S0-05": ["a::b"]},
            {"explains": {"S0-05": "Why."}},
            "S0-05 has a test and a reason to have none: a::b",
        ),
        ({}, {"explains": {"S0-05": "A."}, "background": {"S0-05": "B."}}, "S0-05 has two reasons."),
        ({}, {"explains": {"S0-05": ""}}, "S0-05 has an empty reason."),
        ({"S0-99": ["a::b"]}, {}, "S0-99 doesn't exist: a::b"),
        ({}, {"not_yet": {"S9-01": "Later."}}, "S9-01 doesn't exist: rows_without_tests.toml"),
    ],
)
def test_what_is_wrong_is_said(proved: rows.Proofs, reasons: rows.Reasons, mistake: str) -> None:
    assert mistake in list(rows.mistakes(proved, NO_REASONS | reasons))


def test_the_page_says_for_each_row_which_test_proves_it_or_why_none_does() -> None:
    page = rows.page({"S0-01": ["a::b", "c::d"]}, NO_REASONS | {"not_yet": {"S2-39": "second factors."}})

    assert "| S0-01 | `a::b`<br>`c::d` |" in page
    assert "- S2-39: second factors." in page
    assert "| S2-39 | Not yet: second factors. |" in page
    assert "| S0-02 | **nothing** |" in page
