"""Motion metrics through MediaPipe on a real clip, changed in ways whose answer is known."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from talkingface.faces.landmarker import EXPRESSION
from talkingface.faces.reading import read_faces
from talkingface.manifest import Track
from talkingface.metrics.motion import motion_metrics
from talkingface.video.footage import Frames, read_footage, write_lossless

SIZE = 256


@pytest.fixture(scope="module")
def real_frames(shared_dir: Path) -> Frames:
    """Forty frames of a talking woman who blinks and turns: (40, 256, 256, 3)."""
    clip = shared_dir / "clips" / "aoc__V-Express_025d01.mp4"
    return np.concatenate(list(read_footage(clip, SIZE)))[:40]


@pytest.fixture(scope="module")
def read(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Frames], Track]:
    """Return what is read from a file of the given frames."""
    path = tmp_path_factory.mktemp("changed") / "clip.mkv"

    def reading(frames: Frames) -> Track:
        write_lossless(path, frames, Fraction(25))
        return read_faces(path, model, SIZE).track

    return reading


@pytest.fixture(scope="module")
def true(read, real_frames) -> Track:
    return read(real_frames)


def moved(frames: Frames, right: int, down: int) -> Frames:
    """Shift the pictures; what comes into view repeats the edge."""
    padded = np.pad(frames, ((0, 0), (abs(down),) * 2, (abs(right),) * 2, (0, 0)), mode="edge")
    top, left = abs(down) - down, abs(right) - right
    return padded[:, top : top + SIZE, left : left + SIZE]


def test_an_identical_video_has_no_error(read, real_frames, true) -> None:
    result = motion_metrics(read(real_frames), true, EXPRESSION)
    errors = [name for name in result if name.startswith(("aed", "apd", "akd", "jite"))]
    assert len(errors) == 15
    assert {result[name] for name in errors} == {0.0}
    assert result["face_share"] == result["mouth_amplitude"] == result["msi_ratio"] == 1


@pytest.mark.parametrize(("right", "down"), [(6, 8), (-12, 5)])
def test_a_shifted_picture_has_that_landmark_error_and_hardly_a_local_one(
    read, real_frames, true, right, down
) -> None:
    result = motion_metrics(read(moved(real_frames, right, down)), true, EXPRESSION)
    shift = float(np.hypot(right, down))
    assert result["akd"] == pytest.approx(shift, abs=0.1 * shift)
    assert result["akd_local"] < 0.1 * shift
    expected = 100 * (abs(right) + abs(down)) / 2 / SIZE
    assert result["apd_translation"] == pytest.approx(expected, rel=0.15)


def test_the_same_frames_in_another_order_are_other_motion(read, real_frames, true) -> None:
    result = motion_metrics(read(real_frames[::-1]), true, EXPRESSION)
    assert result["aed"] > 0.02
    assert result["akd_local"] > 1
    assert result["jite"] > 0.1


def test_jitter_is_read_smaller_than_it_is_but_by_less_than_half(read, real_frames, true) -> None:
    offsets = np.random.default_rng(1).normal(0, 3, (len(real_frames), 2)).round().astype(int)
    pairs = zip(real_frames, offsets.tolist(), strict=True)
    jittered = np.concatenate([moved(frame[None], *offset) for frame, offset in pairs])
    result = motion_metrics(read(jittered), true, EXPRESSION)
    exact = np.linalg.norm(np.diff(offsets, n=2, axis=0), axis=1).mean()
    # Following a face from frame to frame smooths its landmarks.
    assert 0.5 * exact < result["jite"] < 0.9 * exact
    assert result["msi_ratio"] < 0.1


def test_a_frozen_picture_is_told_by_the_guards(read, real_frames, true) -> None:
    frozen = np.repeat(real_frames[:1], len(real_frames), axis=0)
    result = motion_metrics(read(frozen), true, EXPRESSION)
    assert result["mouth_amplitude"] < 0.1
    assert result["pose_amplitude"] < 0.1
    assert result["blink_peak"] < 0.5
    assert result["msi_ratio"] > 10
    assert result["jite"] > 0.3


def test_a_mirrored_picture_turns_the_other_way(read, real_frames, true) -> None:
    mirrored = read(real_frames[:, :, ::-1])
    yaw, roll = true.pose[:, 0], true.pose[:, 2]
    assert np.ptp(yaw) > 3, "the clip shows a turn"
    assert mirrored.pose[:, 0] == pytest.approx(-yaw, abs=2)
    assert mirrored.pose[:, 2] == pytest.approx(-roll, abs=2)
    assert mirrored.pose[:, 1] == pytest.approx(true.pose[:, 1], abs=2)
    assert np.corrcoef(mirrored.pose[:, 0], yaw)[0, 1] < -0.9
