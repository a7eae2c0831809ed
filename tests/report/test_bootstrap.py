"""Intervals over seeds and people: what they cover, and that they are the same every time."""

import math

import numpy as np
import pytest

from talkingface.evaluation.results import VideoRow
from talkingface.report.claims.bootstrap import figure, holm
from talkingface.report.claims.cells import Cells, paired_cells, value_of


def random_cells(
    random: np.random.Generator, seeds: int, of_seeds: float, of_people: float
) -> Cells:
    """Cells whose true relative change is -10 %, with effects of seeds and of people."""
    people = 20
    base = 1 + 0.2 * random.normal(size=(1, people)) + 0.05 * random.normal(size=(seeds, 1))
    change = (
        of_seeds * random.normal(size=(seeds, 1))
        + of_people * random.normal(size=(1, people))
        + 0.03 * random.normal(size=(seeds, people))
    )
    base = base + np.zeros((seeds, people))
    return Cells(base * (0.9 + change), base, 0)


@pytest.mark.parametrize(
    ("seeds", "of_seeds", "of_people", "least"),
    [(3, 0.03, 0.0, 0.72), (3, 0.0, 0.1, 0.86), (8, 0.03, 0.0, 0.86), (8, 0.0, 0.1, 0.86)],
)
def test_the_interval_covers_the_truth_as_often_as_its_description_says(
    seeds: int, of_seeds: float, of_people: float, least: float
) -> None:
    random = np.random.default_rng(1)
    found = [
        figure(random_cells(random, seeds, of_seeds, of_people), "relative") for _ in range(80)
    ]
    covered = np.mean([it.low <= -0.1 <= it.high for it in found])
    assert least <= covered <= 1
    assert np.mean([it.high < 0 for it in found]) > 0.7, "and is narrow enough to find it"


def test_the_same_cells_give_the_same_interval() -> None:
    cells = random_cells(np.random.default_rng(0), 3, 0.02, 0.02)
    assert figure(cells, "relative") == figure(cells, "relative")


def test_an_effect_of_nothing_is_significant_one_time_in_twenty_and_not_much_more() -> None:
    random = np.random.default_rng(2)
    found = []
    for _ in range(80):
        base = 1 + 0.1 * random.normal(size=(5, 20))
        people = 0.05 * random.normal(size=(1, 20))
        found.append(figure(Cells(base * (1 + people), base, 0), "relative").p < 0.05)
    assert np.mean(found) < 0.15


def test_statistics_are_those_computed_by_hand() -> None:
    cells = Cells(np.array([[1.0, 3.0]]), np.array([[4.0, 4.0]]), 0)
    assert figure(cells, "relative").value == pytest.approx(-0.5)
    assert figure(cells, "difference").value == pytest.approx(-2.0)
    assert figure(cells, "level").value == pytest.approx(2.0)
    whole = figure(cells, "relative")
    # One seed: each draw takes 1, 2 or 3 as its mean, over 4.
    assert (whole.low, whole.high) == pytest.approx((-0.75, -0.25))
    assert whole.p == pytest.approx(2 / 10_001)


def test_cells_that_are_missing_weigh_nothing() -> None:
    some = Cells(
        np.array([[1.0, math.nan], [1.0, 3.0]]), np.array([[2.0, math.nan], [2.0, 6.0]]), 0
    )
    found = figure(some, "level")
    assert found.value == pytest.approx(5 / 3)
    assert figure(some, "relative").value == pytest.approx(-0.5)


def test_holm_corrects_the_smallest_most_and_keeps_the_order() -> None:
    found = holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005})
    assert found == pytest.approx({"d": 0.02, "a": 0.03, "c": 0.06, "b": 0.06})


def video(case: str, person: str, **values: float) -> VideoRow:
    return VideoRow(case, person, case, case, 10, values)


def test_a_video_without_a_value_in_one_arm_is_left_out_of_both() -> None:
    one = {0: {"x": video("x", "anna", aed=1.0), "y": video("y", "anna", aed=math.nan)}}
    other = {0: {"x": video("x", "anna", aed=2.0), "y": video("y", "anna", aed=100.0)}}
    cells = paired_cells(one, other, value_of(("aed",), other))
    assert (cells.arm.tolist(), cells.reference.tolist()) == ([[1.0]], [[2.0]])


def test_a_persons_videos_are_averaged_first() -> None:
    one = {
        0: {"x": video("x", "anna", aed=1.0), "y": video("y", "anna", aed=3.0)}
        | {"z": video("z", "ben", aed=6.0)}
    }
    cells = paired_cells(one, one, value_of(("aed",), one))
    assert cells.arm.tolist() == [[2.0, 6.0]]


def test_a_sum_weighs_its_metrics_by_the_baselines_means() -> None:
    base = {0: {"x": video("x", "anna", aed=0.1, apd=10.0)}}
    arm = {0: {"x": video("x", "anna", aed=0.05, apd=10.0)}}
    cells = paired_cells(arm, base, value_of(("apd", "aed"), base))
    assert figure(cells, "relative").value == pytest.approx(-0.25)
