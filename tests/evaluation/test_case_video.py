"""A case's video shows the frames that were compared, and the error as it is."""

import base64
import tracemalloc
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from skimage.color import rgb2lab

from talkingface.evaluation.case_video import CaseFootage, CaseVideo, case_video
from talkingface.evaluation.error_colours import GAIN, colour_table, error_map
from talkingface.video.footage import read_footage, write_lossless
from talkingface.video.probe import probe

RATE = Fraction(25)
LARGE = 10_000_000


def plain(path: Path, colour: tuple[int, int, int], frames: int = 12, size: int = 32) -> Path:
    write_lossless(path, iter(np.full((frames, size, size, 3), colour, np.uint8)), RATE)
    return path


def footage(folder: Path, frames: int = 12, size: int = 32) -> CaseFootage:
    return CaseFootage(
        source=plain(folder / "source.mkv", (200, 40, 40), frames, size),
        driving=plain(folder / "driving.mkv", (40, 200, 40), frames, size),
        made=plain(folder / "made.mkv", (100, 100, 100), frames, size),
        target=plain(folder / "target.mkv", (120, 120, 120), frames, size),
        rate=RATE,
    )


def decoded(video: CaseVideo, folder: Path) -> np.ndarray:
    head, _, text = video.url.partition(",")
    assert head == "data:video/mp4;base64"
    path = folder / "decoded.mp4"
    path.write_bytes(base64.b64decode(text, validate=True))
    assert probe(path).rate == RATE
    return np.concatenate(list(read_footage(path)))


def test_the_panels_show_source_driving_generated_target_and_error(tmp_path: Path) -> None:
    video = case_video(footage(tmp_path), 32, 100, LARGE)
    assert video.panels == ("source", "driving", "generated", "target", f"error, {GAIN} times")
    frames = decoded(video, tmp_path)
    assert frames.shape == (12, 128, 5 * 128, 3)
    expected = [
        (200, 40, 40),
        (40, 200, 40),
        (100, 100, 100),
        (120, 120, 120),
        tuple(colour_table()[20 * GAIN].tolist()),
    ]
    for place, colour in enumerate(expected):
        shown = frames[:, 40:90, 128 * place + 40 : 128 * place + 90].mean(axis=(0, 1, 2))
        assert np.abs(shown - colour).max() < 6, (place, shown)


def test_panels_without_meaning_are_left_out(tmp_path: Path) -> None:
    made = footage(tmp_path)
    same = CaseFootage(made.source, made.target or made.made, made.made, made.target, RATE)
    video = case_video(same, 32, 100, LARGE)
    assert video.panels == ("source", "driving = target", "generated", f"error, {GAIN} times")
    assert decoded(video, tmp_path).shape == (12, 128, 4 * 128, 3)
    unknown = CaseFootage(made.source, made.driving, made.made, None, RATE)
    video = case_video(unknown, 32, 100, LARGE)
    assert video.panels == ("source", "driving", "generated")
    assert decoded(video, tmp_path).shape == (12, 128, 3 * 128, 3)


def test_a_video_has_no_more_frames_than_asked_for_and_panels_of_128_to_256_px(
    tmp_path: Path,
) -> None:
    video = case_video(footage(tmp_path, 12, 300), 300, 5, LARGE)
    assert video.frames == 5
    assert decoded(video, tmp_path).shape == (5, 256, 5 * 256, 3)


def test_a_large_video_is_coarser_and_one_that_stays_too_large_is_left_out(tmp_path: Path) -> None:
    made = footage(tmp_path)
    noise = np.random.default_rng(0).integers(0, 256, (12, 64, 64, 3), np.uint8)
    write_lossless(made.driving, iter(noise), RATE)
    fine = case_video(made, 64, 100, LARGE)
    coarse = case_video(made, 64, 100, len(fine.url) * 3 // 4 - 100)
    assert 0 < len(coarse.url) < len(fine.url)
    none = case_video(made, 64, 100, 2000)
    assert none.url == ""
    assert "too large for the page" in none.reason


def test_footage_that_cannot_be_read_is_a_reason(tmp_path: Path) -> None:
    made = footage(tmp_path)
    made.made.unlink()
    video = case_video(made, 32, 100, LARGE)
    assert video.url == ""
    assert "made.mkv" in video.reason


@pytest.mark.slow
def test_memory_stays_the_same_for_any_length(tmp_path: Path) -> None:
    peaks = []
    for frames in (40, 400):
        made = footage(tmp_path, frames, 64)
        tracemalloc.start()
        assert case_video(made, 64, 1000, LARGE).frames == frames
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # 360 more frames of five pictures would be 22 MB.
    assert peaks[1] < peaks[0] + 3_000_000


def test_equal_errors_look_equally_different() -> None:
    lightness = rgb2lab(colour_table()[None] / 255)[0, :, 0]
    steps = np.diff(lightness[::16])
    assert lightness[0] < 5
    assert lightness[-1] > 95
    assert steps.min() > 0.8 * steps.mean()
    assert steps.max() < 1.2 * steps.mean()


@pytest.mark.parametrize(("error", "place"), [(0, 0), (10, 40), (63, 252), (64, 255), (200, 255)])
def test_the_error_is_multiplied_and_ends_at_the_lightest_colour(error: int, place: int) -> None:
    target = np.full((2, 2, 3), 20, np.uint8)
    colours = error_map(target + np.uint8(error), target)
    assert np.array_equal(colours, np.broadcast_to(colour_table()[place], (2, 2, 3)))
    assert np.array_equal(error_map(target, target + np.uint8(error)), colours)
