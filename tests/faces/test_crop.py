import numpy as np
import pytest

from talkingface.faces.crop import (
    Box,
    bounds_of,
    crop_frame,
    cut,
    frame_face,
    kept_inside,
    share_outside,
)
from talkingface.faces.framings import FRAMINGS


def test_framing_leaves_room_for_hair_above_and_shoulders_below():
    box = frame_face(np.array([100.0, 80.0, 180.0, 180.0]))
    assert 0.55 <= 100 / box.side <= 0.6
    assert (80 - box.y) / box.side > 0.2
    assert (box.y + box.side - 180) / box.side > 0.15
    assert box.centre[0] == pytest.approx(140)


def test_scale_widens_the_crop_about_its_centre():
    bounds = np.array([100.0, 80.0, 180.0, 180.0])
    one, wide = frame_face(bounds), frame_face(bounds, scale=1.5)
    assert wide.side == pytest.approx(1.5 * one.side)
    assert wide.centre == pytest.approx(one.centre)


def test_crop_inside_the_picture_stays_as_it_is():
    box = Box(10.5, 20.25, 50.0)
    assert kept_inside(box, 100, 90) == box


def test_overhanging_crop_moves_inside():
    box = kept_inside(Box(-20.0, 60.0, 50.0), 100, 90)
    assert (box.x, box.y, box.side) == (0, 40, 50)


def test_crop_larger_than_the_picture_shrinks_to_it_but_keeps_the_face():
    """A face of 57 % of the crop may grow to 75 % of it, but no further."""
    assert kept_inside(Box(-10.0, -10.0, 120.0), 100, 100) == Box(0, 0, 100)
    tight = kept_inside(Box(-50.0, -50.0, 200.0), 100, 100)
    assert 0.57 * 200 / tight.side == pytest.approx(0.75)
    assert tight.x <= 0
    assert tight.x + tight.side >= 100


def test_crop_is_not_rounded_to_pixels():
    ramp = np.broadcast_to(2 * np.arange(100, dtype=np.uint8)[None, :, None], (100, 100, 3))
    for x in (20.0, 20.25, 20.5, 20.75):
        cropped = crop_frame(ramp, Box(x, 30.0, 32.0), 32).astype(float)
        # Pixel k of the crop shows the source at x + k, and the ramp rises by 2 a pixel.
        assert cropped[:, :, 0] == pytest.approx(
            np.tile(2 * (x + np.arange(32)), (32, 1)), abs=0.51
        )


def test_shrinking_averages_instead_of_dropping_pixels():
    checkerboard = np.indices((256, 256)).sum(axis=0) % 2 * 255
    picture = np.repeat(checkerboard[..., None], 3, axis=-1).astype(np.uint8)
    small = crop_frame(picture, Box(3.3, 3.3, 240.0), 32)
    assert abs(small.mean() - 127.5) < 2
    assert small.std() < 8


def test_whole_picture_at_its_own_size_is_returned_unchanged():
    picture = np.random.default_rng(0).integers(0, 255, (48, 48, 3), dtype=np.uint8)
    assert np.array_equal(crop_frame(picture, Box(0.0, 0.0, 48.0), 48), picture)


def test_crop_beyond_the_picture_mirrors_it_and_leaves_the_inside_alone():
    picture = np.random.default_rng(0).integers(0, 255, (100, 100, 3), dtype=np.uint8)
    cropped = crop_frame(picture, Box(40.0, 0.0, 100.0), 100)
    assert np.array_equal(cropped[:, :60], picture[:, 40:])
    near = cropped[:, 60:62].astype(float) - picture[:, :97:-1].astype(float)
    assert np.abs(near).mean() < 30


def test_padding_is_no_streaks_and_ever_more_blurred():
    """Along the edge the picture varies; outwards it varies less, but does not repeat."""
    picture = np.random.default_rng(1).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    cropped = crop_frame(picture, Box(140.0, 0.0, 200.0), 200).astype(float)
    detail = np.abs(np.diff(cropped, axis=0)).mean(axis=(0, 2))
    inside, near, far = detail[:55].mean(), detail[62:66].mean(), detail[100:].mean()
    assert inside > near > 2 * far
    assert np.abs(np.diff(cropped[:, 60:80], axis=1)).mean() > 2


def test_box_far_from_the_picture_still_gives_a_crop():
    picture = np.full((50, 50, 3), 40, np.uint8)
    assert (crop_frame(picture, Box(500.0, -700.0, 20.0), 10) == 40).all()
    assert crop_frame(np.zeros((1, 1, 3), np.uint8), Box(-3.0, 0.0, 8.0), 16).shape == (16, 16, 3)


def test_share_outside_is_an_area():
    assert share_outside(Box(0.0, 0.0, 100.0), 100, 100) == 0
    assert share_outside(Box(-50.0, 0.0, 100.0), 100, 100) == pytest.approx(0.5)
    assert share_outside(Box(50.0, 50.0, 100.0), 100, 100) == pytest.approx(0.75)
    assert share_outside(Box(300.0, 0.0, 100.0), 100, 100) == 1


def test_framings_show_what_their_names_say():
    bounds = np.array([100.0, 80.0, 180.0, 180.0])
    tight, head, shoulders = (
        frame_face(bounds, shape=FRAMINGS[name]) for name in ("tight", "head", "shoulders")
    )
    assert tight.side < head.side < shoulders.side
    assert head == frame_face(bounds)
    for box, share in ((tight, 0.75), (head, 0.57), (shoulders, 0.36)):
        assert 100 / box.side == pytest.approx(share)
    below = [(box.y + box.side - 180) / 100 for box in (tight, head, shoulders)]
    assert below[0] < 0.2 < below[1] < 0.6 < below[2]


def test_every_framing_may_shrink_only_so_far_that_the_face_fits():
    for shape in FRAMINGS.values():
        box = frame_face(np.array([10.0, 10.0, 90.0, 110.0]), shape=shape)
        assert kept_inside(box, 20, 20, shape).side * 0.99 > 100 * min(1, shape.face_share / 0.75)


def test_cut_equals_indexing_with_clipped_indices():
    rng = np.random.default_rng(1)
    picture = rng.integers(0, 255, (30, 40, 3), dtype=np.uint8)
    for _ in range(200):
        x0, y0 = rng.integers(-60, 60, 2)
        x1, y1 = x0 + rng.integers(1, 80), y0 + rng.integers(1, 80)
        rows = np.clip(np.arange(y0, y1), 0, 29)
        columns = np.clip(np.arange(x0, x1), 0, 39)
        expected = picture[rows[:, None], columns[None]]
        assert np.array_equal(cut(picture, x0, y0, x1, y1), expected)


def test_bounds_enclose_all_landmarks():
    landmarks = np.random.default_rng(2).normal(size=(7, 478, 2))
    bounds = bounds_of(landmarks)
    assert bounds.shape == (7, 4)
    assert (bounds[:, None, :2] <= landmarks).all()
    assert (landmarks <= bounds[:, None, 2:]).all()
