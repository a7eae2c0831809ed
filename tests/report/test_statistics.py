"""Intervals and paired differences against answers computed by hand."""

import math

import pytest

from talkingface.report.statistics import estimate, paired_difference, t_quantile


@pytest.mark.parametrize(
    ("freedom", "tabulated"),
    [(1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (9, 2.2622), (30, 2.0423)],
)
def test_quantiles_are_those_of_the_printed_table(freedom: int, tabulated: float) -> None:
    assert t_quantile(freedom) == pytest.approx(tabulated, abs=5e-5)


def test_the_interval_of_three_seeds_is_as_by_hand() -> None:
    # Deviations -1, 0, 1: variance 1, standard error 1/sqrt(3), t of two degrees 4.30265.
    found = estimate([2.0, 3.0, 4.0])
    assert (found.mean, found.count) == (3.0, 3)
    assert found.half == pytest.approx(4.30265 / math.sqrt(3), abs=1e-5)
    assert found.low == pytest.approx(3 - 2.48414, abs=1e-5)
    assert found.high == pytest.approx(3 + 2.48414, abs=1e-5)
    assert found.sign == 1


def test_one_seed_has_no_interval_and_settles_nothing() -> None:
    found = estimate([5.0])
    assert (found.half, found.low, found.high, found.sign) == (None, None, None, 0)


def test_differences_are_taken_seed_by_seed() -> None:
    # Means differ wildly between seeds; the differences are 1, 2 and 3 all the same.
    base = {0: 10.0, 1: 1000.0, 2: -50.0, 7: 3.0}
    found = paired_difference({0: 11.0, 1: 1002.0, 2: -47.0, 9: 1.0}, base)
    assert found is not None
    assert (found.mean, found.count) == (2.0, 3)
    assert found.half == pytest.approx(2.48414, abs=1e-5)
    assert found.sign == 0


def test_without_a_common_seed_there_is_no_difference() -> None:
    assert paired_difference({0: 1.0}, {1: 1.0}) is None


def test_values_that_are_not_numbers_settle_nothing() -> None:
    assert estimate([math.nan, 1.0]).sign == 0
