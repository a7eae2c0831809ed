import numpy as np
import pytest

from talkingface.faces.crop import (
    Box,
    bounds_of,
    clip_boxes,
    crop_frame,
    cut,
    frame_face,
    kept_inside,
)


def moving_bounds(centres, heights):
    """Return (T, 4) bounds of a face 0.8 times as wide as high."""
    centres, heights = np.asarray(centres, float), np.asarray(heights, float)
    half = np.column_stack([0.4 * heights, 0.5 * heights])
    return np.concatenate([centres - half, centres + half], axis=1)


def wandering(count=200):
    """A face that strolls and nods, 100 to 130 pixels high."""
    t = np.arange(count)
    centres = np.column_stack([300 + 80 * np.sin(t / 40), 200 + 30 * np.cos(t / 25)])
    return moving_bounds(centres, 115 + 15 * np.sin(t / 60))


def holds(box: Box, bounds) -> bool:
    left, top, right, bottom = bounds
    return (
        box.x <= left and box.y <= top and right <= box.x + box.side and bottom <= box.y + box.side
    )


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


def test_fixed_crop_holds_the_face_wherever_it_goes():
    bounds = wandering()
    boxes = clip_boxes(bounds, np.ones(len(bounds), bool), "fixed")
    assert len(boxes) == len(bounds)
    assert len(set(boxes)) == 1
    assert all(holds(box, row) for box, row in zip(boxes, bounds, strict=True))


def test_tracked_crop_follows_and_holds_the_face_more_closely_than_a_fixed_one():
    bounds = wandering()
    seen = np.ones(len(bounds), bool)
    boxes = clip_boxes(bounds, seen, "tracked")
    assert all(holds(box, row) for box, row in zip(boxes, bounds, strict=True))
    assert max(box.side for box in boxes) < clip_boxes(bounds, seen, "fixed")[0].side


def test_tracked_crop_never_jumps_even_when_the_face_does():
    bounds = wandering()
    bounds[100:] += 60
    bounds[50] += 200
    boxes = clip_boxes(bounds, np.ones(len(bounds), bool), "tracked", smoothing=12)
    steps = np.diff([(*box.centre, box.side) for box in boxes], axis=0)
    assert np.abs(steps).max() < 0.05 * boxes[0].side


def test_frames_without_a_face_do_not_move_the_crop():
    bounds = wandering()
    seen = np.ones(len(bounds), bool)
    seen[60:70] = False
    spoilt = bounds.copy()
    spoilt[60:70] = 5000
    for mode in ("fixed", "tracked"):
        boxes = clip_boxes(spoilt, seen, mode)
        assert all(holds(box, row) for box, row in zip(boxes, bounds, strict=True))


def test_clip_without_any_face_has_no_crop():
    with pytest.raises(ValueError, match="no frame"):
        clip_boxes(wandering(5), np.zeros(5, bool), "fixed")


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


def test_crop_beyond_the_picture_repeats_its_edge():
    picture = np.full((50, 50, 3), 40, np.uint8)
    picture[:, -1] = 200
    cropped = crop_frame(picture, Box(30.0, 10.0, 40.0), 40)
    assert cropped.shape == (40, 40, 3)
    assert (cropped[:, 25:] == 200).all()
    assert (crop_frame(picture, Box(500.0, 500.0, 20.0), 10) == 200).all()


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
