"""Values as shapes: what stands where, and that nothing which is there vanishes."""

from hypothesis import given
from hypothesis import strategies as st

from adminrights.pictures import Box, bars, columns, scale, stacked


def number(per_cent: str) -> float:
    return float(per_cent.removesuffix("%"))


def test_a_bar_in_parts_shares_the_width_by_the_values():
    assert stacked([6, 0, 2]) == (
        Box("0%", "0%", "75%", "100%", 0),
        Box("75%", "0%", "25%", "100%", 2),
    )


def test_nothing_at_all_is_no_box():
    assert stacked([]) == stacked([0, 0]) == bars([0]) == columns([]).boxes == columns([[0], [0]]).boxes == ()


def test_bars_are_as_long_as_their_share_of_the_greatest():
    assert bars([40, 10]) == (Box("0%", "12.5%", "100%", "25%", 0), Box("0%", "62.5%", "25%", "25%", 1))


def test_columns_stand_on_the_ground_and_stack_upwards():
    drawn = columns([[3, 1], [0, 0]])

    assert (drawn.top, drawn.middle) == (4, 2)
    assert drawn.boxes == (Box("7%", "25%", "36%", "75%", 0), Box("7%", "0%", "36%", "25%", 1))


@given(st.lists(st.integers(0, 10**6), max_size=6))
def test_parts_fill_the_bar_and_the_smallest_can_be_seen(values: list[int]):
    boxes = stacked(values)

    assert [box.of for box in boxes] == [index for index, value in enumerate(values) if value]
    assert all(number(box.width) > 0.9 for box in boxes)
    assert not boxes or abs(sum(number(box.width) for box in boxes) - 100) < 0.1


@given(st.integers(0, 10**9))
def test_a_scale_ends_above_the_value_and_can_be_halved(most: int):
    end = scale(most)

    assert end >= most
    assert end % 2 == 0
    assert most < 2 or end <= 2 * most
