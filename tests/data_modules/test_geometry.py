"""Mirrored and cropped samples carry labels that are true of them."""

from pathlib import Path

import numpy as np
import pytest

from data_modules.geometry import GeometricAugmentation, Labels, cropped, mirrored
from talkingface.faces.landmark_sets import MIRRORED_IBUG68
from talkingface.faces.landmarker import EXPRESSION
from talkingface.manifest import clip_path, read_dataset, read_track
from talkingface.synthetic.deform import EXPRESSION_NAMES
from talkingface.video.clips import read_clip_frames


@pytest.fixture
def sample(talking_heads: Path) -> tuple[np.ndarray, Labels]:
    clip = read_dataset(talking_heads)[1][0].clip
    track = read_track(talking_heads, clip)
    frames = read_clip_frames(clip_path(talking_heads, clip), range(4))
    return frames, Labels(track.pose[:4], track.expression[:4], track.landmarks[:4])


def test_a_mirror_twice_is_no_mirror(sample: tuple[np.ndarray, Labels]) -> None:
    frames, labels = sample
    once = mirrored(frames, labels, EXPRESSION_NAMES)
    assert not np.array_equal(once[0], frames)
    back_frames, back = mirrored(*once, EXPRESSION_NAMES)
    np.testing.assert_array_equal(back_frames, frames)
    for name in ("pose", "expression", "landmarks"):
        np.testing.assert_allclose(getattr(back, name), getattr(labels, name), atol=1e-6)


def test_mirrored_landmarks_keep_their_meaning() -> None:
    assert sorted(MIRRORED_IBUG68) == list(range(68))
    assert all(MIRRORED_IBUG68[MIRRORED_IBUG68[i]] == i for i in range(68))
    pairs = {0: 16, 17: 26, 31: 35, 36: 45, 41: 46, 48: 54, 60: 64, 8: 8, 30: 30, 51: 51, 66: 66}
    assert all(MIRRORED_IBUG68[a] == b for a, b in pairs.items())


def test_a_mirrored_head_looks_the_other_way(sample: tuple[np.ndarray, Labels]) -> None:
    _, labels = sample
    pose = labels.pose + np.array([20, 5, 3, 0.1, 0.2, 0.3], np.float32)
    other = mirrored(sample[0], Labels(pose, labels.expression, labels.landmarks), EXPRESSION_NAMES)
    np.testing.assert_allclose(other[1].pose, pose * (-1, 1, -1, -1, 1, 1))
    left, right = (EXPRESSION_NAMES.index(f"blink_{side}") for side in ("left", "right"))
    np.testing.assert_array_equal(other[1].expression[:, left], labels.expression[:, right])
    # The person's right eye lies left in the picture, before and after.
    assert (other[1].landmarks[:, 36, 0] < other[1].landmarks[:, 45, 0]).all()


def test_every_blendshape_has_its_other_side() -> None:
    labels = Labels(
        np.zeros((1, 6), np.float32),
        np.arange(51, dtype=np.float32)[None],
        np.zeros((1, 68, 2), np.float32),
    )
    _, other = mirrored(np.zeros((1, 4, 4, 3), np.uint8), labels, EXPRESSION)
    at = {name: other.expression[0, i] for i, name in enumerate(EXPRESSION)}
    assert at["mouthSmileLeft"] == EXPRESSION.index("mouthSmileRight")
    assert at["jawRight"] == EXPRESSION.index("jawLeft")
    assert at["jawOpen"] == EXPRESSION.index("jawOpen")


def test_a_crop_moves_landmarks_and_pose_with_the_pixels() -> None:
    frames = np.zeros((1, 100, 100, 3), np.uint8)
    frames[0, 60:62, 40:42] = 255
    pose = np.array([[10, 0, 0, -0.2, 0.2, 0.0]], np.float32)
    points = np.full((1, 68, 2), (0.41, 0.61), np.float32)
    labels = Labels(pose, np.zeros((1, 9), np.float32), points)
    out, moved = cropped(frames, labels, left=0.1, top=0.2, side=0.5)
    y, x = np.unravel_index(out[0, :, :, 0].argmax(), (100, 100))
    np.testing.assert_allclose(moved.landmarks[0, 0] * 100, (x + 0.5, y + 0.5), atol=1.1)
    # x = -0.2 is 0.4 of the frame: 0.6 of the crop, which is 0.2 right of its middle.
    np.testing.assert_allclose(moved.pose, [[10, 0, 0, 0.2, 0.6, np.log(2)]], atol=1e-5)


def test_no_crop_leaves_the_sample_as_it_is(sample: tuple[np.ndarray, Labels]) -> None:
    frames, labels = sample
    plain = GeometricAugmentation(mirror=0, zoom=0)
    out, same = plain.apply(frames, labels, EXPRESSION_NAMES, np.random.default_rng(0))
    np.testing.assert_array_equal(out, frames)
    np.testing.assert_allclose(same.pose, labels.pose, atol=1e-6)
