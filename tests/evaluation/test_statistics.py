"""Intervals cover what they should, and what has no value is counted, not averaged."""

import math

import numpy as np
import pytest
from scipy.stats import bootstrap

from talkingface.evaluation.statistics import mean_of


def test_intervals_cover_the_true_mean_about_as_often_as_they_say() -> None:
    random = np.random.default_rng(0)
    covered = 0
    for _ in range(300):
        # Skewed, as errors are; the true mean is 2.
        found = mean_of(random.gamma(4.0, 0.5, size=40).tolist())
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 2.0 <= found.high
    assert 0.90 <= covered / 300 <= 0.98


def test_intervals_over_people_cover_where_videos_of_one_person_resemble_each_other() -> None:
    random = np.random.default_rng(0)
    people = [f"person {k}" for k in range(40) for _ in range(3)]
    covered = {"video": 0, "identity": 0}
    for _ in range(200):
        values = (random.normal(size=(40, 1)) + random.normal(size=(40, 3))).ravel().tolist()
        for unit, groups in (("video", None), ("identity", people)):
            found = mean_of(values, groups)
            assert found.low is not None
            assert found.high is not None
            assert found.mean == pytest.approx(np.mean(values))
            covered[unit] += found.low <= 0 <= found.high
    assert 0.90 <= covered["identity"] / 200 <= 0.98
    assert covered["video"] / 200 < 0.85


def test_one_person_has_no_interval_over_people() -> None:
    found = mean_of([1.0, 2.0, math.nan], ["anna", "anna", "ben"])
    assert (found.mean, found.low, found.high, found.videos) == (1.5, None, None, 2)


def test_intervals_are_those_of_an_independent_implementation() -> None:
    values = np.random.default_rng(1).gamma(4.0, 0.5, size=30)
    found = mean_of(values.tolist())
    expected = bootstrap(
        (values,), np.mean, method="percentile", n_resamples=100_000, rng=2
    ).confidence_interval
    width = expected.high - expected.low
    assert found.low == pytest.approx(expected.low, abs=0.02 * width)
    assert found.high == pytest.approx(expected.high, abs=0.02 * width)


def test_the_same_values_give_the_same_interval_and_many_videos_fit_in_memory() -> None:
    values = np.random.default_rng(2).normal(size=3000).tolist()
    assert mean_of(values) == mean_of(values)
    assert mean_of(values) != mean_of(values, seed=1)


def test_a_video_without_a_value_is_left_out_and_counted() -> None:
    found = mean_of([1.0, math.nan, 3.0])
    assert (found.mean, found.videos, found.left_out) == (2.0, 2, 1)
    assert (found.low, found.high) == (1.0, 3.0)


def test_one_video_has_no_interval_and_none_has_a_reason() -> None:
    one = mean_of([math.nan, 0.25])
    assert (one.mean, one.low, one.high, one.missing) == (0.25, None, None, None)
    none = mean_of([math.nan, math.nan])
    assert (none.mean, none.missing) == (None, "none of 2 videos has a value")
    assert mean_of([]).missing == "no video"


def test_an_infinite_value_is_neither_averaged_nor_left_out() -> None:
    found = mean_of([1.0, math.inf, math.nan])
    assert (found.mean, found.low, found.videos) == (None, None, 2)
    assert found.missing == "infinite for 1 of 3 videos"
