from fractions import Fraction

import numpy as np
import pytest

from talkingface.faces.shots import shot_changes

RATE = Fraction(25)
COUNT = 30


def still(count=COUNT):
    return (
        np.arange(count),
        np.tile([100.0, 100, 180, 200], (count, 1)),
        np.tile(np.eye(4), (count, 1, 1)),
    )


def turned(yaw):
    y = np.radians(yaw)
    matrix = np.tile(np.eye(4), (len(yaw), 1, 1))
    matrix[:, 0, 0], matrix[:, 0, 2] = np.cos(y), np.sin(y)
    matrix[:, 2, 0], matrix[:, 2, 2] = -np.sin(y), np.cos(y)
    return matrix


def test_still_head_has_no_cut():
    assert shot_changes(*still(), RATE) == ()


def test_fast_turn_and_fast_walk_are_no_cuts():
    numbers, bounds, _ = still()
    swing = 30 * np.sin(np.arange(COUNT) / 4)
    assert np.abs(np.diff(swing)).max() * RATE > 180, "degrees a second"
    walk = bounds + 20 * np.arange(COUNT)[:, None]
    assert shot_changes(numbers, walk, turned(swing), RATE) == ()


@pytest.mark.parametrize("change", [(120, 0, 120, 0), (-20, -30, 60, 70)], ids=["place", "size"])
def test_face_elsewhere_or_of_another_size_in_the_next_frame_is_a_cut(change):
    numbers, bounds, matrix = still()
    bounds[12:] += change
    assert shot_changes(numbers, bounds, matrix, RATE) == (12 / RATE,)


def test_face_turned_as_no_head_can_is_a_cut_in_the_same_place():
    numbers, bounds, _ = still()
    yaw = np.where(np.arange(COUNT) < 12, 0.0, 25.0)
    assert shot_changes(numbers, bounds, turned(yaw), RATE) == (12 / RATE,)
    assert shot_changes(numbers, bounds, turned(yaw), Fraction(10)) == (), "0.1 s is time enough"


def test_face_that_was_away_for_long_may_return_elsewhere():
    numbers, bounds, matrix = still()
    bounds[12:] += (120, 0, 120, 0)
    numbers[12:] += 10
    assert shot_changes(numbers, bounds, matrix, RATE) == ()
