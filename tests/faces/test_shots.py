from fractions import Fraction

import numpy as np
import pytest

from talkingface.faces.shots import is_another_shot

RATE = Fraction(25)
BOUNDS = np.array([100.0, 100, 180, 200])


def turned(degrees):
    yaw = np.radians(degrees)
    matrix = np.eye(4)
    matrix[0, 0], matrix[0, 2] = np.cos(yaw), np.sin(yaw)
    matrix[2, 0], matrix[2, 2] = -np.sin(yaw), np.cos(yaw)
    return matrix


def other_shot(move=(0, 0, 0, 0), yaw=0.0, frames=1, rate=RATE):
    return is_another_shot((BOUNDS, turned(0)), (BOUNDS + move, turned(yaw)), frames, rate)


def test_still_head_is_in_one_shot():
    assert not other_shot()


def test_fast_turn_and_fast_walk_are_no_cuts():
    assert not other_shot(yaw=8), "200 degrees a second"
    assert not other_shot(move=(20, 20, 20, 20))


@pytest.mark.parametrize("move", [(120, 0, 120, 0), (-20, -30, 60, 70)], ids=["place", "size"])
def test_face_elsewhere_or_of_another_size_in_the_next_frame_is_a_cut(move):
    assert other_shot(move=move)


def test_face_turned_as_no_head_can_is_a_cut_in_the_same_place():
    assert other_shot(yaw=25)
    assert not other_shot(yaw=25, rate=Fraction(10)), "0.1 s is time enough"
    assert not other_shot(yaw=25, frames=3)


def test_face_that_was_away_for_long_may_return_elsewhere():
    assert other_shot(move=(120, 0, 120, 0), frames=3)
    assert not other_shot(move=(120, 0, 120, 0), frames=10)
