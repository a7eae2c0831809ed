"""A leak is told from what was meant, and from noise."""

import numpy as np
import pytest
from numpy.typing import NDArray

from talkingface.manifest import Track
from talkingface.metrics.leak import leak_metrics

FRAMES = 200


def track(seed: int) -> Track:
    """A track whose angles and expressions move, each in its own way."""
    random = np.random.default_rng(seed)
    pose = np.cumsum(random.normal(size=(FRAMES, 6)), axis=0).astype(np.float32)
    expression = random.random((FRAMES, 4)).astype(np.float32)
    return Track(pose, expression, np.zeros((FRAMES, 68, 2), np.float32), np.ones(FRAMES, bool))


def mixed(head: Track, face: Track, leak_head: float, leak_face: float) -> Track:
    """What a model makes of two donors that lets a share of each into the other."""
    pose: NDArray[np.float32] = head.pose * np.float32(0.8) + np.float32(leak_head) * face.pose
    expression = face.expression * np.float32(0.7) + np.float32(leak_face) * head.expression + 1
    return Track(pose, expression, head.landmarks, head.face)


def test_the_share_that_was_let_through_is_found_whatever_else_is_wrong() -> None:
    head, face = track(0), track(1)
    found = leak_metrics(mixed(head, face, 0.25, -0.1), head, face)
    assert found == pytest.approx({"leak_head": 0.25, "leak_face": 0.1}, abs=1e-4)
    clean = leak_metrics(mixed(head, face, 0.0, 0.0), head, face)
    assert clean == pytest.approx({"leak_head": 0.0, "leak_face": 0.0}, abs=1e-4)


def test_columns_that_keep_still_and_frames_without_a_face_do_not_count() -> None:
    head, face = track(0), track(1)
    head.expression[:, 0] = 0.5
    made = mixed(head, face, 0.0, 0.2)
    made.expression[:, 0] = np.random.default_rng(2).random(FRAMES)
    made.face[:20] = False
    made.expression[:20] = 9
    assert leak_metrics(made, head, face)["leak_face"] == pytest.approx(0.2, abs=1e-4)


def test_where_nothing_moves_or_both_move_alike_there_is_no_value() -> None:
    head = track(0)
    still = Track(head.pose * 0, head.expression * 0, head.landmarks, head.face)
    for other in (still, head):
        assert np.isnan(list(leak_metrics(head, head, other).values())).all()
