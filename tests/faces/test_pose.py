from itertools import product

import numpy as np
import pytest
from PIL import Image

from talkingface.faces.landmarker import Landmarker
from talkingface.faces.pose import head_angles, head_place, pose_in_crop


def rotation(yaw, pitch, roll):
    """Return a (4, 4) matrix that rolls, pitches, then yaws by degrees; y up, z to the viewer."""
    y, p, r = np.radians([yaw, pitch, -roll])
    about_y = [[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]]
    about_x = [[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]]
    about_z = [[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]]
    matrix = np.eye(4)
    matrix[:3, :3] = 1.7 * np.array(about_y) @ about_x @ about_z
    return matrix


@pytest.mark.parametrize("angles", list(product((-50, 0, 35), (-30, 0, 25), (-40, 0, 15))))
def test_angles_of_a_rotation_are_recovered_whatever_its_scale(angles):
    assert head_angles(rotation(*angles)) == pytest.approx(angles, abs=1e-3)


def test_angle_signs_follow_the_picture():
    """The nose is the canonical face's +z, its top +y; the picture's x goes right and y down."""
    nose, top = np.array([0, 0, 1]), np.array([0, 1, 0])
    assert (rotation(30, 0, 0)[:3, :3] @ nose)[0] > 0.5, "positive yaw looks to the right"
    assert (rotation(0, 30, 0)[:3, :3] @ nose)[1] < -0.5, "positive pitch looks down"
    assert (rotation(0, 0, 30)[:3, :3] @ top)[0] > 0.5, "positive roll is clockwise"


def detect_angles(model, picture):
    with Landmarker(model) as landmarker:
        (face,) = landmarker.detect(picture)
    return head_angles(face.matrix)


def test_mirrored_picture_has_opposite_yaw_and_roll(model, close_up):
    tilted = np.asarray(Image.fromarray(close_up).rotate(-12, Image.Resampling.BICUBIC))
    one, other = detect_angles(model, tilted), detect_angles(model, tilted[:, ::-1])
    assert one[0] == pytest.approx(-other[0], abs=4)
    assert one[1] == pytest.approx(other[1], abs=4)
    assert one[2] == pytest.approx(-other[2], abs=4)


def test_turning_the_picture_clockwise_raises_roll_by_as_much(model, close_up):
    turned = np.asarray(Image.fromarray(close_up).rotate(-15, Image.Resampling.BICUBIC))
    difference = detect_angles(model, turned) - detect_angles(model, close_up)
    assert difference[2] == pytest.approx(15, abs=3)


def test_size_and_centre_of_a_turning_rigid_head_are_steady():
    rng = np.random.default_rng(0)
    head = rng.normal(size=(478, 3)) * 40
    head[[127, 234, 356, 454]] -= head[[127, 234, 356, 454]].mean(axis=0)
    for yaw in (-30, 0, 20):
        turned = head @ rotation(yaw, 10, 5)[:3, :3].T / 1.7
        centre, size = head_place(turned[:, :2] + (200, 100), turned[:, 2])
        assert centre == pytest.approx((200, 100), abs=1e-6)
        assert size == pytest.approx(head_place(head[:, :2], head[:, 2])[1], rel=1e-6)


def test_place_is_in_units_of_half_the_crop():
    pose = pose_in_crop(
        np.array([[1.0, 2.0, 3.0]]),
        centre=np.array([[150.0, 60.0]]),
        size=np.array([25.0]),
        crop_centre=np.array([[100.0, 100.0]]),
        crop_side=np.array([200.0]),
    )
    assert pose[0] == pytest.approx([1, 2, 3, 0.5, -0.4, np.log(0.25)])
