from fractions import Fraction

import numpy as np
import pytest

from talkingface.faces.cuts import with_cuts

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


def test_cut_between_people_is_found_at_its_frame(talkers):
    assert cuts_in([*talkers[0], *talkers[1], *talkers[0]]) == [25, 50]


def test_moving_head_is_no_cut(talkers):
    assert cuts_in(talkers[0]) == []


def test_fast_cutting_is_followed():
    assert cuts_in([noise(k // 5) for k in range(25)]) == [5, 10, 15, 20]


@pytest.mark.parametrize("length", [1, 2, 3])
def test_flash_is_no_cut(talkers, length):
    pictures = list(talkers[0])
    pictures[8 : 8 + length] = [np.full_like(pictures[0], 250)] * length
    assert cuts_in(pictures) == []


def test_longer_white_is_a_shot(talkers):
    pictures = list(talkers[0])
    pictures[8:14] = [np.full_like(pictures[0], 250)] * 6
    assert cuts_in(pictures) == [8, 14]


def test_cut_in_the_last_frames_is_found(talkers):
    assert cuts_in([*talkers[0], talkers[1][0]]) == [25]


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
