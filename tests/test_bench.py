"""The benchmark's worlds are those that they claim to be; the time they take isn't tested."""

import pytest

from tests.bench.agreement import Disagreement, check
from tests.bench.filling import fill
from tests.bench.shape import Person, many_units, one_unit


@pytest.mark.django_db
@pytest.mark.parametrize("make", [one_unit, many_units])
def test_a_workload_is_answered_as_the_brute_force_evaluation_answers_it(make):
    shape = make(60)
    assert "sets agree" in check(shape, *fill(shape), size=3)


@pytest.mark.django_db
def test_another_answer_than_that_of_the_brute_force_evaluation_is_found():
    shape = many_units(3)
    units, people = fill(shape)
    shape.people[:] = [Person("A", "B", "", status="disabled") for _person in shape.people]
    with pytest.raises(Disagreement):
        check(shape, units, people, size=3)
