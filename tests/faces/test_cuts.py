from fractions import Fraction

import numpy as np
import pytest

from talkingface.faces.cuts import with_cuts
from talkingface.synthetic.clip import frame_times, render_motion

RATE = Fraction(25)


def noise(seed, low=0, high=255, shape=(90, 160, 3)):
    """A picture of coarse coloured blocks."""
    blocks = np.random.default_rng(seed).integers(low, high, (9, 16, 3), dtype=np.uint8)
    return np.kron(blocks, np.ones((shape[0] // 9, shape[1] // 16, 1), np.uint8))


def cuts_in(pictures):
    found = list(with_cuts((k / RATE, picture) for k, picture in enumerate(pictures)))
    assert [time for time, _, _ in found] == [k / RATE for k in range(len(pictures))]
    assert all(a is b for a, (_, b, _) in zip(pictures, found, strict=True))
    return [k for k, (_, _, is_cut) in enumerate(found) if is_cut]


@pytest.fixture(scope="module")
def heads():
    """Two synthetic people moving before their own backgrounds, 20 frames each."""
    return [list(render_motion(seed, seed, frame_times(20, RATE), 96)) for seed in (1, 2)]


def test_cut_between_people_is_found_at_its_frame(heads):
    assert cuts_in([*heads[0], *heads[1], *heads[0]]) == [20, 40]


def test_moving_head_is_no_cut(heads):
    assert cuts_in(heads[0]) == []


def test_fast_cutting_is_followed():
    assert cuts_in([noise(k // 5) for k in range(25)]) == [5, 10, 15, 20]


@pytest.mark.parametrize("length", [1, 2, 3])
def test_flash_is_no_cut(heads, length):
    pictures = list(heads[0])
    pictures[8 : 8 + length] = [np.full_like(pictures[0], 250)] * length
    assert cuts_in(pictures) == []


def test_longer_white_is_a_shot(heads):
    pictures = list(heads[0])
    pictures[8:14] = [np.full_like(pictures[0], 250)] * 6
    assert cuts_in(pictures) == [8, 14]


def test_cut_in_the_last_frames_is_found(heads):
    assert cuts_in([*heads[0], heads[1][0]]) == [20]


def test_shaking_camera_is_no_cut():
    wide = np.concatenate([noise(k) for k in range(4)], axis=1)
    shake = np.random.default_rng(0).integers(5, 12, 60) * np.tile([1, -1], 30)
    starts = 200 + 3 * np.arange(60) + shake
    assert cuts_in([wide[:, x : x + 160] for x in starts.tolist()]) == []


def test_pictures_of_any_size_are_looked_at():
    for shape in ((1, 1), (3, 200), (200, 3), (8, 8), (1080, 1920)):
        one, other = np.zeros((*shape, 3), np.uint8), np.full((*shape, 3), 200, np.uint8)
        assert cuts_in([one] * 4 + [other] * 6) == [4]


def test_empty_video_has_no_frames():
    assert list(with_cuts([])) == []
