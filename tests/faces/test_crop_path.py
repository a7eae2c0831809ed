import numpy as np
import pytest

from talkingface.faces.crop import Box, frame_face, kept_inside
from talkingface.faces.crop_path import FASTEST_STEP, Roaming, clip_boxes
from talkingface.faces.framings import FRAMINGS, HEAD


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


def test_path_that_keeps_the_limit_is_only_smoothed():
    bounds = wandering()
    seen = np.ones(len(bounds), bool)
    slow, free = (clip_boxes(bounds, seen, "tracked", step=step) for step in (0.02, 100.0))
    assert np.allclose([box.centre for box in slow], [box.centre for box in free])


def test_tracked_crop_is_the_same_backwards():
    bounds = wandering()
    bounds[80:] += 45
    seen = np.ones(len(bounds), bool)
    forwards = clip_boxes(bounds, seen, "tracked", step=0.01)
    backwards = clip_boxes(bounds[::-1], seen, "tracked", step=0.01)[::-1]
    values = [[(*box.centre, box.side) for box in boxes] for boxes in (forwards, backwards)]
    assert np.allclose(*values)


def random_track(rng):
    """A face that walks, jumps, is lost for a while and is mistaken in single frames."""
    count = int(rng.integers(2, 60))
    heights = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, count)))
    centres = 300 + np.cumsum(rng.normal(0, rng.choice([0.5, 3, 12]), (count, 2)), axis=0)
    bounds = moving_bounds(centres, heights)
    for start in rng.integers(0, count, rng.integers(0, 3)):
        bounds[start:] += rng.normal(0, 60)
    outliers = rng.random(count) < 0.03
    bounds[outliers] += rng.normal(0, 300, (outliers.sum(), 1))
    seen = rng.random(count) < rng.choice([0.4, 0.9, 1.0])
    seen[rng.integers(count)] = True
    return bounds, seen


def test_no_tracked_crop_of_a_thousand_jumps():
    rng = np.random.default_rng(0)
    for _ in range(1000):
        bounds, seen = random_track(rng)
        free = clip_boxes(bounds, seen, "tracked", smoothing=float(rng.choice([0.0, 2, 12])))
        sides = np.array([box.side for box in free])
        steps = np.abs(np.diff([box.centre for box in free], axis=0))
        assert steps.max(initial=0) <= FASTEST_STEP * sides.min() * 1.001
        assert np.abs(np.diff(np.log(sides))).max(initial=0) <= FASTEST_STEP * 1.001
        inside = [kept_inside(box, 640, 480) for box in free]
        assert (
            max(
                abs(a - b)
                for one, other in zip(inside, inside[1:] or inside, strict=False)
                for a, b in zip(one.centre, other.centre, strict=True)
            )
            <= 0.06 * sides.max()
        )


def test_crop_that_is_too_slow_for_the_face_grows_wide_enough_to_hold_it():
    centres = np.column_stack([300 + 12.0 * np.arange(60), np.full(60, 200.0)])
    bounds = moving_bounds(centres, np.full(60, 100.0))
    boxes = clip_boxes(bounds, np.ones(60, bool), "tracked")
    assert all(holds(box, row) for box, row in zip(boxes, bounds, strict=True))
    assert max(box.side for box in boxes) > frame_face(bounds[0]).side * 1.2


def test_face_that_stays_does_not_roam_and_one_that_walks_off_does():
    roaming = Roaming(1.0, HEAD)
    bounds = np.array([500.0, 300, 580, 400])
    for shift in (0, 10, -10, 20):
        assert not roaming.would_leave(bounds + shift, 1920, 1080)
        roaming.add(bounds + shift)
    assert roaming.would_leave(bounds + 300, 1920, 1080)
    roaming.restart()
    assert not roaming.would_leave(bounds + 300, 1920, 1080)


def test_face_cannot_roam_in_a_picture_that_the_crop_fills():
    roaming = Roaming(1.0, FRAMINGS["head"])
    roaming.add(np.array([60.0, 60, 140, 160]))
    assert not roaming.would_leave(np.array([150.0, 100, 230, 200]), 256, 256)
